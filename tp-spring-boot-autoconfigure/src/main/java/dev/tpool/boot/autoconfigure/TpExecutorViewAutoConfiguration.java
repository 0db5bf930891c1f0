package dev.tpool.boot.autoconfigure;

import dev.tpool.spring.TpRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.task.TaskDecorator;

/**
 * Auto-configuration of the executor views that the properties under
 * {@code tp.executor-views} ask for. They come after all conditions have been looked at
 * and are no default candidates, so the executors of Spring Boot stay as they are.
 */
@AutoConfiguration(after = TpAutoConfiguration.class)
public final class TpExecutorViewAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ExecutorViewBeans tpExecutorViewBeans() {
        return new ExecutorViewBeans();
    }

    @Bean
    ExecutorViews tpExecutorViews(TpProperties properties, TpRegistry registry,
            ObjectProvider<TaskDecorator> decorators) {
        return new ExecutorViews(properties, registry, decorators);
    }

}
