package dev.tpool.spring.annotation;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpTask;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * The calls of a method that nobody holds a future of.
 */
final class VoidTask implements TpTask<ProxyMethodInvocation> {

    private static final Log logger = LogFactory.getLog(TpCallback.class);

    private final CallbackMethod method;

    VoidTask(CallbackMethod method) {
        this.method = method;
    }

    @Override
    public String name() {
        return this.method.name();
    }

    @Override
    public void run(TpCallbackInstance instance, ProxyMethodInvocation invocation) throws Exception {
        this.method.run(instance, invocation);
    }

    /**
     * Lets the failure pass: what a completion throws goes to the exception handler.
     */
    @Override
    public void completed(@Nullable Throwable failure) {
        if (failure != null) {
            VoidTask.<RuntimeException>rethrow(failure);
        }
    }

    /**
     * Says aloud what is lost with the callback: nobody has a future that would tell.
     */
    @Override
    public void cancelled() {
        String notGivenBack = this.method.actions().notGivenBack();
        if (!notGivenBack.isEmpty()) {
            logger.warn(
                    "Callback '" + name() + "' was dropped before it began, and so has not given back " + notGivenBack);
        }
        else if (logger.isDebugEnabled()) {
            logger.debug("Callback '" + name() + "' was dropped before it began");
        }
    }

    @SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" }) // Erased, so any
                                                                       // failure passes.
    static <E extends Throwable> void rethrow(Throwable failure) throws E {
        throw (E) failure;
    }

}
