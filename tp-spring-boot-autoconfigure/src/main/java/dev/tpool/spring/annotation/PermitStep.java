package dev.tpool.spring.annotation;

import dev.tpool.TpCallbackInstance;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * The permits of a semaphore.
 */
final class PermitStep implements EntryStep {

    private final TpSemaphore semaphore;

    private final int count;

    private volatile TpWaitable.@Nullable Registration place;

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
    public void await(TpWaitable.Waiter waiter) {
        this.place = this.semaphore.registerFor(waiter, this.count);
    }

    @Override
    public void giveUp() {
        TpWaitable.Registration taken = this.place;
        if (taken != null) {
            taken.cancel();
        }
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
        return this.count + " of semaphore '" + this.semaphore.name() + "'";
    }

}
