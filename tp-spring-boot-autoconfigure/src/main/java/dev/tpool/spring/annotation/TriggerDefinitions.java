package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.StringValueResolver;

/**
 * The methods with timers and waits that were seen. Looks at each class once.
 */
final class TriggerDefinitions {

    private final StringValueResolver resolver;

    private final Map<Class<?>, List<TriggerDefinition>> definitions = new ConcurrentHashMap<>();

    TriggerDefinitions(StringValueResolver resolver) {
        this.resolver = resolver;
    }

    /**
     * Whether a class has a method with a timer or a wait, right or wrong.
     */
    static boolean isPresentIn(Class<?> beanClass) {
        return isCandidate(beanClass) && !MethodIntrospector
            .selectMethods(beanClass, (MethodIntrospector.MetadataLookup<Boolean>) TriggerDefinitions::isTrigger)
            .isEmpty();
    }

    /**
     * Checks the annotated methods of a class.
     * @return what they say
     * @throws TpCallbackDefinitionException if one of them is wrong
     */
    List<TriggerDefinition> of(Class<?> beanClass) {
        List<TriggerDefinition> known = this.definitions.get(beanClass);
        if (known != null) {
            return known;
        }
        List<TriggerDefinition> found = isCandidate(beanClass) ? look(beanClass) : List.of();
        this.definitions.put(beanClass, found);
        return found;
    }

    /**
     * All that were seen.
     */
    List<TriggerDefinition> all() {
        return this.definitions.values().stream().flatMap(List::stream).toList();
    }

    private static boolean isCandidate(Class<?> beanClass) {
        return AnnotationUtils.isCandidateClass(beanClass, List.of(TpTimer.class, TpTimers.class, TpWait.class));
    }

    private List<TriggerDefinition> look(Class<?> beanClass) {
        List<TriggerDefinition> found = new ArrayList<>();
        MethodIntrospector
            .selectMethods(beanClass,
                    (MethodIntrospector.MetadataLookup<List<TriggerDefinition>>) (method) -> definitionsOf(beanClass,
                            method))
            .values()
            .forEach(found::addAll);
        return List.copyOf(found);
    }

    private @Nullable List<TriggerDefinition> definitionsOf(Class<?> beanClass, Method method) {
        List<TriggerDefinition> found = new ArrayList<>();
        for (TpTimer timer : timersOf(method)) {
            found.add(new TimerDefinition(beanClass, method, timer, this.resolver));
        }
        TpWait wait = waitOf(method);
        if (wait != null) {
            found.add(new WaitDefinition(beanClass, method, wait, this.resolver));
        }
        return found.isEmpty() ? null : found;
    }

    private static @Nullable Boolean isTrigger(Method method) {
        return (timersOf(method).isEmpty() && waitOf(method) == null) ? null : Boolean.TRUE;
    }

    private static List<TpTimer> timersOf(Method method) {
        return List
            .copyOf(AnnotatedElementUtils.findMergedRepeatableAnnotations(method, TpTimer.class, TpTimers.class));
    }

    private static @Nullable TpWait waitOf(Method method) {
        return AnnotatedElementUtils.findMergedAnnotation(method, TpWait.class);
    }

}
