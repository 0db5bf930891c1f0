package dev.tpool.spring.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.tpool.TpCallbackSource;
import dev.tpool.TpCompletionAction;
import dev.tpool.TpMonitor;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.spring.TpRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all pools of a registry, of those that come later, too. A pool has the
 * {@code executor.*} meters that every dashboard knows, with the tag {@code name} only,
 * and the timers {@code executor} (run) and {@code executor.idle} (wait in the queue).
 * What those cannot say is in {@code tp.callbacks.dropped},
 * {@code tp.callbacks.rejected}, {@code tp.completion.actions} and
 * {@code tp.pool.starvations}.
 * <p>
 * The timers need a pool that was built with this monitor, as those of the configuration
 * are.
 */
public final class TpPoolMetrics implements MeterBinder, TpMonitor, AutoCloseable {

    private final TpRegistry pools;

    private final List<BoundPools> bound = new CopyOnWriteArrayList<>();

    /**
     * Creates the meters of the pools of a registry.
     * @param pools the registry
     */
    public TpPoolMetrics(TpRegistry pools) {
        this.pools = pools;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        BoundPools meters = new BoundPools(registry);
        this.bound.add(meters);
        this.pools.addListener(meters);
    }

    @Override
    public void callbackStarted(TpCallbackSource source, long queueNanos) {
        for (BoundPools meters : this.bound) {
            meters.waited(source, queueNanos);
        }
    }

    @Override
    public void callbackEnded(TpCallbackSource source, long runNanos, @Nullable Throwable failure) {
        for (BoundPools meters : this.bound) {
            meters.ran(source, runNanos);
        }
    }

    @Override
    public void completionActionEnded(TpCallbackSource source, TpCompletionAction action, @Nullable Throwable failure) {
        for (BoundPools meters : this.bound) {
            meters.acted(source, action, failure == null);
        }
    }

    @Override
    public void poolStarved(TpPoolSnapshot pool, Duration blockedFor) {
        for (BoundPools meters : this.bound) {
            meters.starved(pool);
        }
    }

    /**
     * Removes the meters.
     */
    @Override
    public void close() {
        for (BoundPools meters : this.bound) {
            this.pools.removeListener(meters);
            meters.close();
        }
        this.bound.clear();
    }

}
