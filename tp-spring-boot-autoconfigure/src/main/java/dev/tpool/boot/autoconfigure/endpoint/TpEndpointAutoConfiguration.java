package dev.tpool.boot.autoconfigure.endpoint;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpRunWatch;
import dev.tpool.spring.TpShutdown;
import dev.tpool.spring.actuate.CleanupGroupsEndpoint;
import dev.tpool.spring.actuate.SynchronizationEndpoint;
import dev.tpool.spring.actuate.ThreadPoolsEndpoint;
import dev.tpool.spring.actuate.ThreadPoolsEndpointWebExtension;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the Actuator endpoints {@code threadpools}, {@code cleanupgroups}
 * and {@code synchronization}.
 */
@AutoConfiguration(after = TpAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
public final class TpEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    ThreadPoolsEndpoint threadPoolsEndpoint(TpRegistry registry, TpRunWatch watch,
            ObjectProvider<TpShutdown> shutdown) {
        return new ThreadPoolsEndpoint(registry, watch, shutdown.getIfAvailable());
    }

    @Bean
    @ConditionalOnBean(ThreadPoolsEndpoint.class)
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint(endpoint = ThreadPoolsEndpoint.class, exposure = EndpointExposure.WEB)
    ThreadPoolsEndpointWebExtension threadPoolsEndpointWebExtension(ThreadPoolsEndpoint endpoint) {
        return new ThreadPoolsEndpointWebExtension(endpoint);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    CleanupGroupsEndpoint cleanupGroupsEndpoint(TpRegistry registry) {
        return new CleanupGroupsEndpoint(registry);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    SynchronizationEndpoint synchronizationEndpoint(TpRegistry registry, ObjectProvider<TpEntryLines> lines) {
        return new SynchronizationEndpoint(registry, lines.getIfAvailable(() -> TpEntryLines.NONE));
    }

}
