package dev.tpool.spring.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpLibrary;
import dev.tpool.spring.EntryProperty;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpUnknownNameException;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;

import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * What an annotated method and its annotation say, checked as far as that goes without
 * touching a bean.
 */
final class CallbackDefinition {

    static final List<Class<?>> RETURN_TYPES = List.of(void.class, Future.class, CompletionStage.class,
            CompletableFuture.class);

    private final Class<? extends Annotation> annotationType;

    private final Class<?> beanClass;

    private final Method method;

    private final String environment;

    private final String semaphore;

    private final int count;

    private final String mutex;

    private final String section;

    private final String event;

    private final String library;

    private final EntryDefinition entry;

    private final TpCompletionPoint completion;

    CallbackDefinition(Class<?> beanClass, Method method, TpCallback annotation, StringValueResolver resolver) {
        this(TpCallback.class, beanClass, method, annotation, resolver);
        checkMethod();
    }

    /**
     * For a method that another annotation makes a callback.
     */
    CallbackDefinition(Class<? extends Annotation> annotationType, Class<?> beanClass, Method method,
            TpCallback annotation, StringValueResolver resolver) {
        this.annotationType = annotationType;
        this.beanClass = beanClass;
        this.method = method;
        this.environment = resolve(resolver, annotation.environment());
        this.semaphore = resolve(resolver, annotation.releaseSemaphore());
        this.count = annotation.releaseCount();
        this.mutex = resolve(resolver, annotation.releaseMutex());
        this.section = resolve(resolver, annotation.leaveSection());
        this.event = resolve(resolver, annotation.setEvent());
        this.library = resolve(resolver, annotation.freeLibrary());
        checkParameters();
        checkAsync();
        checkCount();
        this.completion = annotation.completion();
        this.entry = EntryDefinition.of(annotation, resolver, this::wrong);
        this.entry.checkExit(method, this.semaphore, this.count, this.mutex, this.section, this::wrong);
        checkCompletion();
    }

    private static String resolve(StringValueResolver resolver, String name) {
        String resolved = name.isEmpty() ? name : resolver.resolveStringValue(name);
        return (resolved != null) ? resolved : "";
    }

    /**
     * The name of the callbacks in logs and snapshots.
     */
    String name() {
        Class<?> named = isProxiedByInterface() ? interfaceOfMethod() : this.beanClass;
        return named.getSimpleName() + "." + this.method.getName();
    }

    private Class<?> interfaceOfMethod() {
        Class<?> declaring = this.method.getDeclaringClass();
        return declaring.isInterface() ? declaring : this.beanClass.getInterfaces()[0];
    }

    /**
     * Whether Spring makes a JDK proxy though it was asked for a subclass. Such a class
     * has a name that means nothing, and may be final.
     */
    private boolean isProxiedByInterface() {
        return Proxy.isProxyClass(this.beanClass) || ClassUtils.isLambdaClass(this.beanClass);
    }

    boolean returnsFuture() {
        return this.method.getReturnType() != void.class;
    }

    /**
     * Where the parameter of a special type is.
     * @return its index, -1 if there is none
     */
    int parameter(Class<?> type) {
        return List.of(this.method.getParameterTypes()).indexOf(type);
    }

    String environment() {
        return this.environment.isEmpty() ? TpRegistry.DEFAULT : this.environment;
    }

    /**
     * Makes sure that every name is known. Creates no bean, save the semaphore if it is
     * needed to know its maximum.
     */
    void checkNames(TpRegistry registry) {
        requireName(registry, TpEnvironment.class, "environment", environment());
        requireName(registry, TpSemaphore.class, "releaseSemaphore", this.semaphore);
        requireFixedName(registry, TpMutex.class, "releaseMutex", this.mutex);
        requireFixedName(registry, TpCriticalSection.class, "leaveSection", this.section);
        requireName(registry, TpSemaphore.class, "acquireSemaphore", this.entry.semaphore());
        requireFixedName(registry, TpMutex.class, "acquireMutex", this.entry.mutex());
        requireFixedName(registry, TpCriticalSection.class, "enterSection", this.entry.section());
        requireName(registry, TpEvent.class, "setEvent", this.event);
        requireName(registry, TpLibrary.class, "freeLibrary", this.library);
        checkMaximum(registry, "releaseCount", this.count, this.semaphore, "Release");
        checkMaximum(registry, "acquireCount", this.entry.count(), this.entry.semaphore(), "Acquire");
    }

    private void checkMaximum(TpRegistry registry, String attribute, int count, String name, String verb) {
        if (count == 1) {
            return;
        }
        int maximum = registry.semaphore(name).maximum();
        if (count > maximum) {
            throw wrong(
                    attribute + " is " + count + ", above the maximum of semaphore '" + name + "', which is " + maximum,
                    verb + " at most " + maximum + ", or raise the maximum: '" + EntryProperty.of("tp.semaphores", name)
                            + ".maximum', unless a bean makes the semaphore.");
        }
    }

    CompletionActions actions(TpRegistry registry) {
        return new CompletionActions(isFixed(this.section) ? registry.section(this.section) : null,
                isFixed(this.mutex) ? registry.mutex(this.mutex) : null,
                this.semaphore.isEmpty() ? null : registry.semaphore(this.semaphore), this.count,
                this.event.isEmpty() ? null : registry.event(this.event),
                this.library.isEmpty() ? null : registry.library(this.library));
    }

    private static boolean isFixed(String name) {
        return !name.isEmpty() && !KeyTemplate.isTemplate(name);
    }

    boolean actionsAtStage() {
        return this.completion == TpCompletionPoint.STAGE;
    }

    boolean acquires() {
        return this.entry.isNeeded();
    }

    /**
     * What its callbacks acquire.
     * @return {@code null} if that is nothing
     */
    <C> @Nullable Entry<C> entry(EntryMethod<C> posting, TpRegistry registry, EntryLocks locks) {
        if (!acquires()) {
            return null;
        }
        String wanted = this.entry.semaphore();
        return new Entry<>(posting, wanted.isEmpty() ? null : registry.semaphore(wanted), this.entry.count(),
                line(locks.mutexes(), this.entry.mutex(), (name) -> new EntryLock.OfMutex(registry.mutex(name))),
                line(locks.sections(), this.entry.section(), (name) -> new EntryLock.OfSection(registry.section(name))),
                this.entry.whenUnavailable(), this.entry.waitAtMost());
    }

    private @Nullable EntryLine line(Turns turns, String name, Function<String, EntryLock> locks) {
        if (name.isEmpty()) {
            return null;
        }
        return KeyTemplate.isTemplate(name) ? EntryLine.ofTemplate(turns, name, this.method)
                : EntryLine.of(turns, locks.apply(name));
    }

    private void requireFixedName(TpRegistry registry, Class<?> type, String attribute, String name) {
        if (isFixed(name)) {
            requireName(registry, type, attribute, name);
        }
    }

    private void requireName(TpRegistry registry, Class<?> type, String attribute, String name) {
        if (name.isEmpty()) {
            return;
        }
        try {
            registry.requireName(type, name);
        }
        catch (TpUnknownNameException ex) {
            throw TpCallbackDefinitionException.unknown(this.annotationType, this.beanClass, this.method, attribute,
                    ex);
        }
    }

    private void checkMethod() {
        int modifiers = this.method.getModifiers();
        if (Modifier.isStatic(modifiers)) {
            throw unseen("it is static", "Make it an instance method.");
        }
        if (Modifier.isPrivate(modifiers)) {
            throw unseen("it is private", "Make it at least package-private.");
        }
        if (Modifier.isFinal(modifiers)) {
            throw unseen("it is final", "Make it not final.");
        }
        if (isOutOfReach(this.beanClass, this.method)) {
            throw unseen("it is package-private, and its bean's class is in another package",
                    "Make it protected or public.");
        }
        if (Modifier.isFinal(this.beanClass.getModifiers()) && !isProxiedByInterface()) {
            throw unseen("its class is final", "Make the class not final.");
        }
        if (!RETURN_TYPES.contains(this.method.getReturnType())) {
            throw wrong(
                    "it returns " + this.method.getReturnType().getName()
                            + ", which a caller that goes on at once cannot be given",
                    "Return void, Future, CompletionStage or CompletableFuture.");
        }
    }

    /**
     * Whether a subclass, as a proxy is one, cannot override an inherited method for want
     * of access to it.
     */
    static boolean isOutOfReach(Class<?> beanClass, Method method) {
        int modifiers = method.getModifiers();
        return !Modifier.isPublic(modifiers) && !Modifier.isProtected(modifiers) && !Modifier.isPrivate(modifiers)
                && !method.getDeclaringClass().getPackageName().equals(beanClass.getPackageName());
    }

    private void checkParameters() {
        for (Class<?> special : List.of(TpCallbackInstance.class, TpCleanupGroup.class, TpEnvironment.class)) {
            List<Class<?>> types = List.of(this.method.getParameterTypes());
            if (types.indexOf(special) != types.lastIndexOf(special)) {
                throw wrong("it has more than one parameter of type " + special.getSimpleName(), "Keep one of them.");
            }
        }
    }

    /**
     * The callback would do no more than hand the method on to another executor, and give
     * back what it stands for before the method has begun.
     */
    private void checkAsync() {
        boolean ofMethod = AnnotatedElementUtils.hasAnnotation(this.method, Async.class);
        if (ofMethod || AnnotatedElementUtils.hasAnnotation(this.beanClass, Async.class)) {
            throw wrong(
                    (ofMethod ? "it" : "its class") + " is annotated with @Async, too, so that the callback would be "
                            + "over, and its completion actions carried out, before the method has run",
                    "Remove @Async.");
        }
    }

    private void checkCount() {
        if (this.count < 1) {
            throw wrong("releaseCount must be at least 1, and is " + this.count,
                    "Set it to how many permits a callback stands for, or leave it out for one.");
        }
        if (this.count > 1 && this.semaphore.isEmpty()) {
            throw wrong("releaseCount is " + this.count + " without a semaphore",
                    "Name the semaphore in releaseSemaphore, or leave releaseCount out.");
        }
    }

    private void checkCompletion() {
        if (this.completion != TpCompletionPoint.STAGE) {
            return;
        }
        if (CallbackAnnotation.isTrigger(this.method)) {
            throw wrong("completion is STAGE, and what a timer or a wait begins returns no stage that anybody is given",
                    "Leave completion out.");
        }
        if (!CompletionStage.class.isAssignableFrom(this.method.getReturnType())) {
            throw wrong("completion is STAGE and it returns " + this.method.getReturnType().getSimpleName(),
                    "Return CompletionStage or CompletableFuture, or leave completion out.");
        }
        if (this.entry.takesLock() || !this.mutex.isEmpty() || !this.section.isEmpty()) {
            throw wrong(
                    "completion is STAGE, and a mutex or section belongs to the callback's thread,"
                            + " which is gone when the stage completes",
                    "Use a semaphore with a maximum of 1 for it, or leave completion out.");
        }
    }

    private TpCallbackDefinitionException unseen(String why, String action) {
        return wrong(why + ", so that a call of it would not be seen and would run on the caller's thread", action);
    }

    private TpCallbackDefinitionException wrong(String problem, String action) {
        return new TpCallbackDefinitionException(this.annotationType, this.beanClass, this.method, problem, action,
                null);
    }

}
