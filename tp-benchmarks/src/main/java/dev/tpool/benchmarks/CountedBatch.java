package dev.tpool.benchmarks;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A batch whose callbacks count down, and whose producer the last of them wakes: what one
 * can do with any pool.
 */
final class CountedBatch implements AwaitedBatch {

    private static final int MIDDLE = 2 * Batch.GAP;

    private final int size;

    private final Runnable submit;

    // apart from what the producer reads for each submission, as in Batch
    private final AtomicIntegerArray left = new AtomicIntegerArray(2 * MIDDLE);

    // published by the count
    private @Nullable Thread producer;

    CountedBatch(Submitter submitter, int size, Runnable callback) {
        this.size = size;
        this.submit = submitter.batchOf(size, () -> {
            callback.run();
            if (this.left.decrementAndGet(MIDDLE) == 0) {
                LockSupport.unpark(this.producer);
            }
        });
    }

    @Override
    public void run() throws InterruptedException {
        this.producer = Thread.currentThread();
        this.left.set(MIDDLE, this.size);
        this.submit.run();
        while (this.left.get(MIDDLE) != 0) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

}
