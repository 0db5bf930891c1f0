package dev.tpool.benchmarks;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A batch whose callbacks count down, and whose producer the last of them wakes: what one
 * can do with any pool.
 */
final class CountedBatch implements AwaitedBatch {

    private final int size;

    private final Runnable submit;

    private final AtomicInteger left = new AtomicInteger();

    // published by the count
    private @Nullable Thread producer;

    CountedBatch(Submitter submitter, int size, Runnable callback) {
        this.size = size;
        this.submit = submitter.batchOf(size, () -> {
            callback.run();
            if (this.left.decrementAndGet() == 0) {
                LockSupport.unpark(this.producer);
            }
        });
    }

    @Override
    public void run() throws InterruptedException {
        this.producer = Thread.currentThread();
        this.left.set(this.size);
        this.submit.run();
        while (this.left.get() != 0) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

}
