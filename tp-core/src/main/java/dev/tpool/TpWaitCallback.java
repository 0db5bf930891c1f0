package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * The callback of a wait: the counterpart of {@code WaitCallback}. Runs on a worker of
 * the pool.
 *
 * @param <C> the type of the context given when the wait was created
 */
@FunctionalInterface
public interface TpWaitCallback<C extends @Nullable Object> {

    /**
     * Runs once for each setting that came to its end.
     * @param instance the execution, valid until this method returns
     * @param context the context given when the wait was created, unchanged
     * @param wait the wait itself; to wait again, set it again from here
     * @param result whether it was signalled or timed out
     * @throws Exception goes to the exception handler; completion actions run all the
     * same
     */
    void run(TpCallbackInstance instance, C context, TpWait wait, TpWaitResult result) throws Exception;

}
