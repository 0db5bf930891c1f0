package dev.tpool.spring.annotation;

import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * Makes {@link TpCallback @TpCallback} work: puts an advisor in front of beans with
 * annotated methods, ahead of all others, and checks the annotations of all beans when
 * the application starts. The {@link TpRegistry} is looked up by its type when the first
 * name is needed.
 */
public final class TpCallbackAnnotationBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
        implements SmartInitializingSingleton {

    private @Nullable CallbackMethods methods;

    /**
     * Creates the post-processor.
     */
    public TpCallbackAnnotationBeanPostProcessor() {
        setBeforeExistingAdvisors(true);
        setProxyTargetClass(true);
    }

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        super.setBeanFactory(beanFactory);
        Assert.isInstanceOf(ConfigurableListableBeanFactory.class, beanFactory);
        ConfigurableListableBeanFactory beans = (ConfigurableListableBeanFactory) beanFactory;
        CallbackMethods found = new CallbackMethods(() -> beans.getBean(TpRegistry.class), beans::resolveEmbeddedValue);
        this.methods = found;
        this.advisor = new DefaultPointcutAdvisor(new AnnotationMatchingPointcut(null, TpCallback.class, true),
                new TpCallbackInterceptor(found));
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        methods().inspect(ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean)));
        return super.postProcessAfterInitialization(bean, beanName);
    }

    /**
     * Looks at all beans, at those that nobody has created yet by their declared types
     * and without creating them, and then at all the names.
     */
    @Override
    public void afterSingletonsInstantiated() {
        ConfigurableListableBeanFactory beans = this.beanFactory;
        Assert.state(beans != null, "no bean factory");
        for (String beanName : beans.getBeanDefinitionNames()) {
            Class<?> type = typeOf(beans, beanName);
            if (type != null) {
                methods().inspect(type);
            }
        }
        methods().settleNames();
    }

    private static @Nullable Class<?> typeOf(ConfigurableListableBeanFactory beans, String beanName) {
        Object singleton = beans.getSingleton(beanName);
        Class<?> type = (singleton != null) ? AopProxyUtils.ultimateTargetClass(singleton)
                : AutoProxyUtils.determineTargetClass(beans, beanName);
        return (type != null) ? ClassUtils.getUserClass(type) : null;
    }

    private CallbackMethods methods() {
        CallbackMethods found = this.methods;
        Assert.state(found != null, "no bean factory");
        return found;
    }

}
