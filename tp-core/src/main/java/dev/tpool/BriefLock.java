package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for what takes a few instructions as a rule, and never calls code of others. It
 * is not reentrant. Taking and leaving it is one atomic step, and it has no queue of
 * those who want it, which would be larger than all the rest of most objects. Who wants
 * it while somebody has it spins, since a thread that sleeps and is woken takes a hundred
 * times as long, and sleeps only if it is held for longer than that.
 */
class BriefLock {

    private static final VarHandle LOCKED = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "locked",
            VarHandle.class, BriefLock.class, int.class);

    /** How often a thread looks again before it sleeps. */
    private static final int SPINS = 200;

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private volatile int locked;

    final void lock() {
        if (!LOCKED.compareAndSet(this, 0, 1)) {
            waitForLock();
        }
    }

    private void waitForLock() {
        int looks = 0;
        boolean interrupted = false;
        while (this.locked != 0 || !LOCKED.compareAndSet(this, 0, 1)) {
            looks++;
            interrupted |= pause(looks, this);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What a thread does between two looks at a lock of this kind that somebody else has.
     * @param looks how often it has looked
     * @param blocker what it waits for
     * @return whether it was interrupted, which is no longer to be seen: to be put right
     * when it has the lock
     */
    static boolean pause(int looks, Object blocker) {
        if (looks <= SPINS) {
            Thread.onSpinWait();
            return false;
        }
        // Whoever has it has lost its processor. Nobody who is interrupted would sleep,
        // and a virtual thread would never let go of the processor.
        boolean interrupted = Thread.interrupted();
        LockSupport.parkNanos(blocker, PAUSE_NANOS);
        return interrupted;
    }

    final void unlock() {
        LOCKED.setRelease(this, 0);
    }

}
