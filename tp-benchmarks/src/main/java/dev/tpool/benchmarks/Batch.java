package dev.tpool.benchmarks;

import java.util.concurrent.atomic.LongAdder;

/**
 * The callback of a batch, which counts what has run, so that a producer knows when its
 * batch is done.
 */
final class Batch implements Runnable {

    /** More than a cache line, and than the one that is fetched along with it. */
    static final int GAP = 32;

    @SuppressWarnings("unused")
    private final long[] before;

    private final LongAdder ran = new LongAdder();

    @SuppressWarnings("unused")
    private final long[] after = new long[GAP];

    private long submitted;

    private Batch(long[] before) {
        this.before = before;
    }

    /**
     * Makes a batch that shares no cache line with what is made before and after it, as
     * long as the collector does not move them apart. Workers write to it for each
     * callback: otherwise chance decides whether they take what a producer needs for its
     * next submission away from it.
     */
    static Batch create() {
        long[] before = new long[GAP];
        return new Batch(before);
    }

    @Override
    public void run() {
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
