package dev.tpool.boot.autoconfigure;

import java.time.Duration;

import dev.tpool.TpContextCapture;
import dev.tpool.TpMonitor;
import dev.tpool.TpThreadKind;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpPoolCustomizer;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpRunWatch;
import dev.tpool.spring.TpShutdown;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of the named things: the registry, what the properties under
 * {@code tp} name, and their end. Pools are no {@code Executor} beans, so the executors
 * of Spring Boot stay as they are. A child context has named things of its own.
 */
@AutoConfiguration(after = LifecycleAutoConfiguration.class)
@EnableConfigurationProperties(TpProperties.class)
@Import(TpBeanRegistrar.class)
public final class TpAutoConfiguration {

    private static final Duration DEFAULT_SHUTDOWN_LIMIT = Duration.ofSeconds(30);

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ConfigurationPropertiesBindHandlerAdvisor tpEntryBindHandlerAdvisor() {
        return EntryBindHandler::new;
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static TpBeanNames tpBeanNames() {
        return new TpBeanNames();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LazyInitializationExcludeFilter tpLazyInitializationExcludeFilter() {
        return TpBeanNames.eager();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static FailedStart tpFailedStart(ApplicationContext context) {
        return new FailedStart(context);
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    TpRegistry tpRegistry(ListableBeanFactory beanFactory) {
        return new TpRegistry(beanFactory);
    }

    @Bean
    ConfiguredThings tpConfiguredThings(TpProperties properties, TpRegistry registry, ResourceLoader resourceLoader,
            Environment environment, ObjectProvider<TpContextCapture> contextCapture,
            ObjectProvider<TpMonitor> monitors, ObjectProvider<TpPoolCustomizer> poolCustomizers,
            ObjectProvider<TpEnvironmentCustomizer> environmentCustomizers) {
        TpThreadKind threads = Threading.VIRTUAL.isActive(environment) ? TpThreadKind.VIRTUAL : TpThreadKind.PLATFORM;
        return new ConfiguredThings(properties, registry, new LibraryLoader(resourceLoader), threads, contextCapture,
                monitors, poolCustomizers, environmentCustomizers);
    }

    /**
     * For the environments that no entry names, of user's pools, too: what their pools
     * bring along has the defaults before any other customizer sees it.
     */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    TpEnvironmentCustomizer tpEnvironmentDefaults(ConfiguredThings things) {
        return things::applyDefaults;
    }

    @Bean
    @Lazy(false)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    TpRunWatch tpRunWatch(TpRegistry registry, ConfiguredThings things) {
        return new TpRunWatch(registry, things.runWarnings());
    }

    @Bean
    @Lazy(false)
    TpDataSourceCheck tpDataSourceCheck(TpProperties properties, TpRegistry registry, ListableBeanFactory beanFactory) {
        return new TpDataSourceCheck(properties, registry, beanFactory);
    }

    @Bean
    TpReconfiguration tpReconfiguration(TpProperties properties, Environment environment, BeanFactory beanFactory) {
        return new TpReconfiguration(properties, environment, beanFactory);
    }

    @Bean
    @Lazy(false)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    TpShutdown tpShutdown(TpRegistry registry, ConfiguredThings things, ObjectProvider<LifecycleProperties> lifecycle) {
        LifecycleProperties properties = lifecycle.getIfAvailable();
        return new TpShutdown(registry, things.shutdownPolicies(),
                (properties != null) ? properties.getTimeoutPerShutdownPhase() : DEFAULT_SHUTDOWN_LIMIT);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = TpEnvironmentChangeListener.EVENT)
    static class EnvironmentChangeConfiguration {

        @Bean
        TpEnvironmentChangeListener tpEnvironmentChangeListener(TpReconfiguration reconfiguration) {
            return new TpEnvironmentChangeListener(reconfiguration);
        }

    }

}
