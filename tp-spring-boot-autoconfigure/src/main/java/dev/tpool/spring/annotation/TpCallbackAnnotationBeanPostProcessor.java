package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * Makes {@link TpCallback @TpCallback} work: puts an advisor in front of beans with
 * annotated methods, ahead of all others, and checks the annotations of all beans when
 * the application starts. The {@link TpRegistry} is looked up by its type when the first
 * name is needed. It knows the lines of its bean factory: those of the annotated methods,
 * of timers and waits, and of the operations that stand in one line with them.
 */
public final class TpCallbackAnnotationBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
        implements SmartInitializingSingleton, TpEntryLines {

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
        if (!isAnnotated(bean)) {
            return bean;
        }
        Object proxy = super.postProcessAfterInitialization(bean, beanName);
        if (Proxy.isProxyClass(proxy.getClass())) {
            requireInInterfaces(userClass(bean), proxy.getClass().getInterfaces());
        }
        return proxy;
    }

    /**
     * A proxy that is made of interfaces has the methods of those alone: another one can
     * be called by its own bean only, and such a call is plain.
     */
    private void requireInInterfaces(Class<?> beanClass, Class<?>[] interfaces) {
        Set<Method> reachable = Arrays.stream(interfaces)
            .flatMap((each) -> Arrays.stream(each.getMethods()))
            .map((method) -> TpCallbackInterceptor.methodOf(method, beanClass))
            .collect(Collectors.toSet());
        for (Method method : methods().inspect(beanClass).keySet()) {
            if (!reachable.contains(method) && CallbackAnnotation.isForCallers(method)) {
                throw new TpCallbackDefinitionException(TpCallback.class, beanClass, method,
                        "the proxy of its bean has only the methods of interfaces and not this one, so that no call "
                                + "would be posted",
                        "Declare it in an interface of the bean, or let the bean be proxied by its class.", null);
            }
        }
    }

    /**
     * Looks at the class behind all proxies. It need not implement the interfaces of a
     * JDK proxy, as that of a repository does not, so those are looked at, too.
     */
    private boolean isAnnotated(Object bean) {
        return !methods().inspect(userClass(bean)).isEmpty()
                || (Proxy.isProxyClass(bean.getClass()) && !methods().inspect(bean.getClass()).isEmpty());
    }

    private static Class<?> userClass(Object bean) {
        return ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
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
            if (isAnnotated(singleton)) {
                requireAdvised(beans, beanName, singleton);
            }
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

    /**
     * What a post-processor needs is created before there are all of them, and no call of
     * it is posted. A singleton that somebody has put in the place of a bean, as a mock,
     * is no mistake, so there has to be such a post-processor.
     */
    private void requireAdvised(ConfigurableListableBeanFactory beans, String beanName, Object bean) {
        if (AopUtils.isAopProxy(bean)) {
            return;
        }
        String early = postProcessorThatNeeds(beans, beanName, new HashSet<>());
        for (Method method : methods().inspect(userClass(bean)).keySet()) {
            if (early != null && CallbackAnnotation.isForCallers(method)) {
                throw new TpCallbackDefinitionException(TpCallback.class, userClass(bean), method,
                        "its bean '" + beanName + "' was created too early, since the post-processor '" + early
                                + "' needs it, so that no call would be posted",
                        "Make the factory method of '" + early
                                + "' static if it is not, and inject what it needs with @Lazy or ObjectProvider.",
                        null);
            }
        }
    }

    private static @Nullable String postProcessorThatNeeds(ConfigurableListableBeanFactory beans, String beanName,
            Set<String> seen) {
        for (String dependent : beans.getDependentBeans(beanName)) {
            if (!seen.add(dependent)) {
                continue;
            }
            Object singleton = beans.getSingleton(dependent);
            if (singleton instanceof BeanPostProcessor || singleton instanceof BeanFactoryPostProcessor) {
                return dependent;
            }
            String further = postProcessorThatNeeds(beans, dependent, seen);
            if (further != null) {
                return further;
            }
        }
        return null;
    }

    @Override
    public int waiting(TpMutex mutex) {
        return methods().locks().mutexes().waiting(new EntryLock.OfMutex(mutex));
    }

    @Override
    public int waiting(TpCriticalSection section) {
        return methods().locks().sections().waiting(new EntryLock.OfSection(section));
    }

    CallbackMethods methods() {
        CallbackMethods found = this.methods;
        Assert.state(found != null, "no bean factory");
        return found;
    }

}
