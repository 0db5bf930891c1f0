package dev.tpool.sync;

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
 * <li>{@link #leave()} returned {@code true}, or {@link #tryLeave()} returned
 * {@link Leaving#LEFT}, or</li>
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
        WaitLine left = line();
        if (left == null || !left.owner().leave(this)) {
            return false;
        }
        this.inUse = false;
        return true;
    }

    /**
     * Registers it if it has to wait: as {@link TpWaitable#register}, but only if no
     * signal is there for it, nobody else is registering, leaving or being served at this
     * very moment, and the waitable is an event or a semaphore of this package. Does not
     * wait and calls nobody, so it may be called under a lock that {@link #claim()}
     * takes.
     * @param waitable what to wait for
     * @return whether it is registered; {@code false} if nothing was done
     */
    protected final boolean tryEnter(TpWaitable waitable) {
        boolean lastClaimed = this.claimed;
        if (!(waitable instanceof SignalCount count) || !comes()) {
            return false;
        }
        boolean entered = count.tryEnter(this);
        if (!entered) {
            // Otherwise it may be somebody else's by now.
            this.claimed = lastClaimed;
            this.inUse = false;
        }
        return entered;
    }

    /**
     * Gives the place up if it stands in line and {@link #agreesToLeave()}, unless
     * somebody else is registering, leaving or being served there at this very moment.
     * Does not wait, so it may be called under a lock that {@link #claim()} takes. Unlike
     * {@link #leave()} it may be called at any time, also for a registration that is
     * over: it means the one that it finds.
     * @return {@link Leaving#LEFT} if it stood in line until now: neither {@code claim()}
     * nor {@code signalled()} was or will be called for this registration, and it may be
     * registered again
     */
    protected final Leaving tryLeave() {
        WaitLine line = line();
        Leaving leaving = (line != null) ? line.owner().tryLeave(this) : Leaving.STAYED;
        if (leaving == Leaving.LEFT) {
            this.inUse = false;
        }
        return leaving;
    }

    /**
     * Asked by {@link #tryLeave()}, while it stands in line and nobody else can take it
     * from there. What holds of {@link #claim()} holds of it: it must not block and not
     * call the waitable, and what it throws counts as a {@code false} and is handed to
     * the thread's {@link Thread.UncaughtExceptionHandler}.
     * @return whether to leave the line now
     */
    protected boolean agreesToLeave() {
        return true;
    }

    /**
     * Waits until nobody is registering, leaving or being served any more where it stands
     * in line: what {@link #tryLeave()} was too early for. Not to be called from a
     * {@code claim()} there, for which it would wait for ever.
     * @throws IllegalStateException if it is found to be called so
     */
    protected final void awaitLine() {
        WaitLine line = line();
        if (line != null) {
            line.owner().count();
        }
    }

    /**
     * {@inheritDoc} Speaks of the last registration.
     */
    @Override
    public final boolean cancel() {
        leave();
        // Nobody writes it any more: it was seen out of line.
        return !this.claimed;
    }

    /**
     * About to enter a line.
     * @return {@code false} if it is in use
     */
    final boolean comes() {
        if (this.inUse) {
            return false;
        }
        this.inUse = true;
        this.claimed = false;
        return true;
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
        this.inUse = false;
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

    /**
     * What became of an attempt to leave the line.
     */
    public enum Leaving {

        /** It stood in line until now. */
        LEFT,

        /**
         * It did not agree, or it is not in line: then the caller sees what it has
         * accepted.
         */
        STAYED,

        /** Nothing was done: somebody else is at the line. */
        BUSY

    }

}
