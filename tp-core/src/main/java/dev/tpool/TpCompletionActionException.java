package dev.tpool;

import java.io.Serial;

/**
 * A completion action failed, for instance because the callback did not own the mutex
 * that it asked to have released. The other actions of the callback were carried out all
 * the same.
 */
public final class TpCompletionActionException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final TpCompletionAction action;

    /**
     * Creates the exception.
     * @param action the action that failed
     * @param source the name of the callback's object
     * @param cause what the action threw
     */
    public TpCompletionActionException(TpCompletionAction action, String source, Throwable cause) {
        super("completion action " + action + " of callback '" + source + "' failed: " + cause.getMessage(), cause);
        this.action = action;
    }

    /**
     * The action that failed.
     * @return the action
     */
    public TpCompletionAction action() {
        return this.action;
    }

}
