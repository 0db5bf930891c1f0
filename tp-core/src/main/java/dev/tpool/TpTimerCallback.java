package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * The callback of a timer: the counterpart of {@code TimerCallback}. Runs on workers of
 * the pool, on several at once when an expiry comes before an earlier callback has
 * returned.
 *
 * @param <C> the type of the context given when the timer was created
 */
@FunctionalInterface
public interface TpTimerCallback<C extends @Nullable Object> {

    /**
     * Runs one expiry.
     * @param instance the execution, valid until this method returns
     * @param context the context given when the timer was created, unchanged
     * @param timer the timer itself; it may be set, unset or closed from here
     * @throws Exception goes to the exception handler; completion actions run all the
     * same
     */
    void run(TpCallbackInstance instance, C context, TpTimer timer) throws Exception;

}
