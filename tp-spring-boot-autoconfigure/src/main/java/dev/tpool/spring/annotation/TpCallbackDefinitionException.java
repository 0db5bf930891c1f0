package dev.tpool.spring.annotation;

import java.io.Serial;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * A method cannot be a callback the way its {@link TpCallback @TpCallback} says.
 */
public final class TpCallbackDefinitionException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String method;

    private final String problem;

    private final String action;

    TpCallbackDefinitionException(Class<?> beanClass, Method method, String problem, String action,
            @Nullable Throwable cause) {
        super("@TpCallback method " + describe(beanClass, method) + ": " + problem, cause);
        this.method = describe(beanClass, method);
        this.problem = problem;
        this.action = action;
    }

    /**
     * For a placeholder or an expression that cannot be resolved.
     */
    static TpCallbackDefinitionException unresolved(Class<?> beanClass, Method method, String text, Exception cause) {
        return new TpCallbackDefinitionException(beanClass, method,
                "'" + text + "' cannot be resolved: " + NestedExceptionUtils.getMostSpecificCause(cause).getMessage(),
                "Define the property or the bean, or correct its name.", cause);
    }

    /**
     * The method, as a reader would look for it.
     * @return class, name and parameters
     */
    public String method() {
        return this.method;
    }

    /**
     * What is wrong.
     * @return the rest of a sentence that begins with the method
     */
    public String problem() {
        return this.problem;
    }

    /**
     * What to do about it.
     * @return a sentence
     */
    public String action() {
        return this.action;
    }

    private static String describe(Class<?> beanClass, Method method) {
        StringBuilder text = new StringBuilder(beanClass.getName()).append('.').append(method.getName()).append('(');
        String separator = "";
        for (Class<?> parameter : method.getParameterTypes()) {
            text.append(separator).append(parameter.getSimpleName());
            separator = ", ";
        }
        return text.append(')').toString();
    }

}
