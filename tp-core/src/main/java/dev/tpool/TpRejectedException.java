package dev.tpool;

import java.io.Serial;
import java.util.concurrent.RejectedExecutionException;

/**
 * A callback was refused: the pool's bounded queue is full, or no thread could be started
 * to run it.
 */
public final class TpRejectedException extends RejectedExecutionException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     * @param message which pool refused which callback, and why
     */
    public TpRejectedException(String message) {
        super(message);
    }

}
