package dev.tpool.spring.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.tpool.TpCallbackSource;
import dev.tpool.TpCompletionAction;
import dev.tpool.TpPool;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.spring.TpRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all pools in one meter registry.
 */
final class BoundPools implements TpRegistry.PoolListener {

    private final MeterRegistry registry;

    private final Map<TpPool, PoolMeters> meters = new ConcurrentHashMap<>();

    BoundPools(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void poolAdded(String name, TpPool pool) {
        this.meters.computeIfAbsent(pool, (added) -> new PoolMeters(this.registry, name, added));
    }

    @Override
    public void poolRemoved(String name, TpPool pool) {
        PoolMeters removed = this.meters.remove(pool);
        if (removed != null) {
            removed.close();
        }
    }

    void waited(TpCallbackSource source, long nanos) {
        PoolMeters of = of(source);
        if (of != null) {
            of.waited(nanos);
        }
    }

    void ran(TpCallbackSource source, long nanos) {
        PoolMeters of = of(source);
        if (of != null) {
            of.ran(nanos);
        }
    }

    void acted(TpCallbackSource source, TpCompletionAction action, boolean succeeded) {
        PoolMeters of = of(source);
        if (of != null) {
            of.acted(action, succeeded);
        }
    }

    void starved(TpPoolSnapshot pool) {
        this.meters.forEach((each, of) -> {
            if (each.name().equals(pool.name())) {
                of.starved();
            }
        });
    }

    void close() {
        this.meters.values().forEach(PoolMeters::close);
        this.meters.clear();
    }

    private @Nullable PoolMeters of(TpCallbackSource source) {
        return this.meters.get(source.environment().pool());
    }

}
