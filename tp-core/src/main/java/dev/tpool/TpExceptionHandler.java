package dev.tpool;

/**
 * Told of everything that user code throws where nobody else would hear of it: callbacks,
 * finalization callbacks, completions, and completion actions (as
 * {@link TpCompletionActionException}).
 */
@FunctionalInterface
public interface TpExceptionHandler {

    /**
     * Called on the thread on which the failure happened, right after it. What it throws
     * is logged.
     * @param source whose callback failed
     * @param failure what was thrown
     */
    void handle(TpCallbackSource source, Throwable failure);

}
