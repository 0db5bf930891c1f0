package dev.tpool.boot.autoconfigure.annotation;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.annotation.TpCallbackAnnotationBeanPostProcessor;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of {@code @TpCallback}.
 */
@AutoConfiguration(after = TpAutoConfiguration.class)
public final class TpCallbackAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static TpCallbackAnnotationBeanPostProcessor tpCallbackAnnotationBeanPostProcessor() {
        return new TpCallbackAnnotationBeanPostProcessor();
    }

}
