package dev.tpool.boot.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.boot.autoconfigure.TpProperties.ExecutorView;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.task.TpTaskExecutor;
import dev.tpool.spring.task.TpTaskScheduler;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.TaskScheduler;

/**
 * Registers a bean for each executor view that the configuration asks for, with its name
 * as a qualifier, which is what {@code @Async} and {@code @Scheduled} look for. No bean
 * registrar does that: the beans must be no default candidates, or they would take the
 * place of the executors of Spring Boot.
 */
final class ExecutorViewBeans implements BeanDefinitionRegistryPostProcessor, EnvironmentAware {

    private static final Bindable<Map<String, ExecutorView>> VIEWS = Bindable.mapOf(String.class, ExecutorView.class);

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        views().forEach((name, view) -> {
            if (view.taskExecutor()) {
                register(registry, TpTaskExecutor.class, name, ExecutorViews::taskExecutor, "shutdown");
            }
            if (view.taskScheduler()) {
                register(registry, TpTaskScheduler.class, name, ExecutorViews::taskScheduler, "close");
            }
        });
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        views().forEach((name, view) -> {
            if (view.taskExecutor()) {
                requireFree(beanFactory, name, Executor.class);
            }
            if (view.taskScheduler()) {
                requireFree(beanFactory, name, TaskScheduler.class);
            }
        });
    }

    private Map<String, ExecutorView> views() {
        if (this.environment == null || Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
            // Defined with a supplier, they cannot be written down, and this runs again
            // at run time.
            return Map.of();
        }
        return Binder.get(this.environment)
            .bind(ExecutorViews.PREFIX, VIEWS, new EntryBindHandler(BindHandler.DEFAULT))
            .orElse(Map.of());
    }

    private static <T> void register(BeanDefinitionRegistry registry, Class<T> type, String name,
            BiFunction<ExecutorViews, String, T> maker, String destroyMethod) {
        BeanFactory beans = (BeanFactory) registry;
        RootBeanDefinition definition = new RootBeanDefinition(type,
                () -> maker.apply(beans.getBean(ExecutorViews.class), name));
        definition.setDefaultCandidate(false);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
        definition.setDestroyMethodName(destroyMethod);
        // What is wrong with it is to be known when the application starts.
        definition.setLazyInit(false);
        registry.registerBeanDefinition(TpRegistry.beanName(type, name), definition);
    }

    /**
     * Two beans under one qualifier would be told of at the first call.
     */
    private static void requireFree(ConfigurableListableBeanFactory beanFactory, String name, Class<?> type) {
        if (beanFactory.containsLocalBean(name) && beanFactory.isTypeMatch(name, type)) {
            throw new InvalidTpPropertiesException(List.of(new Problem(ExecutorViews.PREFIX + "." + name, null,
                    "there is a bean named '" + name + "' of type " + type.getSimpleName() + ", too",
                    "Rename one of the two: 'tp.executor-views.<name>.environment' lets a view have any name.")), null);
        }
    }

    /**
     * The names of the views of a type, without making one.
     */
    static Set<String> known(ListableBeanFactory beanFactory, Class<?> type) {
        String prefix = TpRegistry.beanName(type, "");
        Set<String> names = new TreeSet<>();
        for (String beanName : beanFactory.getBeanNamesForType(type, true, false)) {
            names.add(beanName.startsWith(prefix) ? beanName.substring(prefix.length()) : beanName);
        }
        return names;
    }

}
