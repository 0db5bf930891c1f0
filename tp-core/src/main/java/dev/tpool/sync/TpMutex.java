package dev.tpool.sync;

import java.time.Duration;

/**
 * A mutex: the counterpart of the Windows object behind {@code CreateMutex} and
 * {@code ReleaseMutex}. It belongs to the thread that locked it, which may lock it again
 * and has to unlock it as often. Others stand in line and get it in the order in which
 * they came. Virtual threads own mutexes as others do.
 * <p>
 * A thread that ends without unlocking <em>abandons</em> its mutex. The next in line gets
 * it then, and {@link #wasAbandoned()} tells it so, the counterpart of
 * {@code WAIT_ABANDONED}: what the mutex protects may have been left half done. A thread
 * that is already waiting notices within a second.
 * <p>
 * A mutex is not a {@link TpWaitable}, and Windows refuses one in
 * {@code SetThreadpoolWait}: a wait is satisfied on no thread in particular, so nobody
 * would own it.
 *
 * @since 0.1.0
 */
public final class TpMutex extends OwnedLock {

    /** Written by the owner only, before the mutex is handed on. */
    private boolean abandoned;

    private TpMutex(String name) {
        super(name);
    }

    /**
     * A mutex that is free and has no name of its own.
     * @return a new mutex
     */
    public static TpMutex of() {
        return named(SignalCount.UNNAMED);
    }

    /**
     * A mutex that is free.
     * @param name a label for messages and monitoring
     * @return a new mutex
     */
    public static TpMutex named(String name) {
        return new TpMutex(name);
    }

    /**
     * Locks the mutex, waiting for it if need be, interrupted or not. The interrupt
     * status is kept.
     */
    public void lock() {
        takeUninterruptibly();
    }

    /**
     * Locks the mutex, waiting for it if need be.
     * @throws InterruptedException if the thread is interrupted before it had the mutex
     */
    public void lockInterruptibly() throws InterruptedException {
        take(WaitTime.FOREVER);
    }

    /**
     * Locks the mutex if it is free, abandoned or the calling thread's already. Does not
     * wait, and does not mind those who do.
     * @return true if the calling thread has it
     */
    public boolean tryLock() {
        return tryTake();
    }

    /**
     * Locks the mutex, waiting for it, but not longer than a given time.
     * @param timeout how long to wait at most; zero or less tries once without waiting,
     * as {@link #tryLock()}
     * @return true if the calling thread has it; false if the time ran out
     * @throws InterruptedException if the thread is interrupted before it had the mutex
     */
    public boolean tryLock(Duration timeout) throws InterruptedException {
        return take(WaitTime.of(timeout));
    }

    /**
     * Unlocks the mutex once.
     * @throws IllegalMonitorStateException if the calling thread does not own it
     */
    public void unlock() {
        release();
    }

    /**
     * Whether the calling thread has the mutex from a thread that ended without unlocking
     * it, so that what it protects has to be looked over. Stays true until the calling
     * thread has unlocked it for good.
     * @return true if the calling thread owns the mutex and its previous owner abandoned
     * it
     */
    public boolean wasAbandoned() {
        return isHeldByCurrentThread() && this.abandoned;
    }

    @Override
    boolean takeOnArrival() {
        return (isHeldByCurrentThread() || !isLineFormed()) && tryTake();
    }

    @Override
    boolean takeFromEnded(Thread ended) {
        if (!own(ended)) {
            return false;
        }
        this.abandoned = true;
        return true;
    }

    @Override
    void beforeLettingGo() {
        this.abandoned = false;
    }

    @Override
    public String toString() {
        return describe("TpMutex");
    }

}
