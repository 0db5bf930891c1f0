package dev.tpool.spring.annotation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpRejectedException;
import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An annotated method with everything it names at hand: posts the calls.
 */
final class CallbackMethod implements EntryMethod<ProxyMethodInvocation> {

    private final String name;

    private final boolean returnsFuture;

    private final TpEnvironment environment;

    private final CompletionActions actions;

    private final boolean actionsAtStage;

    private final @Nullable Entry<ProxyMethodInvocation> entry;

    private final VoidTask voidTask = new VoidTask(this);

    private final int instanceParameter;

    private final int groupParameter;

    private final int environmentParameter;

    CallbackMethod(CallbackDefinition definition, TpRegistry registry, EntryLocks locks) {
        this.name = definition.name();
        this.returnsFuture = definition.returnsFuture();
        this.environment = registry.environment(definition.environment());
        this.actions = definition.actions(registry);
        this.actionsAtStage = definition.actionsAtStage();
        this.entry = definition.entry(this, registry, locks);
        this.instanceParameter = definition.parameter(TpCallbackInstance.class);
        this.groupParameter = definition.parameter(TpCleanupGroup.class);
        this.environmentParameter = definition.parameter(TpEnvironment.class);
    }

    @Override
    public String name() {
        return this.name;
    }

    @Override
    public boolean returnsFuture() {
        return this.returnsFuture;
    }

    @Override
    public CompletionActions actions() {
        return this.actions;
    }

    /**
     * Posts a call.
     * @return what the proxied method returns to the caller
     */
    @SuppressWarnings("FutureReturnValueIgnored") // The caller gets it.
    @Nullable Object post(ProxyMethodInvocation invocation) {
        TpEnvironment target = environmentOf(invocation.getArguments());
        if (this.entry != null) {
            CompletableFuture<@Nullable Object> posted = this.entry.post(target, invocation);
            return (posted != null) ? new CallbackFuture(posted) : null;
        }
        if (this.returnsFuture) {
            return postForFuture(target, invocation);
        }
        try {
            if (!target.trySubmit(this.voidTask, invocation)) {
                throw target.pool().rejection(this.name);
            }
        }
        catch (IllegalStateException ex) {
            throw Refusal.of(this.name, ex);
        }
        return null;
    }

    private CompletableFuture<@Nullable Object> postForFuture(TpEnvironment target, ProxyMethodInvocation invocation) {
        CompletableFuture<@Nullable Object> posted;
        try {
            posted = target.submit(this.name, () -> run(TpCallbackInstance.current(), invocation));
        }
        catch (TpRejectedException ex) {
            return CompletableFuture.failedFuture(ex);
        }
        catch (IllegalStateException ex) {
            return CompletableFuture.failedFuture(Refusal.of(this.name, ex));
        }
        return new CallbackFuture(posted);
    }

    private TpEnvironment environmentOf(@Nullable Object[] arguments) {
        TpEnvironment target = this.environment;
        if (this.environmentParameter >= 0 && arguments[this.environmentParameter] instanceof TpEnvironment given) {
            target = given;
        }
        if (this.groupParameter >= 0 && arguments[this.groupParameter] instanceof TpCleanupGroup group) {
            target = target.toBuilder().cleanupGroup(group, target.cancelCallback()).build();
        }
        return target;
    }

    /**
     * Runs the method on the worker. The actions are registered first, so that a method
     * that throws gives back what it stands for, too.
     * @return what the caller's future gets
     */
    @Override
    public @Nullable Object run(TpCallbackInstance instance, ProxyMethodInvocation invocation) throws Exception {
        if (this.actionsAtStage) {
            return runToStage(instance, invocation);
        }
        this.actions.register(instance);
        return result(proceed(instance, invocation));
    }

    @Override
    public String key(KeyTemplate template, ProxyMethodInvocation invocation) {
        return template.key(invocation.getThis(), invocation.getArguments());
    }

    /**
     * Puts the actions off until the returned stage completes, and lets the caller's
     * future follow what comes after them.
     */
    private @Nullable Object runToStage(TpCallbackInstance instance, ProxyMethodInvocation invocation)
            throws Exception {
        boolean putOff = false;
        try {
            Object returned = proceed(instance, invocation);
            if (!(returned instanceof CompletionStage<?> stage)) {
                return returned;
            }
            ActionFailures failures = new ActionFailures(instance.source());
            CompletionStage<?> after = stage.whenComplete((value, failure) -> this.actions.carryOut(failures));
            putOff = true;
            return after;
        }
        finally {
            if (!putOff) {
                this.actions.register(instance);
            }
        }
    }

    private @Nullable Object proceed(TpCallbackInstance instance, ProxyMethodInvocation invocation) throws Exception {
        if (this.instanceParameter >= 0) {
            Object[] arguments = invocation.getArguments().clone();
            arguments[this.instanceParameter] = instance;
            invocation.setArguments(arguments);
        }
        try {
            return invocation.proceed();
        }
        catch (Exception | Error ex) {
            throw ex;
        }
        catch (Throwable ex) {
            throw new ExecutionException(ex);
        }
    }

    /**
     * What the caller's future gets: a stage to follow, or the value itself. A plain
     * future can only be waited for, which is part of the callback then.
     */
    private static @Nullable Object result(@Nullable Object returned) throws Exception {
        if (returned instanceof CompletionStage<?> || !(returned instanceof Future<?> future)) {
            return returned;
        }
        try {
            return future.get();
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof Error error) {
                throw error;
            }
            throw (ex.getCause() instanceof Exception cause) ? cause : ex;
        }
    }

}
