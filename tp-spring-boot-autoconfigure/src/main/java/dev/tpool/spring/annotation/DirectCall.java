package dev.tpool.spring.annotation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * Calls a method in a callback that is running already, through the proxy and all its
 * advice but for the post.
 */
final class DirectCall {

    private static final ThreadLocal<Method> CALLED = new ThreadLocal<>();

    private DirectCall() {
    }

    /**
     * Calls the method.
     * @param annotated the method as its bean's class declares it
     * @param invocable the method as the proxy has it
     */
    static void call(Method annotated, Method invocable, Object bean, @Nullable Object[] arguments) throws Exception {
        CALLED.set(annotated);
        try {
            invocable.invoke(bean, arguments);
        }
        catch (InvocationTargetException ex) {
            Throwable failure = ex.getTargetException();
            if (failure instanceof Error error) {
                throw error;
            }
            throw (failure instanceof Exception exception) ? exception : new ExecutionException(failure);
        }
        finally {
            CALLED.remove();
        }
    }

    /**
     * Whether the call that has reached the interceptor is the one that is made here.
     * Only the first one is: the method may call itself.
     */
    static boolean isOf(Method method) {
        if (!method.equals(CALLED.get())) {
            return false;
        }
        CALLED.remove();
        return true;
    }

}
