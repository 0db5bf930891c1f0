package dev.tpool.sync;

/**
 * Somebody gave back more than was taken: releasing would raise a semaphore's count above
 * its maximum. The counterpart of {@code ERROR_TOO_MANY_POSTS}. The semaphore is as it
 * was.
 *
 * @since 0.1.0
 */
public final class TpSemaphoreFullException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    TpSemaphoreFullException(String name, int available, int released, int maximum) {
        super("Semaphore '" + name + "' cannot be released by " + released + ": its count is " + available
                + " and its maximum " + maximum);
    }

}
