package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ReflectionUtils;

/**
 * Finds what {@link TpCallback @TpCallback} says about a method: its own annotation, and
 * for what that one leaves at its default, the one of its type.
 */
final class CallbackAnnotation {

    private CallbackAnnotation() {
    }

    /**
     * The annotation of a method that is a callback: one that is annotated itself, or is
     * a public one of a type that is.
     * @return what the method and its type say together, {@code null} if the method is no
     * callback
     * @throws TpCallbackDefinitionException if the type makes the method a callback, but
     * it cannot be one
     */
    static @Nullable TpCallback find(Class<?> beanClass, Method method) {
        MergedAnnotation<TpCallback> own = ofMethod(method);
        if (own.isPresent()) {
            return merge(own, ofType(beanClass, method));
        }
        if (!isCoveredByType(method)) {
            return null;
        }
        MergedAnnotation<TpCallback> type = ofType(beanClass, method);
        if (!type.isPresent()) {
            return null;
        }
        checkReturnType(beanClass, method);
        return type.synthesize();
    }

    /**
     * Whether a method is meant to be posted when it is called, and nothing else: it is
     * annotated itself, and no trigger calls it.
     */
    static boolean isForCallers(Method method) {
        return ofMethod(method).isPresent() && !isTrigger(method);
    }

    /**
     * What the method and its type say about a method that a trigger calls.
     */
    static TpCallback forTrigger(Class<?> beanClass, Method method) {
        MergedAnnotation<TpCallback> own = ofMethod(method);
        MergedAnnotation<TpCallback> type = ofType(beanClass, method);
        if (own.isPresent()) {
            return merge(own, type);
        }
        return (type.isPresent() ? type : MergedAnnotation.of(TpCallback.class)).synthesize();
    }

    /**
     * Whether a timer or a wait calls a method.
     */
    static boolean isTrigger(Method method) {
        MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
        return annotations.isPresent(TpTimer.class) || annotations.isPresent(TpTimers.class)
                || annotations.isPresent(TpWait.class);
    }

    private static MergedAnnotation<TpCallback> ofMethod(Method method) {
        return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).get(TpCallback.class);
    }

    /**
     * The annotation of the nearest type that covers the method. That of a class covers
     * every method, that of an interface only those of the interface.
     */
    private static MergedAnnotation<TpCallback> ofType(Class<?> beanClass, Method method) {
        return MergedAnnotations.from(beanClass, SearchStrategy.TYPE_HIERARCHY)
            .stream(TpCallback.class)
            .filter((annotation) -> annotation.getSource() instanceof Class<?> type && covers(type, method, beanClass))
            .findFirst()
            .orElseGet(MergedAnnotation::missing);
    }

    private static boolean covers(Class<?> type, Method method, Class<?> beanClass) {
        return !type.isInterface() || Arrays.stream(type.getMethods())
            .anyMatch((declared) -> declared.equals(method)
                    || BridgeMethodResolver.getMostSpecificMethod(declared, beanClass).equals(method));
    }

    private static boolean isCoveredByType(Method method) {
        return Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
                && !ReflectionUtils.isEqualsMethod(method) && !ReflectionUtils.isHashCodeMethod(method)
                && !ReflectionUtils.isToStringMethod(method) && !isTrigger(method);
    }

    private static TpCallback merge(MergedAnnotation<TpCallback> own, MergedAnnotation<TpCallback> type) {
        if (!type.isPresent()) {
            return own.synthesize();
        }
        Map<String, Object> attributes = new LinkedHashMap<>(type.asMap());
        own.asMap().forEach((name, value) -> {
            if (own.hasNonDefaultValue(name)) {
                attributes.put(name, value);
            }
        });
        return MergedAnnotation.of(TpCallback.class, attributes).synthesize();
    }

    private static void checkReturnType(Class<?> beanClass, Method method) {
        if (!CallbackDefinition.RETURN_TYPES.contains(method.getReturnType())) {
            throw new TpCallbackDefinitionException(TpCallback.class, beanClass, method,
                    "its type is, which makes every public method a callback, and it returns "
                            + method.getReturnType().getName()
                            + ", which a caller that goes on at once cannot be given",
                    "Return void, Future, CompletionStage or CompletableFuture, make the method not public, or annotate "
                            + "the methods one by one instead of the type.",
                    null);
        }
    }

}
