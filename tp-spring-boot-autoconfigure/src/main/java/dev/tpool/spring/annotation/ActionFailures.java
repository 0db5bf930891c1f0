package dev.tpool.spring.annotation;

import java.util.function.BiConsumer;

import dev.tpool.TpCallbackSource;
import dev.tpool.TpCompletionAction;
import dev.tpool.TpCompletionActionException;
import dev.tpool.TpExceptionHandler;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells of completion actions that failed after their callback was over, to the exception
 * handler of its environment or else to the log.
 *
 * @param source whose actions they are
 */
record ActionFailures(TpCallbackSource source) implements BiConsumer<TpCompletionAction, Throwable> {

    private static final Log logger = LogFactory.getLog(TpCallback.class);

    @Override
    public void accept(TpCompletionAction action, Throwable cause) {
        TpCompletionActionException failure = new TpCompletionActionException(action, this.source.name(), cause);
        TpExceptionHandler handler = this.source.environment().exceptionHandler();
        if (handler == null) {
            logger.error("Callback '" + this.source.name() + "' ran, but its completion action " + action + " failed",
                    failure);
            return;
        }
        try {
            handler.handle(this.source, failure);
        }
        catch (Throwable ex) {
            // An Error, too: other actions have yet to be carried out.
            if (ex != failure) {
                ex.addSuppressed(failure);
            }
            logger.error("The exception handler for callback '" + this.source.name() + "' has failed", ex);
        }
    }

}
