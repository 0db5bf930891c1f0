package dev.tpool.sync;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A waiter that brings its own place in line: registering it takes no memory, and it may
 * be registered again and again. Extend it for what waits very often; the waits of a pool
 * do. It is its own {@link TpWaitable.Registration}.
 *
 * <h2>When it may be registered again</h2> Not before nobody refers to its last
 * registration any more, since a late signal or a late {@link #cancel()} of one
 * registration would meet the next. The waitable does not from the moment at which
 * <ul>
 * <li>{@link #leave()} returned {@code true}, or</li>
 * <li>{@link #signalled()} was called.</li>
 * </ul>
 * Otherwise, that is if {@link #claim()} declined, it is not to be registered again:
 * somebody may still be about to find that out; make a new one. That no thread of one's
 * own is about to call {@code cancel()} or {@code leave()} for the last registration is
 * the subclass's part, and so is that what happened until then happens-before the next
 * registration. Calls that register one and the same waiter must not overlap.
 * <p>
 * All of this holds of the waitables that {@link #isToldBy} names. Any other waitable
 * takes it as it takes any waiter, and may keep it for ever. If it is in line already or
 * several permits are wanted, the waitables of this package do so, too, and return a
 * registration of its own.
 * <p>
 * {@code claim()} must not call the waitable, which would wait for the end of the very
 * call. What it throws counts as having declined, and is handed to the thread's
 * {@link Thread.UncaughtExceptionHandler} by whoever gave the signal, as is what
 * {@code signalled()} throws.
 *
 * @since 0.1.0
 */
public abstract class TpReusableWaiter extends WaitLine.Node implements TpWaitable.Waiter, TpWaitable.Registration {

    private static final VarHandle SOURCE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "source",
            VarHandle.class, TpReusableWaiter.class, SignalCount.class);

    /**
     * Where it stands or is about to; {@code null} once it has left or is told. Never
     * where it stood before: whether it is in line is guarded by where it is.
     */
    private volatile @Nullable SignalCount source;

    /** Written in {@code accept()}, thus under the line's guard. */
    private @Nullable Throwable failure;

    /** See {@link #failure}. */
    private boolean claimed;

    /** Until it has left, or is about to be told. */
    private boolean inUse;

    /**
     * Creates a waiter that is nowhere registered.
     */
    protected TpReusableWaiter() {
    }

    /**
     * Whether a waitable takes such a waiter as its own place in line, and refers to it
     * no longer than this class says.
     * @param waitable any waitable
     * @return {@code true} for the events and semaphores of this package, and for what
     * its methods make of stages and processes
     */
    public static boolean isToldBy(TpWaitable waitable) {
        return waitable instanceof SignalCount || waitable instanceof Completion;
    }

    /**
     * Gives the place up, as {@link #cancel()} does.
     * @return {@code true} if it stood in line until now: neither {@code claim()} nor
     * {@code signalled()} was or will be called for this registration, and it may be
     * registered again. {@code false} if it did not, because it has been served or was
     * never there
     */
    protected final boolean leave() {
        SignalCount left = this.source;
        if (left == null || !left.leave(this)) {
            return false;
        }
        isNowhere();
        return true;
    }

    /**
     * {@inheritDoc} Speaks of the last registration.
     */
    @Override
    public final boolean cancel() {
        leave();
        // Nobody writes it any more: the guard, or the source, has shown it out of line.
        return !this.claimed;
    }

    /**
     * About to enter a line.
     * @return {@code false} if it is in use
     */
    final boolean comesTo(SignalCount waitable) {
        if (this.inUse) {
            return false;
        }
        this.inUse = true;
        this.claimed = false;
        SOURCE.setRelease(this, waitable);
        return true;
    }

    private void isNowhere() {
        this.inUse = false;
        SOURCE.setRelease(this, null);
    }

    @Override
    final boolean accept() {
        try {
            this.claimed = claim();
        }
        catch (Throwable ex) {
            // Not now: the handler is code of a user.
            this.failure = ex;
        }
        return this.claimed;
    }

    @Override
    final void tell() {
        boolean accepted = this.claimed;
        Throwable failed = this.failure;
        this.failure = null;
        isNowhere();
        // From here on it may be in another line: nothing of it is touched any more.
        if (failed != null) {
            RegisteredWaiter.report(failed);
        }
        else if (accepted) {
            try {
                signalled();
            }
            catch (Throwable ex) {
                RegisteredWaiter.report(ex);
            }
        }
    }

}
