package dev.tpool.sync;

import org.jspecify.annotations.Nullable;

/**
 * A waiter's place in line, and the one place from which waiters are called.
 */
final class RegisteredWaiter extends WaitLine.Node implements TpWaitable.Registration {

    private final SignalCount source;

    private final TpWaitable.Waiter waiter;

    /** Written in {@code claim()}, thus under the line's guard. */
    private boolean claimed;

    private @Nullable Throwable failure;

    RegisteredWaiter(SignalCount source, TpWaitable.Waiter waiter, int wanted) {
        super(wanted);
        this.source = source;
        this.waiter = waiter;
    }

    @Override
    boolean claim() {
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
