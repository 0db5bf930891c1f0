package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * The callback of a work object: the counterpart of {@code WorkCallback}. Runs on workers
 * of the pool, on several at once when the work was submitted several times.
 *
 * @param <C> the type of the context given when the work object was created
 */
@FunctionalInterface
public interface TpWorkCallback<C extends @Nullable Object> {

    /**
     * Runs one execution.
     * @param instance the execution, valid until this method returns
     * @param context the context given when the object was created, unchanged
     * @param work the object itself; it may be submitted again or closed from here
     * @throws Exception goes to the exception handler; completion actions run all the
     * same
     */
    void run(TpCallbackInstance instance, C context, TpWork work) throws Exception;

}
