package dev.tpool.spring.annotation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpTriggers;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * Makes {@link TpTimer @TpTimer} and {@link TpWait @TpWait} work: hands the triggers of
 * each bean to {@link TpTriggers}, takes them back when the bean is destroyed, and checks
 * the annotations of all beans when the application starts. {@link TpRegistry} and
 * {@link TpTriggers} are looked up by their types when they are first needed.
 * <p>
 * It has no order, so it comes after the post-processors that have one: the proxies of
 * the beans are complete by then.
 */
public final class TpTriggerAnnotationBeanPostProcessor
        implements DestructionAwareBeanPostProcessor, SmartInitializingSingleton, BeanFactoryAware {

    private static final Log logger = LogFactory.getLog(TpTriggerAnnotationBeanPostProcessor.class);

    private final Map<String, List<TpTrigger>> ofBeans = new ConcurrentHashMap<>();

    private @Nullable ConfigurableListableBeanFactory beanFactory;

    private @Nullable TriggerDefinitions definitions;

    /** For a bean factory in which no call is a callback. */
    private final EntryLocks ownLocks = new EntryLocks();

    private volatile @Nullable TpTriggers triggers;

    private volatile boolean namesAreSettled;

    /**
     * Creates the post-processor.
     */
    public TpTriggerAnnotationBeanPostProcessor() {
    }

    /**
     * Whether a class has methods that timers or waits call, so that a bean of it has to
     * be there even if nobody asks for it.
     * @param beanClass the class
     * @return {@code true} if at least one method is annotated, directly or not
     */
    public static boolean hasTriggers(Class<?> beanClass) {
        return TriggerDefinitions.isPresentIn(ClassUtils.getUserClass(beanClass));
    }

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        Assert.isInstanceOf(ConfigurableListableBeanFactory.class, beanFactory);
        ConfigurableListableBeanFactory beans = (ConfigurableListableBeanFactory) beanFactory;
        this.beanFactory = beans;
        this.definitions = new TriggerDefinitions(new NameResolver(beans));
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof AopInfrastructureBean) {
            return bean;
        }
        List<TriggerDefinition> found = definitionsOf(bean);
        if (!found.isEmpty()) {
            bind(found, bean, beanName);
        }
        return bean;
    }

    private void bind(List<TriggerDefinition> found, Object bean, String beanName) {
        ConfigurableListableBeanFactory beans = beans();
        requireSingleton(beans, beanName, found);
        TpRegistry registry = beans.getBean(TpRegistry.class);
        TpTriggers all = beans.getBean(TpTriggers.class);
        this.triggers = all;
        for (TriggerDefinition definition : found) {
            if (this.namesAreSettled) {
                definition.checkNames(registry, beans);
            }
            TpTrigger trigger = definition.bind(bean, registry, beans, this::locks);
            this.ofBeans.computeIfAbsent(beanName, (name) -> new CopyOnWriteArrayList<>()).add(trigger);
            all.add(trigger);
        }
    }

    @Override
    public boolean requiresDestruction(Object bean) {
        return !definitionsOf(bean).isEmpty();
    }

    @Override
    public void postProcessBeforeDestruction(Object bean, String beanName) {
        List<TpTrigger> ended = this.ofBeans.remove(beanName);
        TpTriggers all = this.triggers;
        if (ended != null && all != null) {
            ended.forEach(all::remove);
        }
    }

    /**
     * Looks at all beans, at those that nobody has created yet by their declared types
     * and without creating them, and then at all the names. What a factory bean is to
     * make is created if it has triggers, unless the factory bean is lazy.
     */
    @Override
    public void afterSingletonsInstantiated() {
        ConfigurableListableBeanFactory beans = beans();
        for (String beanName : beans.getBeanDefinitionNames()) {
            if (inspect(beans, beanName) && isMadeByFactory(beans, beanName)) {
                // Nobody asks for a bean that a timer calls.
                beans.getBean(beanName);
            }
        }
        this.namesAreSettled = true;
        List<TriggerDefinition> found = definitions().all();
        if (!found.isEmpty()) {
            TpRegistry registry = beans.getBean(TpRegistry.class);
            found.forEach((definition) -> definition.checkNames(registry, beans));
        }
    }

    /**
     * Looks at a bean that is not there yet.
     * @return whether it has triggers
     */
    private boolean inspect(ConfigurableListableBeanFactory beans, String beanName) {
        try {
            boolean created = beans.containsSingleton(beanName) && !beans.isFactoryBean(beanName);
            Class<?> type = created ? null : beans.getType(beanName, false);
            if (type != null) {
                List<TriggerDefinition> found = definitions().of(ClassUtils.getUserClass(type));
                requireSingleton(beans, beanName, found);
                return !found.isEmpty();
            }
        }
        catch (TpCallbackDefinitionException ex) {
            throw ex;
        }
        catch (BeansException | IllegalStateException | LinkageError ex) {
            // A bean that may never be created need not be loadable.
            logger.debug("Not looked at for @TpTimer and @TpWait: bean '" + beanName + "'", ex);
        }
        return false;
    }

    private static boolean isMadeByFactory(ConfigurableListableBeanFactory beans, String beanName) {
        return beans.containsSingleton(beanName) && !beans.getBeanDefinition(beanName).isLazyInit();
    }

    /**
     * Triggers stand in one line with the calls of the same bean factory.
     */
    private EntryLocks locks() {
        TpCallbackAnnotationBeanPostProcessor calls = beans()
            .getBeanProvider(TpCallbackAnnotationBeanPostProcessor.class)
            .getIfAvailable();
        return (calls != null) ? calls.methods().locks() : this.ownLocks;
    }

    private static void requireSingleton(ConfigurableListableBeanFactory beans, String beanName,
            List<TriggerDefinition> found) {
        if (!found.isEmpty() && beans.containsBean(beanName) && !beans.isSingleton(beanName)) {
            String name = ScopedProxyUtils.isScopedTarget(beanName) ? ScopedProxyUtils.getOriginalBeanName(beanName)
                    : beanName;
            throw found.get(0)
                .wrong("its bean '" + name + "' is no singleton, so that there may be no instance to call, or many",
                        "Move the method to a singleton.");
        }
    }

    private List<TriggerDefinition> definitionsOf(Object bean) {
        return definitions().of(ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean)));
    }

    private ConfigurableListableBeanFactory beans() {
        ConfigurableListableBeanFactory found = this.beanFactory;
        Assert.state(found != null, "no bean factory");
        return found;
    }

    private TriggerDefinitions definitions() {
        TriggerDefinitions found = this.definitions;
        Assert.state(found != null, "no bean factory");
        return found;
    }

}
