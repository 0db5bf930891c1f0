package dev.tpool.boot.autoconfigure.web;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.TpProperties;
import dev.tpool.spring.web.RejectedCallbackAdvice;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of what Spring WebFlux answers when a callback was rejected.
 */
@AutoConfiguration(after = TpAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(name = "org.springframework.web.reactive.DispatcherHandler")
public final class TpWebFluxAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty("tp.web.rejected-as-service-unavailable")
    RejectedCallbackAdvice rejectedCallbackAdvice(TpProperties properties) {
        return new RejectedCallbackAdvice(properties.web().retryAfter());
    }

    /**
     * Whatever the application's own advice says of a rejection, it says it first.
     */
    @Bean
    @ConditionalOnProperty("tp.web.rejected-as-service-unavailable")
    static LastAdvice tpLastAdvice() {
        return new LastAdvice("rejectedCallbackAdvice");
    }

}
