package dev.tpool.boot.autoconfigure.metrics;

import dev.tpool.TpPool;
import dev.tpool.spring.TpRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

/**
 * Warns of a pool that has the name of an executor bean. Spring Boot's meters of that one
 * have the same names and the same tag, and whichever comes second has none.
 */
final class SameNameCheck implements SmartInitializingSingleton {

    private static final Log logger = LogFactory.getLog(SameNameCheck.class);

    private final TpRegistry registry;

    private final BeanFactory beans;

    SameNameCheck(TpRegistry registry, BeanFactory beans) {
        this.registry = registry;
        this.beans = beans;
    }

    @Override
    public void afterSingletonsInstantiated() {
        for (String name : this.registry.names(TpPool.class)) {
            if (this.beans.containsBean(name) && this.beans.isTypeMatch(name, ExecutorConfigurationSupport.class)) {
                logger.warn("Pool '" + name + "' and the executor bean '" + name + "' have the same meters, executor.* "
                        + "with the tag name=" + name + ", so that those of one of them are missing: rename one");
            }
        }
    }

}
