package dev.tpool.spring.annotation;

import java.lang.reflect.Method;

import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.util.ClassUtils;

/**
 * The methods whose calls are posted.
 */
final class CallbackPointcut extends StaticMethodMatcherPointcut {

    private final CallbackMethods methods;

    CallbackPointcut(CallbackMethods methods) {
        this.methods = methods;
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        Class<?> beanClass = ClassUtils.getUserClass(targetClass);
        return this.methods.isCallback(beanClass, TpCallbackInterceptor.methodOf(method, beanClass));
    }

}
