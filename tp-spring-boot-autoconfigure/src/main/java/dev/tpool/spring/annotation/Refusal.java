package dev.tpool.spring.annotation;

import dev.tpool.TpRejectedException;
import org.jspecify.annotations.Nullable;

/**
 * What the caller gets of a callback that was refused, in whatever way the engine said
 * so: a method may throw an {@link IllegalStateException} as well, and after its
 * completion actions, and whoever answers a request has to be able to tell the two apart.
 */
final class Refusal {

    private Refusal() {
    }

    static TpRejectedException of(String callback, @Nullable String reason, @Nullable Throwable cause) {
        TpRejectedException refusal = new TpRejectedException("callback '" + callback + "' was refused: " + reason);
        if (cause != null) {
            refusal.initCause(cause);
        }
        return refusal;
    }

    /**
     * The pool or the group is closed, or the library unloaded.
     */
    static TpRejectedException of(String callback, IllegalStateException cause) {
        return of(callback, cause.getMessage(), cause);
    }

}
