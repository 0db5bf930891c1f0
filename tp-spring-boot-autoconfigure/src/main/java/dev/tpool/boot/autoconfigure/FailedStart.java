package dev.tpool.boot.autoconfigure;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpPool;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.Ordered;

/**
 * Drops what is queued if the context fails to start. No event tells of that, so nobody
 * ends the pools before the beans are destroyed, and what they went on to run would find
 * them gone. The first pool or group that is destroyed ends all of them; beans that were
 * made after it are gone by then.
 */
final class FailedStart
        implements DestructionAwareBeanPostProcessor, ApplicationListener<ContextRefreshedEvent>, Ordered {

    private static final Log logger = LogFactory.getLog(FailedStart.class);

    private final ApplicationContext context;

    private final Set<TpPool> pools = ConcurrentHashMap.newKeySet();

    private volatile boolean started;

    FailedStart(ApplicationContext context) {
        this.context = context;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        // That of the process is there for others, too.
        if (!this.started && bean instanceof TpPool pool && pool != TpPool.processDefault()) {
            this.pools.add(pool);
        }
        return bean;
    }

    @Override
    public boolean requiresDestruction(Object bean) {
        return bean instanceof TpPool || bean instanceof TpCleanupGroup;
    }

    @Override
    public void postProcessBeforeDestruction(Object bean, String beanName) {
        if (!this.started) {
            drop();
        }
    }

    private void drop() {
        Map<String, Long> dropped = new TreeMap<>();
        // First what waits for permits: what is dropped might give it some.
        for (TpPool pool : this.pools) {
            pool.cancelDeferredCallbacks().forEach((name, count) -> dropped.merge(name, count, Long::sum));
        }
        for (TpPool pool : this.pools) {
            pool.close();
            pool.disarm();
            pool.cancelPendingCallbacks().forEach((name, count) -> dropped.merge(name, count, Long::sum));
            pool.closeObjects();
        }
        this.pools.clear();
        if (!dropped.isEmpty()) {
            long count = dropped.values().stream().mapToLong(Long::longValue).sum();
            logger
                .warn("The context did not start, so " + count + " callbacks that were queued are dropped: " + dropped);
        }
    }

    /**
     * Told last, since a listener that fails ends the start, too.
     */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        if (event.getApplicationContext() == this.context) {
            this.started = true;
            this.pools.clear();
        }
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

}
