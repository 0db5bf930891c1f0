package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpDeferredCallback;
import dev.tpool.TpEnvironment;
import dev.tpool.TpFullPolicy;
import dev.tpool.TpPool;
import dev.tpool.TpRejectedException;
import dev.tpool.TpWaitResult;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpTrigger;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The method of a bean that a trigger calls.
 */
final class TriggerMethod {

    private final TriggerDefinition definition;

    private final Object bean;

    private final Method invocable;

    private final Class<?>[] parameters;

    private final TpRegistry registry;

    private final Supplier<EntryLocks> locks;

    private volatile @Nullable Call last;

    /**
     * @param locks the lines for the locks that are acquired; asked for if there are any
     */
    TriggerMethod(TriggerDefinition definition, Object bean, TpRegistry registry, Supplier<EntryLocks> locks) {
        this.definition = definition;
        this.bean = bean;
        this.invocable = invocable(definition, bean);
        this.parameters = this.invocable.getParameterTypes();
        this.registry = registry;
        this.locks = locks;
    }

    private static Method invocable(TriggerDefinition definition, Object bean) {
        Method method = definition.method();
        if (AopUtils.isCglibProxy(bean) && Modifier.isFinal(method.getModifiers())) {
            throw definition.wrong("it is final, so that the proxy of its bean cannot pass the call on",
                    "Make it not final.");
        }
        if (AopUtils.isCglibProxy(bean) && CallbackDefinition.isOutOfReach(bean.getClass(), method)) {
            throw definition.wrong("it is package-private, and its bean's class is in another package, so that the "
                    + "proxy of its bean cannot pass the call on", "Make it protected or public.");
        }
        try {
            Method found = AopUtils.selectInvocableMethod(method, bean.getClass());
            ReflectionUtils.makeAccessible(found);
            return found;
        }
        catch (IllegalStateException ex) {
            throw definition.wrong("the proxy of its bean does not have it",
                    "Declare it in an interface of the bean, or let the bean be proxied by its class.", ex);
        }
    }

    TpEnvironment environment() {
        return this.registry.environment(this.definition.environment());
    }

    /**
     * What is to run in the environment, until the trigger is stopped. Looks up what the
     * annotations name.
     * @param trigger what the cancel callback of a cleanup group is told
     */
    Call call(TpTrigger trigger) {
        Call call = new Call(trigger);
        this.last = call;
        return call;
    }

    /**
     * Drops the callbacks that have not begun, for want of what they need.
     * @param stopped whether the trigger was stopped: then what it is just posting is
     * dropped, too
     */
    void dropWaiting(boolean stopped) {
        Call call = this.last;
        if (call != null) {
            call.dropWaiting(stopped);
        }
    }

    private void checkQueue(TpPool pool) {
        if (pool.queueCapacity() > 0 && pool.whenFull() == TpFullPolicy.BLOCK) {
            throw this.definition.wrong(
                    "it acquires something, and what it posts then would block a worker while the queue of " + pool
                            + " is full, which only that worker may be there to empty",
                    "Use an environment whose pool has no queue-capacity, or when-full: reject or caller-runs.");
        }
    }

    /**
     * Told when a callback is over: its method has returned or thrown, or it was refused
     * or dropped.
     */
    @FunctionalInterface
    interface Ending {

        /**
         * Does nothing.
         */
        Ending NONE = () -> {
        };

        /**
         * The next callback of the trigger may begin.
         */
        void ended();

        /**
         * The callback had not begun when the trigger was stopped, and was dropped.
         * Called before {@link #ended()}.
         */
        default void takenBack() {
        }

    }

    /**
     * The callback of a trigger that fires once. If it is taken back, the trigger has not
     * fired.
     */
    record OnceEnding(AtomicBoolean over) implements Ending {

        @Override
        public void ended() {
        }

        @Override
        public void takenBack() {
            this.over.set(false);
        }

    }

    /**
     * One call of the method.
     */
    static final class Fired {

        /** Why a wait calls. */
        private final @Nullable TpWaitResult result;

        private final Ending ending;

        private volatile boolean over;

        Fired(@Nullable TpWaitResult result, Ending ending) {
            this.result = result;
            this.ending = ending;
        }

    }

    /**
     * The method with its completion actions, and with its entry if it has one.
     */
    final class Call implements EntryMethod<Fired> {

        private final CompletionActions actions;

        private final @Nullable Entry<Fired> entry;

        private final TpTrigger trigger;

        /** The callbacks that were accepted and are not over. */
        private final Map<Fired, TpDeferredCallback> accepted = new ConcurrentHashMap<>();

        private volatile boolean dropped;

        private Call(TpTrigger trigger) {
            this.trigger = trigger;
            TriggerDefinition of = TriggerMethod.this.definition;
            this.actions = of.actions(TriggerMethod.this.registry);
            this.entry = of.acquires() ? of.entry(this, TriggerMethod.this.registry, TriggerMethod.this.locks.get())
                    : null;
            if (this.entry != null) {
                checkQueue(environment().pool());
            }
        }

        /**
         * Runs the method on the worker that the trigger has been given, or lets another
         * callback do so once that was given what the method needs.
         * @throws TpRejectedException if that one was refused
         */
        void run(TpCallbackInstance instance, @Nullable TpWaitResult result, Ending ending) throws Exception {
            Fired fired = new Fired(result, ending);
            Throwable failure = null;
            try {
                if (this.entry != null) {
                    post(this.entry, fired);
                    return;
                }
                run(instance, fired);
            }
            catch (Throwable ex) {
                failure = ex;
                throw ex;
            }
            finally {
                if (this.entry == null || failure != null) {
                    ended(fired, failure);
                }
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // There is none.
        private void post(Entry<Fired> by, Fired fired) {
            try {
                by.post(environment(), fired);
            }
            catch (TpRejectedException ex) {
                throw ex;
            }
            catch (IllegalStateException ex) {
                throw by.rejection(ex.getMessage(), ex);
            }
        }

        private void dropWaiting(boolean stopped) {
            if (stopped) {
                this.dropped = true;
            }
            this.accepted.values().forEach(TpDeferredCallback::cancel);
        }

        private void ended(Fired fired, @Nullable Throwable failure) {
            fired.over = true;
            this.accepted.remove(fired);
            try {
                fired.ending.ended();
            }
            catch (RuntimeException | Error ex) {
                if (failure == null) {
                    throw ex;
                }
                failure.addSuppressed(ex);
            }
        }

        @Override
        public String name() {
            return TriggerMethod.this.definition.name();
        }

        @Override
        public boolean returnsFuture() {
            return false;
        }

        @Override
        public Object context(Fired fired) {
            return this.trigger;
        }

        @Override
        public void accepted(Fired fired, TpDeferredCallback callback) {
            this.accepted.put(fired, callback);
            if (fired.over) {
                this.accepted.remove(fired);
            }
            if (this.dropped) {
                callback.cancel();
            }
        }

        @Override
        public CompletionActions actions() {
            return this.actions;
        }

        /**
         * The actions are registered first, so that they are carried out if the method
         * throws, too.
         */
        @Override
        public @Nullable Object run(TpCallbackInstance instance, Fired fired) throws Exception {
            this.actions.register(instance);
            @Nullable Object[] arguments = new @Nullable Object[TriggerMethod.this.parameters.length];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = (TriggerMethod.this.parameters[i] == TpCallbackInstance.class) ? instance : fired.result;
            }
            DirectCall.call(TriggerMethod.this.definition.method(), TriggerMethod.this.invocable,
                    TriggerMethod.this.bean, arguments);
            return null;
        }

        @Override
        public void completed(Fired fired, @Nullable Throwable failure) {
            ended(fired, failure);
            EntryMethod.super.completed(fired, failure);
        }

        @Override
        public void dropped(Fired fired) {
            if (this.dropped) {
                fired.ending.takenBack();
            }
            ended(fired, null);
        }

    }

}
