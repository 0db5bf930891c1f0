package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * Collects what several steps throw, so that every step runs and no failure is lost.
 */
final class Failures {

    private Failures() {
    }

    static Throwable join(@Nullable Throwable first, Throwable next) {
        if (first == null) {
            return next;
        }
        if (first != next) {
            first.addSuppressed(next);
        }
        return first;
    }

    static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

}
