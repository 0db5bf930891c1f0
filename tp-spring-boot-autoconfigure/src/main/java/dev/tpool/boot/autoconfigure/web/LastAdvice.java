package dev.tpool.boot.autoconfigure.web;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;

/**
 * Puts an advice behind all others. An advice without an order has the last order there
 * is, and of equals the one that was registered first is asked first: so this one is
 * registered anew when all others are there.
 *
 * @param beanName the name of the advice, which need not be there
 */
record LastAdvice(String beanName) implements BeanFactoryPostProcessor {

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        if (beans.containsBeanDefinition(this.beanName) && beans instanceof BeanDefinitionRegistry registry) {
            BeanDefinition advice = registry.getBeanDefinition(this.beanName);
            registry.removeBeanDefinition(this.beanName);
            registry.registerBeanDefinition(this.beanName, advice);
        }
    }

}
