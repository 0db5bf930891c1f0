package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback: the counterpart of {@code SimpleCallback}. Runs on a worker of the
 * pool.
 *
 * @param <C> the type of the context given when it was posted
 */
@FunctionalInterface
public interface TpSimpleCallback<C extends @Nullable Object> {

    /**
     * Runs the callback.
     * @param instance the execution, valid until this method returns
     * @param context the context given when the callback was posted, unchanged
     * @throws Exception goes to the completion of the one-shot if it has one, otherwise
     * to the exception handler; completion actions run all the same
     */
    void run(TpCallbackInstance instance, C context) throws Exception;

}
