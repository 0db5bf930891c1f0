package dev.tpool.spring.metrics;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;

import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpSemaphore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The state of semaphores: {@code tp.semaphore.available}, the permits that are free, and
 * {@code tp.semaphore.waiting}, how many stand in line for permits, with the tag
 * {@code name}.
 */
public final class TpSemaphoreMetrics implements MeterBinder, AutoCloseable {

    private final TpRegistry semaphores;

    private final Set<String> names;

    private final List<Runnable> removals = new CopyOnWriteArrayList<>();

    /**
     * Creates the meters of some semaphores.
     * @param semaphores has the semaphores
     * @param names which of them are measured
     */
    public TpSemaphoreMetrics(TpRegistry semaphores, Set<String> names) {
        this.semaphores = semaphores;
        this.names = Set.copyOf(names);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String name : this.names) {
            TpSemaphore semaphore = this.semaphores.semaphore(name);
            gauge(registry, "tp.semaphore.available", "Permits that are free", name, semaphore,
                    TpSemaphore::availablePermits);
            gauge(registry, "tp.semaphore.waiting", "Threads and callbacks that stand in line for permits", name,
                    semaphore, TpSemaphore::waiting);
        }
    }

    private void gauge(MeterRegistry registry, String meter, String description, String name, TpSemaphore semaphore,
            ToDoubleFunction<TpSemaphore> value) {
        Gauge gauge = Gauge.builder(meter, semaphore, value)
            .description(description)
            .tag("name", name)
            .register(registry);
        this.removals.add(() -> registry.remove(gauge));
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
