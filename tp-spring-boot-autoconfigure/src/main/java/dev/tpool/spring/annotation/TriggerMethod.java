package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpEnvironment;
import dev.tpool.TpWaitResult;
import dev.tpool.spring.TpRegistry;
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

    TriggerMethod(TriggerDefinition definition, Object bean, TpRegistry registry) {
        this.definition = definition;
        this.bean = bean;
        this.invocable = invocable(definition, bean);
        this.parameters = this.invocable.getParameterTypes();
        this.registry = registry;
    }

    private static Method invocable(TriggerDefinition definition, Object bean) {
        Method method = definition.method();
        if (AopUtils.isCglibProxy(bean) && Modifier.isFinal(method.getModifiers())) {
            throw definition.wrong("it is final, so that the proxy of its bean cannot pass the call on",
                    "Make it not final.");
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
     * What is to run in the environment. Looks up what the completion actions name.
     */
    Call call() {
        return new Call(this.definition.actions(this.registry));
    }

    /**
     * The method with its completion actions.
     */
    final class Call {

        private final CompletionActions actions;

        private Call(CompletionActions actions) {
            this.actions = actions;
        }

        /**
         * Runs the method on the worker. The actions are registered first, so that they
         * are carried out if it throws, too.
         */
        void run(TpCallbackInstance instance, @Nullable TpWaitResult result) throws Exception {
            this.actions.register(instance);
            @Nullable Object[] arguments = new @Nullable Object[TriggerMethod.this.parameters.length];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = (TriggerMethod.this.parameters[i] == TpCallbackInstance.class) ? instance : result;
            }
            DirectCall.call(TriggerMethod.this.definition.method(), TriggerMethod.this.invocable,
                    TriggerMethod.this.bean, arguments);
        }

    }

}
