package dev.tpool.spring.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpWaitResult;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpUnknownNameException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringValueResolver;

/**
 * What a method that a timer or a wait calls and its annotations say, checked as far as
 * that goes without touching a bean.
 */
abstract sealed class TriggerDefinition permits TimerDefinition, WaitDefinition {

    /** What only a call can be told. */
    private static final Set<String> OF_CALLS = Set.of("waitAtMost", "completion");

    private final Class<? extends Annotation> annotationType;

    private final Class<?> beanClass;

    private final Method method;

    private final StringValueResolver resolver;

    private final TpCallback callbackAnnotation;

    private final CallbackDefinition callback;

    TriggerDefinition(Class<? extends Annotation> annotationType, Class<?> beanClass, Method method,
            StringValueResolver resolver) {
        this.annotationType = annotationType;
        this.beanClass = beanClass;
        this.method = method;
        this.resolver = resolver;
        checkMethod();
        this.callbackAnnotation = CallbackAnnotation.forTrigger(beanClass, method);
        checkAttributes();
        this.callback = new CallbackDefinition(annotationType, beanClass, method, this.callbackAnnotation,
                this::resolve);
    }

    /**
     * Makes the trigger of a bean.
     * @param locks the lines for the locks that are acquired
     */
    abstract TpTrigger bind(Object bean, TpRegistry registry, ConfigurableListableBeanFactory beans,
            Supplier<EntryLocks> locks);

    /**
     * What it waits for, in words.
     */
    abstract String description();

    /**
     * Makes sure that every name is known.
     */
    void checkNames(TpRegistry registry, ConfigurableListableBeanFactory beans) {
        this.callback.checkNames(registry);
    }

    Method method() {
        return this.method;
    }

    String name() {
        return this.callback.name();
    }

    String environment() {
        return this.callback.environment();
    }

    CompletionActions actions(TpRegistry registry) {
        return this.callback.actions(registry);
    }

    /**
     * Whether the callbacks need something to begin.
     */
    boolean acquires() {
        return this.callback.acquires();
    }

    /**
     * What they need.
     * @return {@code null} if that is nothing
     */
    <C> @Nullable Entry<C> entry(EntryMethod<C> posting, TpRegistry registry, EntryLocks locks) {
        return this.callback.entry(posting, registry, locks);
    }

    /**
     * The name of the semaphore or event that a completion action gives back or sets.
     */
    String releasedSemaphore() {
        return text(this.callbackAnnotation.releaseSemaphore());
    }

    String setEvent() {
        return text(this.callbackAnnotation.setEvent());
    }

    String text(String text) {
        String resolved = text.isEmpty() ? text : resolve(text);
        return (resolved != null) ? resolved.trim() : "";
    }

    @Nullable Duration duration(String attribute, String text) {
        Duration duration = signedDuration(attribute, text);
        if (duration != null && duration.isNegative()) {
            throw wrong(attribute + " is '" + text + "', must not be negative", "Use a duration of zero or more.");
        }
        return duration;
    }

    /**
     * The same of an attribute for which zero has no meaning.
     * @param whatFor what it is left out for
     */
    @Nullable Duration durationAboveZero(String attribute, String text, String whatFor) {
        Duration duration = signedDuration(attribute, text);
        if (duration != null && (duration.isNegative() || duration.isZero())) {
            throw wrong(attribute + " is '" + text + "', must be above zero",
                    "Use a duration above zero, or leave it out " + whatFor + ".");
        }
        return duration;
    }

    private @Nullable Duration signedDuration(String attribute, String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return DurationFormatterUtils.detectAndParse(text);
        }
        catch (IllegalArgumentException | ArithmeticException ex) {
            throw wrong(attribute + " is '" + text + "', which is no duration",
                    "Write it as 5s, 1m30s, PT5S or as a number of milliseconds.", ex);
        }
    }

    TpCallbackDefinitionException wrong(String problem, String action) {
        return wrong(problem, action, null);
    }

    TpCallbackDefinitionException wrong(String problem, String action, @Nullable Throwable cause) {
        return new TpCallbackDefinitionException(this.annotationType, this.beanClass, this.method, problem, action,
                cause);
    }

    TpCallbackDefinitionException unknown(String attribute, TpUnknownNameException ex) {
        return TpCallbackDefinitionException.unknown(this.annotationType, this.beanClass, this.method, attribute, ex);
    }

    private @Nullable String resolve(String text) {
        try {
            return this.resolver.resolveStringValue(text);
        }
        catch (BeansException | IllegalArgumentException ex) {
            throw TpCallbackDefinitionException.unresolved(this.annotationType, this.beanClass, this.method, text, ex);
        }
    }

    private void checkMethod() {
        if (Modifier.isStatic(this.method.getModifiers())) {
            throw wrong("it is static", "Make it an instance method.");
        }
        if (Modifier.isPrivate(this.method.getModifiers())) {
            throw wrong("it is private, so that a proxy of its bean could not pass the call on",
                    "Make it at least package-private.");
        }
        if (this.method.getReturnType() != void.class) {
            throw wrong("it returns " + this.method.getReturnType().getName() + ", which nobody is given",
                    "Return void.");
        }
        for (Class<?> parameter : this.method.getParameterTypes()) {
            if (!isAllowed(parameter)) {
                throw wrong(
                        "it has a parameter of type " + parameter.getSimpleName() + ", for which nobody has a value",
                        "Keep parameters of type TpCallbackInstance"
                                + (isWait() ? " and TpWaitResult." : ", and of type TpWaitResult beside @TpWait."));
            }
        }
    }

    private boolean isAllowed(Class<?> parameter) {
        return parameter == TpCallbackInstance.class || (parameter == TpWaitResult.class && isWait());
    }

    private boolean isWait() {
        return AnnotationUtils.findAnnotation(this.method, TpWait.class) != null;
    }

    private void checkAttributes() {
        if (this.callbackAnnotation.whenUnavailable() == TpWhenUnavailable.WAIT) {
            throw wrong("whenUnavailable is WAIT, and what a timer or a wait begins has no caller that could wait",
                    "Use LATER, which holds no thread, or REJECT.");
        }
        AnnotationUtils.getAnnotationAttributes(this.callbackAnnotation).forEach((name, value) -> {
            if (OF_CALLS.contains(name)
                    && !Objects.deepEquals(value, AnnotationUtils.getDefaultValue(this.callbackAnnotation, name))) {
                throw wrong(name + " of @TpCallback is for calls, and not for what a timer or a wait begins",
                        "Leave it out, or do it in the method.");
            }
        });
        for (String name : List.of(this.callbackAnnotation.acquireMutex(), this.callbackAnnotation.enterSection(),
                this.callbackAnnotation.releaseMutex(), this.callbackAnnotation.leaveSection())) {
            if (text(name).contains("#{")) {
                throw wrong("'" + name + "' is an expression over the arguments of a call, and nobody passes any",
                        "Name a mutex or a section.");
            }
        }
    }

}
