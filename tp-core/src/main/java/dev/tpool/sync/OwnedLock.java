package dev.tpool.sync;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * A lock that belongs to the thread that took it and notices when that thread has ended:
 * what a mutex and a critical section have in common.
 */
abstract sealed class OwnedLock permits TpMutex, TpCriticalSection {

    /*-
     * Whoever finds the lock taken queues for the line, a fair lock of the JDK. The one who has
     * the line is the only one who waits for the owner itself:
     *
     *   first in line                       owner, leaving
     *   first = me                          owner = null
     *   owner: null -> me, or park          unpark(first), if any
     *
     * Each writes before it reads, so one of the two sees the other. The first in line also
     * wakes every LIVENESS_CHECK_NANOS to see whether the owner is alive; the others need not,
     * since each of them is the first in line before it is served.
     */

    private static final long LIVENESS_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final VarHandle LISTENERS = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "listeners",
            VarHandle.class, OwnedLock.class, ReleaseListeners.class);

    private final String name;

    private final Owner owner = new Owner();

    private final ReentrantLock line = new ReentrantLock(true);

    /** Who has the line. Written by that thread only. */
    private volatile @Nullable Thread first;

    /** Nobody, for most locks: then letting go costs one look. */
    private volatile @Nullable ReleaseListeners listeners;

    /** How many times the owner has to leave. Written and read by the owner only. */
    private int holds;

    /**
     * @param name for messages
     */
    OwnedLock(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * The name it was given, or "unnamed". A label for messages and monitoring: two
     * objects of one name have nothing to do with each other.
     * @return the name
     */
    public final String name() {
        return this.name;
    }

    /**
     * The thread that has it. For monitoring; the answer may be outdated when it is
     * returned. A thread that ended without letting go is named until another one takes
     * its place.
     * @return the owner, or null if it is free
     */
    public final @Nullable Thread owner() {
        return this.owner.get();
    }

    /**
     * Whether the calling thread has it.
     * @return true if the calling thread is the owner
     */
    public final boolean isHeldByCurrentThread() {
        return this.owner.get() == Thread.currentThread();
    }

    /**
     * How many times the calling thread has to let go before others can have it.
     * @return the depth, 0 if the calling thread is not the owner
     */
    public final int holdCount() {
        return isHeldByCurrentThread() ? this.holds : 0;
    }

    /**
     * How many threads wait for it. For monitoring; the number may be outdated when it is
     * returned.
     * @return the length of the line
     */
    public final int waiting() {
        return this.line.getQueueLength() + ((this.first != null) ? 1 : 0);
    }

    /**
     * Has somebody told once, as soon as the owner has let go for good, without waiting
     * for it. That it was told says no more than that it is worth to try again. An owner
     * that ends without letting go tells nobody: whoever wants to know asks again after a
     * while. Who asks several times is told as often, also of one release.
     * @param told called by the thread that lets go, after it has; should be short. If it
     * makes others be told, and those others, 64 of them run within one another at most.
     * What it throws goes to that thread's uncaught exception handler.
     * @return {@code false}, with nothing to be told, if there is nobody to wait for: it
     * is free, or its owner has ended
     */
    public final boolean tellWhenFree(Runnable told) {
        Objects.requireNonNull(told, "told");
        ReleaseListeners known = releaseListeners();
        // First in, then a look: the owner does it the other way round.
        known.add(told);
        Thread seen = this.owner.get();
        return (seen != null && seen.isAlive()) || !known.remove(told);
    }

    /**
     * Takes back what {@link #tellWhenFree} was told, once; the very object, and not one
     * that is equal.
     * @param told who is not to be told any more
     * @return {@code false} if it was told, or is being told
     */
    public final boolean forget(Runnable told) {
        ReleaseListeners known = this.listeners;
        return known != null && known.remove(told);
    }

    private ReleaseListeners releaseListeners() {
        ReleaseListeners known = this.listeners;
        if (known != null) {
            return known;
        }
        ReleaseListeners made = new ReleaseListeners();
        ReleaseListeners first = (ReleaseListeners) LISTENERS.compareAndExchange(this, null, made);
        return (first != null) ? first : made;
    }

    /**
     * A view of this as a {@link Lock}, with the same owner, depth and line. It has no
     * conditions.
     * @return a view
     */
    public final Lock asLock() {
        return new LockView(this);
    }

    /**
     * Takes the lock as somebody does who has just come and would stand in line
     * otherwise.
     */
    abstract boolean takeOnArrival();

    /**
     * Called by a thread that found the lock with an owner that has ended: takes it by
     * {@link #own}, or throws.
     */
    abstract boolean takeFromEnded(Thread ended);

    /**
     * Called by the owner that lets go for good, however it does so.
     */
    abstract void beforeLettingGo();

    /**
     * Takes the lock if that needs no waiting, whoever stands in line.
     */
    final boolean tryTake() {
        Thread seen = this.owner.get();
        if (seen == null) {
            return own(null);
        }
        if (seen != Thread.currentThread()) {
            return !seen.isAlive() && takeFromEnded(seen);
        }
        if (this.holds == Integer.MAX_VALUE) {
            throw new IllegalStateException(this + " cannot be taken more often by one thread");
        }
        this.holds++;
        return true;
    }

    /**
     * Becomes the owner if the lock still has the given one.
     */
    final boolean own(@Nullable Thread before) {
        if (!this.owner.succeed(before)) {
            return false;
        }
        this.holds = 1;
        return true;
    }

    final boolean isFree() {
        return this.owner.get() == null;
    }

    final boolean isLineFormed() {
        return this.line.isLocked() || this.line.hasQueuedThreads();
    }

    /**
     * Takes the lock, waiting for it if need be.
     * @param nanos how long to wait at most
     * @return false if the time ran out
     * @throws InterruptedException if interrupted before the lock was this thread's own
     */
    final boolean take(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (nanos <= 0) {
            return tryTake();
        }
        if (takeOnArrival()) {
            return true;
        }
        long start = System.nanoTime();
        if (nanos == WaitTime.FOREVER) {
            this.line.lockInterruptibly();
        }
        else if (!this.line.tryLock(nanos, TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            this.first = Thread.currentThread();
            while (!tryTake()) {
                long left = WaitTime.left(nanos, start);
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this.owner, Math.min(left, LIVENESS_CHECK_NANOS));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return true;
        }
        finally {
            this.first = null;
            this.line.unlock();
        }
    }

    /**
     * Takes the lock, waiting for it if need be, interrupted or not.
     */
    final void takeUninterruptibly() {
        if (takeOnArrival()) {
            return;
        }
        boolean interrupted = false;
        this.line.lock();
        try {
            this.first = Thread.currentThread();
            while (!tryTake()) {
                LockSupport.parkNanos(this.owner, LIVENESS_CHECK_NANOS);
                // Else the next park would not.
                interrupted |= Thread.interrupted();
            }
        }
        finally {
            this.first = null;
            this.line.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Lets go once.
     * @throws IllegalMonitorStateException if the calling thread is not the owner
     */
    final void release() {
        Thread seen = this.owner.get();
        if (seen != Thread.currentThread()) {
            throw new IllegalMonitorStateException(this + " cannot be released by thread '"
                    + Thread.currentThread().getName() + "', which does not own it");
        }
        if (--this.holds > 0) {
            return;
        }
        beforeLettingGo();
        this.owner.leave();
        LockSupport.unpark(this.first);
        ReleaseListeners told = this.listeners;
        if (told != null) {
            told.tell();
        }
    }

    final String describe(String kind) {
        Thread seen = this.owner.get();
        String state = (seen == null) ? "free"
                : "owned by thread '" + seen.getName() + (seen.isAlive() ? "'" : "', which has ended");
        return kind + "[" + this.name + ", " + state + ", " + waiting() + " waiting]";
    }

}
