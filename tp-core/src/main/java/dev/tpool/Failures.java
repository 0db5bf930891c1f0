package dev.tpool;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

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

    /**
     * Logs, and never throws: whoever has a failure to tell of has something else to
     * finish.
     */
    static void log(System.Logger logger, Level level, Supplier<String> message, Throwable failure) {
        try {
            logger.log(level, message, failure);
        }
        catch (Throwable ex) {
            // The logger fails, or there is no memory or stack left to say anything.
        }
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
