package dev.tpool.boot.autoconfigure.annotation;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpTriggers;
import dev.tpool.spring.annotation.TpTriggerAnnotationBeanPostProcessor;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of {@code @TpTimer} and {@code @TpWait}.
 */
@AutoConfiguration(after = TpAutoConfiguration.class)
public final class TpTriggerAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static TpTriggerAnnotationBeanPostProcessor tpTriggerAnnotationBeanPostProcessor() {
        return new TpTriggerAnnotationBeanPostProcessor();
    }

    /**
     * Nobody asks for a bean that a timer calls.
     */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LazyInitializationExcludeFilter tpTriggerLazyInitializationExcludeFilter() {
        return (beanName, definition, beanType) -> beanType != null
                && TpTriggerAnnotationBeanPostProcessor.hasTriggers(beanType);
    }

    @Bean
    @Lazy(false)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    TpTriggers tpTriggers() {
        return new TpTriggers();
    }

    @Bean
    @Lazy(false)
    KeepAliveCheck tpKeepAliveCheck(TpTriggers triggers, ApplicationContext context) {
        return new KeepAliveCheck(triggers, context);
    }

}
