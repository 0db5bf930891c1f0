package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.StringValueResolver;

/**
 * The annotated methods that were seen. Looks at each class once, and at what its
 * annotations name when it is first called.
 */
final class CallbackMethods {

    private final Supplier<TpRegistry> registry;

    private final StringValueResolver resolver;

    private final Map<Class<?>, Map<Method, CallbackDefinition>> definitions = new ConcurrentHashMap<>();

    /** By class and then by method: a key of both would be made for every call. */
    private final Map<Class<?>, Map<Method, CallbackMethod>> methods = new ConcurrentHashMap<>();

    private final EntryLocks locks = new EntryLocks();

    private volatile boolean namesAreSettled;

    CallbackMethods(Supplier<TpRegistry> registry, StringValueResolver resolver) {
        this.registry = registry;
        this.resolver = resolver;
    }

    /**
     * Checks the annotated methods of a class, private ones and others that a proxy would
     * never see among them.
     * @return what they say
     * @throws TpCallbackDefinitionException if one of them cannot be a callback
     */
    Map<Method, CallbackDefinition> inspect(Class<?> beanClass) {
        Map<Method, CallbackDefinition> known = this.definitions.get(beanClass);
        if (known != null) {
            return known;
        }
        Map<Method, CallbackDefinition> found = definitionsOf(beanClass);
        if (this.namesAreSettled) {
            found.values().forEach((definition) -> definition.checkNames(this.registry.get()));
        }
        this.definitions.put(beanClass, found);
        return found;
    }

    /**
     * Whether the calls of a method are posted. Processing ahead of time asks for it,
     * too, where no property has its value yet and no bean is to be created.
     */
    boolean isCallback(Class<?> beanClass, Method method) {
        return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)
                ? CallbackAnnotation.find(beanClass, method) != null : inspect(beanClass).containsKey(method);
    }

    /**
     * Checks the names in all methods that were seen, and from now on in every method as
     * soon as it is seen. Before that, beans may still be on their way.
     */
    void settleNames() {
        this.namesAreSettled = true;
        this.definitions.values()
            .forEach((found) -> found.values().forEach((definition) -> definition.checkNames(this.registry.get())));
    }

    /**
     * The locks that are in use by callbacks that take them at their entry.
     */
    EntryLocks locks() {
        return this.locks;
    }

    CallbackMethod get(Method method, Class<?> beanClass) {
        Map<Method, CallbackMethod> ofClass = this.methods.get(beanClass);
        CallbackMethod known = (ofClass != null) ? ofClass.get(method) : null;
        if (known != null) {
            return known;
        }
        // Beans may be created for it, so no lock of the map may be held meanwhile.
        CallbackMethod created = create(method, beanClass);
        CallbackMethod first = this.methods.computeIfAbsent(beanClass, (key) -> new ConcurrentHashMap<>())
            .putIfAbsent(method, created);
        return (first != null) ? first : created;
    }

    private CallbackMethod create(Method method, Class<?> beanClass) {
        CallbackDefinition definition = inspect(beanClass).get(method);
        if (definition == null) {
            throw new IllegalStateException(method + " is not annotated in " + beanClass);
        }
        TpRegistry names = this.registry.get();
        definition.checkNames(names);
        return new CallbackMethod(definition, names, this.locks);
    }

    private Map<Method, CallbackDefinition> definitionsOf(Class<?> beanClass) {
        if (!AnnotationUtils.isCandidateClass(beanClass, TpCallback.class)) {
            return Map.of();
        }
        return MethodIntrospector.selectMethods(beanClass,
                (MethodIntrospector.MetadataLookup<CallbackDefinition>) (method) -> definitionOf(beanClass, method));
    }

    private @Nullable CallbackDefinition definitionOf(Class<?> beanClass, Method method) {
        TpCallback annotation = CallbackAnnotation.find(beanClass, method);
        return (annotation != null)
                ? new CallbackDefinition(beanClass, method, annotation, (text) -> resolve(beanClass, method, text))
                : null;
    }

    private @Nullable String resolve(Class<?> beanClass, Method method, String text) {
        try {
            return this.resolver.resolveStringValue(text);
        }
        catch (BeansException | IllegalArgumentException ex) {
            throw TpCallbackDefinitionException.unresolved(TpCallback.class, beanClass, method, text, ex);
        }
    }

}
