package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * What each pending callback of an object is told of its own: the result of a wait, the
 * outcome of an operation. Results are handed out in the order in which they occurred.
 */
final class Results {

    private static final VarHandle LOCKED = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "locked",
            VarHandle.class, Results.class, int.class);

    /** How often a thread looks again before it sleeps. */
    private static final int SPINS = 200;

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /**
     * Guards the results, and every change of the object's pending count, so that there
     * are always as many of one as of the other. It is held for a few instructions, never
     * while anybody is called, so it can do without a queue of those who want it, which
     * would be larger than all the rest of most objects.
     */
    private volatile int locked;

    /** Most objects have one result at a time. */
    private @Nullable Object first;

    /** The results after the first one, once there were any. */
    private @Nullable ArrayDeque<Object> others;

    void lock() {
        if (!LOCKED.compareAndSet(this, 0, 1)) {
            waitForLock();
        }
    }

    private void waitForLock() {
        int looks = 0;
        while (this.locked != 0 || !LOCKED.compareAndSet(this, 0, 1)) {
            looks++;
            if (looks <= SPINS) {
                Thread.onSpinWait();
            }
            else {
                // Whoever has it has lost its processor.
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    void unlock() {
        LOCKED.setRelease(this, 0);
    }

    /**
     * Adds the result of a callback that is about to be counted. Under the lock.
     */
    void add(Object result) {
        if (this.first == null) {
            this.first = result;
            return;
        }
        if (this.others == null) {
            this.others = new ArrayDeque<>(2);
        }
        this.others.addLast(result);
    }

    /**
     * Takes back the result of a callback that was not counted. Under the lock.
     */
    void takeBack() {
        if (this.others == null || this.others.pollLast() == null) {
            this.first = null;
        }
    }

    /**
     * Takes the result of the callback that is about to run. Under the lock.
     */
    Object take() {
        Object taken = this.first;
        if (taken == null) {
            throw new NoSuchElementException();
        }
        this.first = (this.others != null) ? this.others.pollFirst() : null;
        return taken;
    }

    /**
     * Drops the results of all callbacks that are pending. Under the lock.
     */
    void drop() {
        this.first = null;
        this.others = null;
    }

}
