package dev.tpool.benchmarks;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what has run, so that a producer knows when its batch is done.
 */
final class Batch {

    private final LongAdder ran = new LongAdder();

    private long submitted;

    /** The callback's part. */
    void ran() {
        this.ran.increment();
    }

    // parking would charge the wake-up of this thread to the pool, and a spinning
    // producer takes a processor from the workers
    @SuppressWarnings("ThreadPriorityCheck")
    void await(int size) {
        this.submitted += size;
        while (this.ran.sum() < this.submitted) {
            Thread.yield();
        }
    }

}
