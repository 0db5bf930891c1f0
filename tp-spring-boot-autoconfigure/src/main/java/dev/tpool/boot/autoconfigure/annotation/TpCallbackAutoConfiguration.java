package dev.tpool.boot.autoconfigure.annotation;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpOperations;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallbackAnnotationBeanPostProcessor;
import dev.tpool.spring.annotation.TpTemplate;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of {@code @TpCallback} and its programmatic twin.
 */
@AutoConfiguration(after = TpAutoConfiguration.class)
public final class TpCallbackAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static TpCallbackAnnotationBeanPostProcessor tpCallbackAnnotationBeanPostProcessor() {
        return new TpCallbackAnnotationBeanPostProcessor();
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    TpOperations tpOperations(TpRegistry registry, TpCallbackAnnotationBeanPostProcessor callbacks) {
        return new TpTemplate(registry, callbacks);
    }

}
