package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * What a pending callback is told of its own, with the context that was captured for it.
 *
 * @param result the result of a wait or an operation, {@code null} for other callbacks
 * @param context what is in force while the callback runs
 */
record ResultInContext(@Nullable Object result, TpActivationContext context) {

    /**
     * A result as it is kept until the callback runs.
     * @param context what was captured, {@code null} if nothing is
     */
    static Object of(Object result, @Nullable TpActivationContext context) {
        return (context != null) ? new ResultInContext(result, context) : result;
    }

}
