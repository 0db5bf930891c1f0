package dev.tpool.sync;

import java.time.Duration;

/**
 * A semaphore with a maximum: the counterpart of the Windows object behind
 * {@code CreateSemaphore} and {@code ReleaseSemaphore}. It counts permits; whoever
 * acquires takes some, whoever releases gives some. Permits have no owner: they may be
 * released by another thread than the one that acquired them. Releasing more than fits is
 * an error, which makes a permit given back twice visible at once.
 * <p>
 * Unlike Windows, several permits can be acquired in one step. Threads that wait and
 * waiters that are {@linkplain #register registered} (for one permit, unless they say
 * otherwise) stand in one line and are served strictly in the order in which they came:
 * nobody who comes later passes by, not even one who wants less than the first in line,
 * and not by {@link #tryAcquire()} either. Whoever gives up, in front, while it waits for
 * several permits may thereby let others go; it tells them then, as one who releases
 * does. What a thread did before {@link #release()} happens-before the return of those
 * whom that let go.
 *
 * @since 0.1.0
 */
public final class TpSemaphore extends SignalCount {

    private final int maximum;

    private TpSemaphore(String name, int initial, int maximum) {
        super(name, initial, true);
        if (maximum < 1) {
            throw new IllegalArgumentException(
                    "The maximum of semaphore '" + name + "' must be at least 1, not " + maximum);
        }
        if (initial < 0 || initial > maximum) {
            throw new IllegalArgumentException(
                    "The initial count of semaphore '" + name + "' must be 0 to " + maximum + ", not " + initial);
        }
        this.maximum = maximum;
    }

    /**
     * A semaphore that has no name of its own.
     * @param initial the permits it has at first, 0 to the maximum
     * @param maximum the permits it can have at most, at least 1
     * @return a new semaphore
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static TpSemaphore of(int initial, int maximum) {
        return named(UNNAMED, initial, maximum);
    }

    /**
     * A semaphore with a name.
     * @param name a label for messages and monitoring
     * @param initial the permits it has at first, 0 to the maximum
     * @param maximum the permits it can have at most, at least 1
     * @return a new semaphore
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static TpSemaphore named(String name, int initial, int maximum) {
        return new TpSemaphore(name, initial, maximum);
    }

    /**
     * The permits it can have at most.
     * @return the maximum, at least 1
     */
    public int maximum() {
        return this.maximum;
    }

    /**
     * The permits it has. For monitoring; the number may be outdated when it is returned,
     * and those in line have a prior claim.
     * @return the count, 0 to the maximum
     */
    public int availablePermits() {
        return count();
    }

    /**
     * Acquires one permit, waiting for it if need be.
     * @throws InterruptedException if the thread is interrupted before it had the permit;
     * none is then lost
     */
    public void acquire() throws InterruptedException {
        acquire(1);
    }

    /**
     * Acquires permits, all in one step, waiting for them if need be.
     * @param permits how many, 1 to the maximum
     * @throws IllegalArgumentException if the number is out of its range
     * @throws InterruptedException if the thread is interrupted before it had the
     * permits; none is then lost
     */
    public void acquire(int permits) throws InterruptedException {
        take(checked(permits), WaitTime.FOREVER);
    }

    /**
     * Acquires one permit, waiting for it if need be, interrupted or not. The interrupt
     * status is kept.
     */
    public void acquireUninterruptibly() {
        acquireUninterruptibly(1);
    }

    /**
     * Acquires permits, all in one step, waiting for them if need be, interrupted or not.
     * The interrupt status is kept.
     * @param permits how many, 1 to the maximum
     * @throws IllegalArgumentException if the number is out of its range
     */
    public void acquireUninterruptibly(int permits) {
        takeOrGiveUp(checked(permits), WaitTime.FOREVER, false);
    }

    /**
     * Acquires one permit if it is there and nobody waits for it. Does not wait.
     * @return true if the permit was acquired
     */
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Acquires permits, all in one step, if they are there and nobody waits for them.
     * Does not wait.
     * @param permits how many, 1 to the maximum
     * @return true if all were acquired; false if none was
     * @throws IllegalArgumentException if the number is out of its range
     */
    public boolean tryAcquire(int permits) {
        return tryTake(checked(permits));
    }

    /**
     * Acquires one permit, waiting for it, but not longer than a given time.
     * @param timeout how long to wait at most; zero or less tries once without waiting
     * @return true if the permit was acquired; false if the time ran out
     * @throws InterruptedException if the thread is interrupted before it had the permit;
     * none is then lost
     */
    public boolean tryAcquire(Duration timeout) throws InterruptedException {
        return tryAcquire(1, timeout);
    }

    /**
     * Acquires permits, all in one step, waiting for them, but not longer than a given
     * time.
     * @param permits how many, 1 to the maximum
     * @param timeout how long to wait at most; zero or less tries once without waiting
     * @return true if all were acquired; false if none was because the time ran out
     * @throws IllegalArgumentException if the number is out of its range
     * @throws InterruptedException if the thread is interrupted before it had the
     * permits; none is then lost
     */
    public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
        return take(checked(permits), WaitTime.of(timeout));
    }

    /**
     * Puts a waiter in line for several permits, which are then its own, all in one step.
     * @param waiter who is to be told
     * @param permits how many, 1 to the maximum
     * @return the place in line, by which it can be given up
     * @throws IllegalArgumentException if the number is out of its range
     */
    public Registration registerFor(Waiter waiter, int permits) {
        return register(waiter, checked(permits));
    }

    /**
     * Gives one permit to the semaphore and lets the first in line go if that is enough
     * for it. Does not wait. Registered waiters are told by the calling thread, before
     * this method returns; what they throw does not come out here.
     * @return the count just before, as {@code ReleaseSemaphore} tells it
     * @throws TpSemaphoreFullException if the semaphore has its maximum already; nothing
     * is changed
     */
    public int release() {
        return release(1);
    }

    /**
     * Gives permits to the semaphore, all in one step, and lets those go, from the front
     * of the line, for whom there is enough. Does not wait. Registered waiters are told
     * by the calling thread, before this method returns; what they throw does not come
     * out here.
     * @param permits how many, 1 to the maximum
     * @return the count just before, as {@code ReleaseSemaphore} tells it
     * @throws IllegalArgumentException if the number is out of its range
     * @throws TpSemaphoreFullException if the count would pass the maximum; nothing is
     * changed
     */
    public int release(int permits) {
        int before = add(checked(permits), this.maximum);
        if (before > this.maximum - permits) {
            throw new TpSemaphoreFullException(name(), before, permits, this.maximum);
        }
        return before;
    }

    private int checked(int permits) {
        if (permits < 1 || permits > this.maximum) {
            throw new IllegalArgumentException(
                    "Semaphore '" + name() + "' deals in 1 to " + this.maximum + " permits at a time, not " + permits);
        }
        return permits;
    }

    @Override
    public String toString() {
        return "TpSemaphore[" + name() + ", " + availablePermits() + " of " + this.maximum + " available, " + waiting()
                + " waiting]";
    }

}
