package dev.tpool;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Watches a pool: the place for metrics and traces (what ETW is to the Windows pool).
 * Every method does nothing by default. They are called on the way of every callback and
 * must be quick; what they throw is logged and does no harm. A pool without a monitor
 * reads no clock.
 */
public interface TpMonitor {

    /**
     * A callback was queued, and is either started or dropped: nobody is told this of one
     * that is refused, unless it was {@linkplain TpDeferredCallback#reject() rejected}
     * after it had been posted. If it was behind others of its object, a worker may be so
     * fast that this is told after its start.
     * @param source where it comes from
     */
    default void callbackQueued(TpCallbackSource source) {
    }

    /**
     * A callback is about to run. Called on its worker.
     * @param source where it comes from
     * @param queueNanos the nanoseconds it waited. Posts to one object share one place in
     * the queue, so for those it is the time since the object last took its place; if
     * another worker had taken several of its callbacks together and did not get to this
     * one, it may be more by a tenth of a millisecond and one callback. A
     * {@linkplain TpDeferredCallback deferred} callback waits from the moment in which it
     * was accepted, unless its caller runs it.
     */
    default void callbackStarted(TpCallbackSource source, long queueNanos) {
    }

    /**
     * A callback, its finalization callback and its completion actions are over. Called
     * on its worker, before anyone who waits for it is let go.
     * @param source where it comes from
     * @param runNanos the nanoseconds since {@link #callbackStarted}, or since the one
     * before it ended, if that was of the same object and this one followed at once
     * @param failure what the callback threw, or {@code null}
     */
    default void callbackEnded(TpCallbackSource source, long runNanos, @Nullable Throwable failure) {
    }

    /**
     * Queued callbacks were cancelled before they began.
     * @param source where they come from
     * @param count how many
     */
    default void callbacksDropped(TpCallbackSource source, long count) {
    }

    /**
     * A callback was refused. Called on the thread that tried to post it.
     * @param name the name of the object or one-shot
     */
    default void callbackRejected(String name) {
    }

    /**
     * A completion action was carried out or failed. Called on the worker of the
     * callback.
     * @param source whose callback registered it
     * @param action the action
     * @param failure why it failed, or {@code null}
     */
    default void completionActionEnded(TpCallbackSource source, TpCompletionAction action,
            @Nullable Throwable failure) {
    }

    /**
     * The pool does not get on: it is at its maximum, something is queued, every worker
     * is blocked, and no callback has ended for at least a second. Told once each time
     * that this happens, on a thread of the pool's own that is no worker. If it happens
     * again and again it is told again only after twice as long, until the backlog is
     * gone. It is logged as well, with the stack traces of the workers.
     * @param pool the pool at this moment
     * @param blockedFor for how long nothing has moved; whatever is queued first has
     * waited at least as long
     */
    default void poolStarved(TpPoolSnapshot pool, Duration blockedFor) {
    }

    /**
     * Makes one monitor out of several. They are told in order; one that throws does not
     * keep the others from being told.
     * @param monitors the monitors
     * @return a monitor that tells them all
     */
    static TpMonitor compose(Collection<? extends TpMonitor> monitors) {
        List<TpMonitor> all = List.copyOf(monitors);
        return (all.size() == 1) ? all.get(0) : new CompositeMonitor(all);
    }

}
