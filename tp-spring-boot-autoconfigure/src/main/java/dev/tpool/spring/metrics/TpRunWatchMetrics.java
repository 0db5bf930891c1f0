package dev.tpool.spring.metrics;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.tpool.spring.TpRunWatch;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Counts the callbacks that ran for longer than the run-warning of their pool, as
 * {@code tp.callbacks.overdue} with the tag {@code name}: for the pools that have one.
 */
public final class TpRunWatchMetrics implements MeterBinder, AutoCloseable {

    private final TpRunWatch watch;

    private final List<Runnable> removals = new CopyOnWriteArrayList<>();

    /**
     * Creates the meters of a watch.
     * @param watch the watch
     */
    public TpRunWatchMetrics(TpRunWatch watch) {
        this.watch = watch;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String pool : this.watch.pools()) {
            FunctionCounter overdue = FunctionCounter
                .builder("tp.callbacks.overdue", this.watch, (of) -> of.overdue(pool))
                .description("Callbacks that ran for longer than the run-warning of their pool")
                .tag("name", pool)
                .register(registry);
            this.removals.add(() -> registry.remove(overdue));
        }
    }

    /**
     * Removes the meters.
     */
    @Override
    public void close() {
        this.removals.forEach(Runnable::run);
        this.removals.clear();
    }

}
