package dev.tpool.sync;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;

import org.jspecify.annotations.Nullable;

/**
 * Who owns a lock, and what a thread that waits for it is parked on. The JVM knows the
 * type and follows it from thread to thread, so that a thread dump names the owner and
 * finds deadlocks.
 */
final class Owner extends AbstractOwnableSynchronizer {

    private static final long serialVersionUID = 1L;

    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

    @Nullable Thread get() {
        return this.thread.get();
    }

    /**
     * Makes the calling thread the owner if the given one still is.
     */
    boolean succeed(@Nullable Thread before) {
        if (!this.thread.compareAndSet(before, Thread.currentThread())) {
            return false;
        }
        setExclusiveOwnerThread(Thread.currentThread());
        return true;
    }

    /**
     * To be called by the owner.
     */
    void leave() {
        setExclusiveOwnerThread(null);
        this.thread.set(null);
    }

}
