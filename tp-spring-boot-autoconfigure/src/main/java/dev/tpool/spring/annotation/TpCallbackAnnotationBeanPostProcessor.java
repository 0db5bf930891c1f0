package dev.tpool.spring.annotation;

import java.lang.reflect.Proxy;

import dev.tpool.spring.TpRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
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

    private static final Log logger = LogFactory.getLog(TpCallbackAnnotationBeanPostProcessor.class);

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
        CallbackMethods found = new CallbackMethods(() -> beans.getBean(TpRegistry.class), new NameResolver(beans));
        this.methods = found;
        this.advisor = new DefaultPointcutAdvisor(new CallbackPointcut(found), new TpCallbackInterceptor(found));
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return isAnnotated(bean) ? super.postProcessAfterInitialization(bean, beanName) : bean;
    }

    /**
     * Looks at the class behind all proxies. It need not implement the interfaces of a
     * JDK proxy, as that of a repository does not, so those are looked at, too.
     */
    private boolean isAnnotated(Object bean) {
        boolean annotated = !methods().inspect(ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean)))
            .isEmpty();
        return annotated || (Proxy.isProxyClass(bean.getClass()) && !methods().inspect(bean.getClass()).isEmpty());
    }

    /**
     * Looks at all beans, at those that nobody has created yet, what a factory bean is to
     * make among them, by their declared types and without creating them, and then at all
     * the names.
     */
    @Override
    public void afterSingletonsInstantiated() {
        ConfigurableListableBeanFactory beans = this.beanFactory;
        Assert.state(beans != null, "no bean factory");
        for (String beanName : beans.getBeanDefinitionNames()) {
            inspect(beans, beanName);
        }
        methods().settleNames();
    }

    private void inspect(ConfigurableListableBeanFactory beans, String beanName) {
        Object singleton = beans.getSingleton(beanName);
        if (singleton != null) {
            isAnnotated(singleton);
            if (!(singleton instanceof FactoryBean)) {
                return;
            }
        }
        try {
            Class<?> type = beans.getType(beanName, false);
            if (type != null) {
                methods().inspect(ClassUtils.getUserClass(type));
            }
        }
        catch (TpCallbackDefinitionException ex) {
            throw ex;
        }
        catch (BeansException | IllegalStateException | LinkageError ex) {
            // A bean that may never be created need not be loadable.
            logger.debug("Not looked at for @TpCallback: bean '" + beanName + "'", ex);
        }
    }

    CallbackMethods methods() {
        CallbackMethods found = this.methods;
        Assert.state(found != null, "no bean factory");
        return found;
    }

}
