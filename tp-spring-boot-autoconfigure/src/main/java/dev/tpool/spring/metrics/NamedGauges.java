package dev.tpool.spring.metrics;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Gauges of some things of one kind, each with the tag {@code name}. Which things is said
 * at the start, so there are no more values of the tag than names in the configuration.
 *
 * @param <T> the kind
 */
abstract sealed class NamedGauges<T> implements MeterBinder, AutoCloseable
        permits TpSemaphoreMetrics, TpMutexMetrics, TpSectionMetrics {

    private final Function<String, T> things;

    private final Set<String> names;

    private final List<Runnable> removals = new CopyOnWriteArrayList<>();

    /**
     * @param things finds a thing by its name
     * @param names which of them are measured
     */
    NamedGauges(Function<String, T> things, Set<String> names) {
        this.things = things;
        this.names = Set.copyOf(names);
    }

    @Override
    public final void bindTo(MeterRegistry registry) {
        for (String name : this.names) {
            T thing = this.things.apply(name);
            bind((meter, description, value) -> {
                Gauge gauge = Gauge.builder(meter, thing, value)
                    .description(description)
                    .tag("name", name)
                    .register(registry);
                this.removals.add(() -> registry.remove(gauge));
            });
        }
    }

    /**
     * Adds the gauges of one thing.
     */
    abstract void bind(Gauges<T> gauges);

    /**
     * Removes the meters.
     */
    @Override
    public final void close() {
        this.removals.forEach(Runnable::run);
        this.removals.clear();
    }

    /**
     * Takes the gauges of one thing.
     *
     * @param <T> its kind
     */
    @FunctionalInterface
    interface Gauges<T> {

        void add(String meter, String description, ToDoubleFunction<T> value);

    }

}
