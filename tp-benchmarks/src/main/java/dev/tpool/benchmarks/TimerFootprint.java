package dev.tpool.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * <pre>
 * java -cp tp-benchmarks/target/benchmarks.jar -Xms2g -Xmx2g -XX:+UseSerialGC -XX:MarkSweepDeadRatio=0 \
 *     dev.tpool.benchmarks.TimerFootprint TP_TIMER
 * </pre>
 *
 * What a million outstanding timers keep on the heap and what they cost while nothing is
 * due, how late timers are, and what each costs when many are due together.
 */
public final class TimerFootprint {

    private static final int OUTSTANDING = 1_000_000;

    private static final int PUNCTUAL = 1000;

    private static final int TOGETHER = 100_000;

    /** Bursts until what runs is compiled. */
    private static final int FIRST_BURSTS = 10;

    private static final int BURSTS = 5;

    private final Timers timers;

    private TimerFootprint(Timers timers) {
        this.timers = timers;
    }

    /**
     * Prints a line for each measure.
     * @param arguments the name of the implementation
     */
    public static void main(String... arguments) {
        try (Timers timers = TimerImplementation.valueOf(arguments[0]).start()) {
            TimerFootprint footprint = new TimerFootprint(timers);
            footprint.outstanding();
            footprint.lateness();
            footprint.bursts();
        }
    }

    private void outstanding() {
        SplittableRandom random = new SplittableRandom(42);
        Object[] armed = new Object[OUTSTANDING];
        arm(random, armed, PUNCTUAL);
        cancel(armed, PUNCTUAL);
        double idleBefore = Footprint.idleMillisPerSecond(Duration.ofSeconds(3));
        long heapBefore = Footprint.heapBytes();
        arm(random, armed, OUTSTANDING);
        // a wheel takes them in bit by bit
        Footprint.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
        Footprint.print("BYTES", (double) (Footprint.heapBytes() - heapBefore) / OUTSTANDING);
        Footprint.print("IDLE", Footprint.idleMillisPerSecond(Duration.ofSeconds(4)) - idleBefore);
        cancel(armed, OUTSTANDING);
    }

    private void arm(SplittableRandom random, Object[] armed, int count) {
        for (int i = 0; i < count; i++) {
            armed[i] = this.timers.schedule(Expiry.NOTHING,
                    Delay.ofNanos(random.nextLong(Duration.ofMinutes(10).toNanos(), Duration.ofMinutes(20).toNanos())));
        }
    }

    private void cancel(Object[] armed, int count) {
        for (int i = 0; i < count; i++) {
            this.timers.cancel(armed[i]);
        }
    }

    private void lateness() {
        // what is late then waits for a processor that compiles
        latenessMicros();
        double[] micros = latenessMicros();
        Arrays.sort(micros);
        Footprint.print("LATE_P50", micros[PUNCTUAL / 2]);
        Footprint.print("LATE_P99", micros[PUNCTUAL * 99 / 100]);
        Footprint.print("LATE_P999", micros[PUNCTUAL * 999 / 1000]);
    }

    private double[] latenessMicros() {
        long[] due = new long[PUNCTUAL];
        long begin = System.nanoTime();
        for (int i = 0; i < PUNCTUAL; i++) {
            due[i] = begin + TimeUnit.MICROSECONDS.toNanos(100_000 + 1500 * i);
        }
        long[] fired = fire(due);
        double[] micros = new double[PUNCTUAL];
        for (int i = 0; i < PUNCTUAL; i++) {
            micros[i] = (fired[i] - due[i]) / 1000.0;
        }
        return micros;
    }

    private void bursts() {
        double[] nanos = new double[BURSTS];
        for (int i = -FIRST_BURSTS; i < BURSTS; i++) {
            long[] due = new long[TOGETHER];
            Arrays.fill(due, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500));
            long[] fired = fire(due);
            Arrays.sort(fired);
            nanos[Math.max(0, i)] = (double) (fired[TOGETHER - 1] - fired[0]) / TOGETHER;
        }
        Arrays.sort(nanos);
        Footprint.print("BURST", nanos[BURSTS / 2]);
    }

    private long[] fire(long[] due) {
        AtomicLongArray fired = new AtomicLongArray(due.length);
        Object[] armed = new Object[due.length];
        for (int i = 0; i < due.length; i++) {
            int index = i;
            armed[i] = this.timers.schedule(() -> fired.setRelease(index, System.nanoTime()),
                    Delay.ofNanos(due[i] - System.nanoTime()));
        }
        long[] times = new long[due.length];
        for (int i = 0; i < due.length; i++) {
            times[i] = await(fired, i);
        }
        // not before, since that would take a processor from those who fire
        cancel(armed, armed.length);
        return times;
    }

    private static long await(AtomicLongArray fired, int index) {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (long time = fired.getAcquire(index); true; time = fired.getAcquire(index)) {
            if (time != 0) {
                return time;
            }
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException("timer " + index + " has not fired");
            }
            Footprint.sleepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

}
