package dev.tpool.spring.annotation;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpDeferredCallback;
import org.jspecify.annotations.Nullable;

/**
 * What a callback does once its entry was given what it needs.
 *
 * @param <C> the type of what differs from call to call
 */
interface EntryMethod<C> {

    /**
     * The name of the callbacks in logs and snapshots.
     */
    String name();

    /**
     * Whether somebody holds a future of the callback.
     */
    boolean returnsFuture();

    /**
     * What {@link #run} registers first of all.
     */
    CompletionActions actions();

    /**
     * Registers the completion actions and runs the method, on the worker.
     */
    @Nullable Object run(TpCallbackInstance instance, C call) throws Exception;

    /**
     * What the cancel callback of a cleanup group is told.
     */
    default Object context(C call) {
        return call;
    }

    /**
     * A call was accepted. Its callback may be over already.
     */
    default void accepted(C call, TpDeferredCallback callback) {
    }

    /**
     * The key of one call.
     * @throws IllegalArgumentException if it has none
     */
    default String key(KeyTemplate template, C call) {
        throw new IllegalArgumentException("'" + template + "' is an expression over arguments, and there are none");
    }

    /**
     * A callback without a future has carried out its completion actions and given
     * everything back. What this throws goes to the exception handler.
     */
    default void completed(C call, @Nullable Throwable failure) {
        if (failure != null) {
            VoidTask.<RuntimeException>rethrow(failure);
        }
    }

    /**
     * A callback without a future or a caller that waits was dropped before it began, and
     * what was acquired for it has been given back.
     */
    default void dropped(C call) {
    }

}
