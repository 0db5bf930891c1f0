package dev.tpool.boot.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpLibrary;
import dev.tpool.TpPool;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Registers a bean for each thing that the configuration names. Only the names are read
 * here; the values are those of the bound {@link TpProperties}. What is not named but
 * there all the same, the default pool and the environments that pools bring along, is a
 * fallback bean.
 */
final class TpBeanRegistrar implements BeanRegistrar {

    @Override
    public void register(BeanRegistry registry, Environment environment) {
        Binder binder = Binder.get(environment);
        Set<String> pools = names(binder, "pools");
        Set<String> environments = names(binder, "environments");
        register(registry, TpPool.class, pools, ConfiguredThings::pool);
        if (!pools.contains(TpRegistry.DEFAULT)) {
            register(registry, TpPool.class, TpRegistry.DEFAULT, true, ConfiguredThings::pool);
        }
        register(registry, TpEnvironment.class, environments, ConfiguredThings::environment);
        Set<String> broughtAlong = new LinkedHashSet<>(pools);
        broughtAlong.add(TpRegistry.DEFAULT);
        broughtAlong.removeAll(environments);
        for (String name : broughtAlong) {
            register(registry, TpEnvironment.class, name, true, ConfiguredThings::environment);
        }
        register(registry, TpCleanupGroup.class, names(binder, "cleanup-groups"), ConfiguredThings::cleanupGroup);
        register(registry, TpSemaphore.class, names(binder, "semaphores"), ConfiguredThings::semaphore);
        register(registry, TpMutex.class, names(binder, "mutexes"), ConfiguredThings::mutex);
        register(registry, TpCriticalSection.class, names(binder, "sections"), ConfiguredThings::section);
        register(registry, TpEvent.class, names(binder, "events"), ConfiguredThings::event);
        register(registry, TpLibrary.class, names(binder, "libraries"), ConfiguredThings::library);
    }

    private static Set<String> names(Binder binder, String kind) {
        Bindable<Map<String, Object>> entries = Bindable.mapOf(String.class, Object.class);
        return binder.bind("tp." + kind, entries, new EntryBindHandler(BindHandler.DEFAULT))
            .map(Map::keySet)
            .orElse(Set.of());
    }

    private static <T> void register(BeanRegistry registry, Class<T> type, Set<String> names,
            BiFunction<ConfiguredThings, String, T> maker) {
        names.forEach((name) -> register(registry, type, name, false, maker));
    }

    private static <T> void register(BeanRegistry registry, Class<T> type, String name, boolean fallback,
            BiFunction<ConfiguredThings, String, T> maker) {
        registry.registerBean(TpRegistry.beanName(type, name), type, (spec) -> {
            spec.supplier((context) -> maker.apply(context.bean(ConfiguredThings.class), name));
            if (fallback) {
                spec.fallback();
            }
        });
    }

}
