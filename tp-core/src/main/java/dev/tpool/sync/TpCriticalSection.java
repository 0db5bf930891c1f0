package dev.tpool.sync;

import java.time.Duration;

/**
 * A critical section: the counterpart of the Windows object behind
 * {@code InitializeCriticalSectionAndSpinCount}, {@code EnterCriticalSection} and
 * {@code LeaveCriticalSection}. It belongs to the thread that entered it, which may enter
 * it again and has to leave it as often.
 * <p>
 * It is made for short stretches of code. A thread that finds it taken tries again for a
 * number of times, its spin count, before it stands in line; and whoever comes at the
 * right moment passes the line by, as on Windows. A {@link TpMutex} is fair instead, and
 * survives its owner. Where Windows leaves open what becomes of a section whose owner
 * ended inside, here every attempt to enter it fails with an
 * {@link IllegalStateException}, and so do, within a second, the threads that are waiting
 * for it.
 * <p>
 * A critical section is not a {@link TpWaitable}, for the same reason as a mutex.
 *
 * @since 0.1.0
 */
public final class TpCriticalSection extends OwnedLock {

    private final int spinCount;

    private TpCriticalSection(String name, int spinCount) {
        super(name);
        if (spinCount < 0) {
            throw new IllegalArgumentException(
                    "The spin count of critical section '" + name + "' must be at least 0, not " + spinCount);
        }
        // There is nobody to wait for while the only processor is busy waiting.
        this.spinCount = (Runtime.getRuntime().availableProcessors() > 1) ? spinCount : 0;
    }

    /**
     * A critical section that is free, does not spin and has no name of its own.
     * @return a new critical section
     */
    public static TpCriticalSection of() {
        return of(0);
    }

    /**
     * A critical section that is free and has no name of its own.
     * @param spinCount how often to try again before waiting, at least 0
     * @return a new critical section
     * @throws IllegalArgumentException if the spin count is negative
     */
    public static TpCriticalSection of(int spinCount) {
        return named(SignalCount.UNNAMED, spinCount);
    }

    /**
     * A critical section that is free and does not spin.
     * @param name a label for messages and monitoring
     * @return a new critical section
     */
    public static TpCriticalSection named(String name) {
        return named(name, 0);
    }

    /**
     * A critical section that is free.
     * @param name a label for messages and monitoring
     * @param spinCount how often to try again before waiting, at least 0
     * @return a new critical section
     * @throws IllegalArgumentException if the spin count is negative
     */
    public static TpCriticalSection named(String name, int spinCount) {
        return new TpCriticalSection(name, spinCount);
    }

    /**
     * How often a thread tries again before it waits.
     * @return the spin count, 0 on a single processor
     */
    public int spinCount() {
        return this.spinCount;
    }

    /**
     * Enters the section, waiting for it if need be, interrupted or not. The interrupt
     * status is kept.
     * @throws IllegalStateException if the owner ended inside
     */
    public void enter() {
        takeUninterruptibly();
    }

    /**
     * Enters the section, waiting for it if need be.
     * @throws IllegalStateException if the owner ended inside
     * @throws InterruptedException if the thread is interrupted before it had entered
     */
    public void enterInterruptibly() throws InterruptedException {
        take(WaitTime.FOREVER);
    }

    /**
     * Enters the section if it is free or the calling thread's already. Does not wait.
     * @return true if the calling thread is inside
     * @throws IllegalStateException if the owner ended inside
     */
    public boolean tryEnter() {
        return tryTake();
    }

    /**
     * Enters the section, waiting for it, but not longer than a given time.
     * @param timeout how long to wait at most; zero or less tries once without waiting
     * @return true if the calling thread is inside; false if the time ran out
     * @throws IllegalStateException if the owner ended inside
     * @throws InterruptedException if the thread is interrupted before it had entered
     */
    public boolean tryEnter(Duration timeout) throws InterruptedException {
        return take(WaitTime.of(timeout));
    }

    /**
     * Leaves the section once.
     * @throws IllegalMonitorStateException if the calling thread is not inside
     */
    public void leave() {
        release();
    }

    @Override
    boolean takeOnArrival() {
        if (tryTake()) {
            return true;
        }
        for (int spins = this.spinCount; spins > 0 && !isLineFormed(); spins--) {
            Thread.onSpinWait();
            if (isFree() && tryTake()) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean takeFromEnded(Thread ended) {
        if (owner() != ended) {
            // It left before it ended.
            return false;
        }
        throw new IllegalStateException(this + " will not be left any more");
    }

    @Override
    void beforeLettingGo() {
    }

    @Override
    public String toString() {
        return describe("TpCriticalSection");
    }

}
