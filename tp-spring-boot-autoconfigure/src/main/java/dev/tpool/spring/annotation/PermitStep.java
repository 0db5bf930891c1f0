package dev.tpool.spring.annotation;

import dev.tpool.TpCallbackInstance;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;

/**
 * The permits of a semaphore.
 */
final class PermitStep implements EntryStep {

    private final TpSemaphore semaphore;

    private final int count;

    /** Written by the thread of the callback, which gives back after that. */
    private boolean givenBackByOthers;

    PermitStep(TpSemaphore semaphore, int count) {
        this.semaphore = semaphore;
        this.count = count;
    }

    @Override
    public boolean tryTake() {
        return this.semaphore.tryAcquire(this.count);
    }

    @Override
    public Runnable await(TpWaitable.Waiter waiter) {
        return this.semaphore.registerFor(waiter, this.count)::cancel;
    }

    @Override
    public void giveBack() {
        if (!this.givenBackByOthers) {
            this.semaphore.release(this.count);
        }
    }

    /**
     * The callback is about to run: from here on {@link #giveBack()} does nothing.
     */
    void isGivenBackByOthers() {
        this.givenBackByOthers = true;
    }

    /**
     * The method has thrown and perhaps not come to register its completion action.
     */
    void giveBackUnlessRegistered(TpCallbackInstance instance) {
        instance.releaseSemaphoreWhenCallbackReturns(this.semaphore, this.count);
    }

    @Override
    public String toString() {
        return this.count + ((this.count == 1) ? " permit" : " permits") + " of semaphore '" + this.semaphore.name()
                + "'";
    }

}
