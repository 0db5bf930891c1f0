package dev.tpool.sync;

import org.jspecify.annotations.Nullable;

/**
 * The place in line of a waiter that brings none of its own.
 */
final class RegisteredWaiter extends WaitLine.Node implements TpWaitable.Registration {

    private final SignalCount source;

    private final TpWaitable.Waiter waiter;

    private final int wanted;

    /** Written in {@code accept()}, thus under the line's guard. */
    private boolean claimed;

    private @Nullable Throwable failure;

    RegisteredWaiter(SignalCount source, TpWaitable.Waiter waiter, int wanted) {
        this.source = source;
        this.waiter = waiter;
        this.wanted = wanted;
    }

    @Override
    int wanted() {
        return this.wanted;
    }

    @Override
    boolean accept() {
        this.source.claiming(Thread.currentThread());
        try {
            this.claimed = this.waiter.claim();
        }
        catch (Throwable ex) {
            // Not now: the handler is code of a user.
            this.failure = ex;
        }
        this.source.claiming(null);
        return this.claimed;
    }

    @Override
    void tell() {
        if (this.failure != null) {
            report(this.failure);
        }
        else if (this.claimed) {
            try {
                this.waiter.signalled();
            }
            catch (Throwable ex) {
                report(ex);
            }
        }
    }

    static void report(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        }
        catch (Throwable ignored) {
            // As the JVM does when a handler fails: there is nobody left to tell.
        }
    }

    @Override
    public boolean cancel() {
        this.source.leave(this);
        // Nobody writes it any more: the guard has seen this place out of line.
        return !this.claimed;
    }

}
