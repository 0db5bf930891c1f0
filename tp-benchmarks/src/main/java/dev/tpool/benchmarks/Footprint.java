package dev.tpool.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.OperatingSystemMXBean;

/**
 * What this process takes of the machine.
 */
final class Footprint {

    private Footprint() {
    }

    /**
     * What is reachable. The serial collector says so exactly if it keeps no dead wood.
     */
    static long heapBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The milliseconds of processor time per second, while the calling thread sleeps. */
    static double idleMillisPerSecond(Duration duration) {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long cpu = system.getProcessCpuTime();
        long begin = System.nanoTime();
        sleepUntil(begin + duration.toNanos());
        return 1000.0 * (system.getProcessCpuTime() - cpu) / (System.nanoTime() - begin);
    }

    static void sleepUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(Footprint.class, left);
        }
    }

    static void print(String metric, double value) {
        System.out.printf(Locale.ROOT, "%s %.3f%n", metric, value);
    }

}
