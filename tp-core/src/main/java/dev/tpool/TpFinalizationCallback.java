package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * Called after every single execution of a callback, on the same thread, before the
 * completion actions: the counterpart of the callback set by
 * {@code TpSetCallbackFinalizationCallback}. Not called for cancelled callbacks.
 */
@FunctionalInterface
public interface TpFinalizationCallback {

    /**
     * Runs after one execution, whether the callback returned or threw.
     * @param instance the same execution; completion actions may still be registered
     * @param context the context of the object
     */
    void run(TpCallbackInstance instance, @Nullable Object context);

}
