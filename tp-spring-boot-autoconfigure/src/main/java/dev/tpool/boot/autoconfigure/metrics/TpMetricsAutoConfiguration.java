package dev.tpool.boot.autoconfigure.metrics;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.TpProperties;
import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpRunWatch;
import dev.tpool.spring.metrics.TpMutexMetrics;
import dev.tpool.spring.metrics.TpPoolMetrics;
import dev.tpool.spring.metrics.TpRunWatchMetrics;
import dev.tpool.spring.metrics.TpSectionMetrics;
import dev.tpool.spring.metrics.TpSemaphoreMetrics;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration of the meters of pools, semaphores, mutexes and sections. Without a
 * meter registry no pool has a monitor, and so reads no clock.
 */
@AutoConfiguration(after = TpAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public final class TpMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TpPoolMetrics tpPoolMetrics(TpRegistry registry) {
        return new TpPoolMetrics(registry);
    }

    @Bean
    @ConditionalOnMissingBean
    TpRunWatchMetrics tpRunWatchMetrics(TpRunWatch watch) {
        return new TpRunWatchMetrics(watch);
    }

    @Bean
    @ConditionalOnMissingBean
    TpSemaphoreMetrics tpSemaphoreMetrics(TpRegistry registry, TpProperties properties) {
        return new TpSemaphoreMetrics(registry, properties.semaphores().keySet());
    }

    @Bean
    @ConditionalOnMissingBean
    TpMutexMetrics tpMutexMetrics(TpRegistry registry, TpProperties properties, ObjectProvider<TpEntryLines> lines) {
        return new TpMutexMetrics(registry, properties.mutexes().keySet(),
                lines.getIfAvailable(() -> TpEntryLines.NONE));
    }

    @Bean
    @ConditionalOnMissingBean
    TpSectionMetrics tpSectionMetrics(TpRegistry registry, TpProperties properties,
            ObjectProvider<TpEntryLines> lines) {
        return new TpSectionMetrics(registry, properties.sections().keySet(),
                lines.getIfAvailable(() -> TpEntryLines.NONE));
    }

    @Bean
    @Lazy(false)
    SameNameCheck tpSameNameCheck(TpRegistry registry, BeanFactory beanFactory) {
        return new SameNameCheck(registry, beanFactory);
    }

}
