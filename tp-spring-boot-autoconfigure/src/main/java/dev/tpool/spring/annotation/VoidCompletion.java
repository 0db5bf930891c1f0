package dev.tpool.spring.annotation;

import dev.tpool.TpCompletion;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The end of a callback that nobody holds a future of.
 */
final class VoidCompletion implements TpCompletion {

    private static final Log logger = LogFactory.getLog(TpCallback.class);

    private final String name;

    private final CompletionActions actions;

    VoidCompletion(String name, CompletionActions actions) {
        this.name = name;
        this.actions = actions;
    }

    /**
     * Lets the failure pass: what a completion throws goes to the exception handler.
     */
    @Override
    public void completed(@Nullable Throwable failure) {
        if (failure != null) {
            VoidCompletion.<RuntimeException>rethrow(failure);
        }
    }

    /**
     * Says aloud what is lost with the callback: nobody has a future that would tell.
     */
    @Override
    public void cancelled() {
        String notGivenBack = this.actions.notGivenBack();
        if (!notGivenBack.isEmpty()) {
            logger.warn("Callback '" + this.name + "' was dropped before it began, and so has not given back "
                    + notGivenBack);
        }
        else if (logger.isDebugEnabled()) {
            logger.debug("Callback '" + this.name + "' was dropped before it began");
        }
    }

    @SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" }) // Erased, so any
                                                                       // failure passes.
    private static <E extends Throwable> void rethrow(Throwable failure) throws E {
        throw (E) failure;
    }

}
