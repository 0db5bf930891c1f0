package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * Told how a one-shot callback ended. Exactly one of the two methods is called, exactly
 * once, for every one-shot that was accepted. What they throw goes to the exception
 * handler.
 */
public interface TpCompletion {

    /**
     * The callback has run. Called on the worker after the callback, the finalization
     * callback and the completion actions, and before anyone who waits for the callback
     * (the close of its cleanup group) is let go: whoever is told from here sees every
     * permit back.
     * @param failure what the callback threw, or {@code null} if it returned. The
     * completion owns the failure: the exception handler is not told of it.
     */
    void completed(@Nullable Throwable failure);

    /**
     * The callback was dropped before it began. Called on the thread that dropped it.
     */
    void cancelled();

}
