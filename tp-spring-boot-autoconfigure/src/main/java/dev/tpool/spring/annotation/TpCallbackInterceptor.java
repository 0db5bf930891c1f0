package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;

/**
 * Turns the call of an annotated method into the post of a callback.
 */
final class TpCallbackInterceptor implements MethodInterceptor {

    private final CallbackMethods methods;

    TpCallbackInterceptor(CallbackMethods methods) {
        this.methods = methods;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Class<?> beanClass = ClassUtils
            .getUserClass((target != null) ? target.getClass() : invocation.getMethod().getDeclaringClass());
        Method method = methodOf(invocation.getMethod(), beanClass);
        if (DirectCall.isOf(method)) {
            return invocation.proceed();
        }
        return this.methods.get(method, beanClass).post((ProxyMethodInvocation) invocation);
    }

    /**
     * The method that was looked at for its annotation. The methods of a JDK proxy have
     * none: those of its interfaces do.
     */
    static Method methodOf(Method called, Class<?> beanClass) {
        return Proxy.isProxyClass(beanClass) ? called
                : BridgeMethodResolver.findBridgedMethod(AopUtils.getMostSpecificMethod(called, beanClass));
    }

}
