package dev.tpool.spring.annotation;

import java.io.Serial;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;

import dev.tpool.spring.TpUnknownNameException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * A method cannot be a callback the way its {@link TpCallback @TpCallback},
 * {@link TpTimer @TpTimer} or {@link TpWait @TpWait} says.
 */
public final class TpCallbackDefinitionException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String annotation;

    private final String method;

    private final String problem;

    private final String action;

    TpCallbackDefinitionException(Class<? extends Annotation> annotation, Class<?> beanClass, Method method,
            String problem, String action, @Nullable Throwable cause) {
        super("@" + annotation.getSimpleName() + " method " + describe(beanClass, method) + ": " + problem, cause);
        this.annotation = annotation.getSimpleName();
        this.method = describe(beanClass, method);
        this.problem = problem;
        this.action = action;
    }

    /**
     * For a placeholder or an expression that cannot be resolved.
     */
    static TpCallbackDefinitionException unresolved(Class<? extends Annotation> annotation, Class<?> beanClass,
            Method method, String text, Exception cause) {
        return new TpCallbackDefinitionException(annotation, beanClass, method,
                "'" + text + "' cannot be resolved: " + NestedExceptionUtils.getMostSpecificCause(cause).getMessage(),
                "Define the property or the bean, or correct its name.", cause);
    }

    /**
     * For a name that is not known.
     * @param attribute what names it, as in {@code releaseSemaphore}
     */
    static TpCallbackDefinitionException unknown(Class<? extends Annotation> annotation, Class<?> beanClass,
            Method method, String attribute, TpUnknownNameException cause) {
        return new TpCallbackDefinitionException(annotation, beanClass, method,
                "there is no " + cause.kind() + " '" + cause.name() + "', which its " + attribute + " names",
                cause.action(), cause);
    }

    /**
     * The annotation that is wrong.
     * @return its simple name, as in {@code TpCallback}
     */
    public String annotation() {
        return this.annotation;
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
