package dev.tpool.benchmarks.report;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A cache line that two threads hand to each other. What that takes decides much of what
 * threads that share something measure, and on a virtual machine it changes with where
 * the host puts the processors.
 */
final class CacheLine {

    private static final int TRIPS = 500;

    private static final int SAMPLES = 400;

    private CacheLine() {
    }

    /**
     * How long it takes from one processor to another and back: the median of many short
     * samples, in nanoseconds, since a thread may lose its processor.
     */
    static double roundTripNanos() throws InterruptedException {
        AtomicLong line = new AtomicLong();
        Thread other = new Thread(() -> {
            for (long i = 0; i <= (long) TRIPS * SAMPLES; i++) {
                answer(line, 2 * i + 1);
            }
        }, "cache-line");
        other.setDaemon(true);
        other.start();
        answer(line, 0);
        Series samples = new Series();
        for (int sample = 0; sample < SAMPLES; sample++) {
            long began = System.nanoTime();
            for (long i = 1; i <= TRIPS; i++) {
                answer(line, 2 * ((long) sample * TRIPS + i));
            }
            samples.add((double) (System.nanoTime() - began) / TRIPS);
        }
        other.join();
        return samples.median();
    }

    // No hint that this is a spin: that would be measured, too.
    private static void answer(AtomicLong line, long awaited) {
        while (line.get() != awaited) {
        }
        line.set(awaited + 1);
    }

}
