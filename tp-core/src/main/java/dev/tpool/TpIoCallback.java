package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * The callback of an I/O object: the counterpart of {@code IoCompletionCallback}. Runs on
 * workers of the pool, once for each completed operation, on several at once when
 * operations overlap.
 *
 * @param <C> the type of the context given when the object was created
 */
@FunctionalInterface
public interface TpIoCallback<C extends @Nullable Object> {

    /**
     * Runs once for each completed operation.
     * @param instance the execution, valid until this method returns
     * @param context the context given when the object was created, unchanged
     * @param completion what came of the operation
     * @param io the object itself; the next operation may be started from here
     * @throws Exception goes to the exception handler; completion actions run all the
     * same
     */
    void run(TpCallbackInstance instance, C context, TpIoCompletion completion, TpIo io) throws Exception;

}
