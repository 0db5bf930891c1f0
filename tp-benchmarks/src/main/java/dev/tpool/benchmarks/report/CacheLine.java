package dev.tpool.benchmarks.report;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A cache line that two threads hand to each other. What that takes decides much of what
 * threads that share something measure, and on a virtual machine it changes with where
 * the host puts the processors.
 */
final class CacheLine {

    private static final int TRIPS = 20_000;

    private static final int SAMPLES = 5;

    private CacheLine() {
    }

    /**
     * How long it takes from one processor to another and back: the median of a few
     * samples, in nanoseconds.
     */
    static double roundTripNanos() throws InterruptedException {
        Series samples = new Series();
        for (int i = 0; i < SAMPLES; i++) {
            samples.add(sample());
        }
        return samples.median();
    }

    private static double sample() throws InterruptedException {
        AtomicLong line = new AtomicLong();
        Thread other = new Thread(() -> {
            for (long i = 0; i < TRIPS; i++) {
                answer(line, 2 * i + 1);
            }
        }, "cache-line");
        other.start();
        answer(line, 0);
        long began = System.nanoTime();
        for (long i = 1; i < TRIPS; i++) {
            answer(line, 2 * i);
        }
        long took = System.nanoTime() - began;
        other.join();
        return (double) took / (TRIPS - 1);
    }

    // No hint that this is a spin: that would be measured, too.
    private static void answer(AtomicLong line, long awaited) {
        while (line.get() != awaited) {
        }
        line.set(awaited + 1);
    }

}
