package dev.tpool.spring.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import dev.tpool.TpCompletionAction;
import dev.tpool.TpPool;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one pool in one registry.
 */
final class PoolMeters {

    private final MeterRegistry registry;

    private final Tags tags;

    private final TpPool pool;

    private final Timer run;

    private final Timer idle;

    private final Counter starved;

    private final List<Meter> meters = new ArrayList<>();

    private final Map<TpCompletionAction, Counter> succeeded = new ConcurrentHashMap<>();

    private final Map<TpCompletionAction, Counter> failed = new ConcurrentHashMap<>();

    PoolMeters(MeterRegistry registry, String name, TpPool pool) {
        this.registry = registry;
        this.tags = Tags.of("name", name);
        this.pool = pool;
        this.run = timer("executor", "How long callbacks ran, completion actions included");
        this.idle = timer("executor.idle", "How long callbacks waited in the queue");
        counter("executor.completed", "The approximate total number of tasks that have completed execution",
                BaseUnits.TASKS, TpPool::completed);
        gauge("executor.active", "The approximate number of threads that are actively executing tasks",
                BaseUnits.THREADS, TpPool::running);
        gauge("executor.queued", "The approximate number of tasks that are queued for execution", BaseUnits.TASKS,
                TpPool::queued);
        if (pool.queueCapacity() > 0) {
            gauge("executor.queue.remaining",
                    "The number of additional elements that this queue can ideally accept without blocking",
                    BaseUnits.TASKS, (of) -> Math.max(0, of.queueCapacity() - of.queued()));
        }
        gauge("executor.pool.size", "The current number of threads in the pool", BaseUnits.THREADS, TpPool::threads);
        gauge("executor.pool.core", "The core number of threads for the pool", BaseUnits.THREADS,
                TpPool::threadMinimum);
        gauge("executor.pool.max", "The maximum allowed number of threads in the pool", BaseUnits.THREADS,
                TpPool::threadMaximum);
        counter("tp.callbacks.dropped", "Callbacks that were cancelled before they began", null, TpPool::dropped);
        counter("tp.callbacks.rejected", "Callbacks that were refused", null, TpPool::rejected);
        this.starved = Counter.builder("tp.pool.starvations")
            .description("How often the pool was found not to get on, with every thread blocked")
            .tags(this.tags)
            .register(registry);
        this.meters.add(this.starved);
    }

    void waited(long nanos) {
        this.idle.record(nanos, TimeUnit.NANOSECONDS);
    }

    void ran(long nanos) {
        this.run.record(nanos, TimeUnit.NANOSECONDS);
    }

    void starved() {
        this.starved.increment();
    }

    void acted(TpCompletionAction action, boolean success) {
        Map<TpCompletionAction, Counter> counters = success ? this.succeeded : this.failed;
        Counter known = counters.get(action);
        Counter counter = (known != null) ? known
                : counters.computeIfAbsent(action, (first) -> actions(first, success ? "success" : "failure"));
        counter.increment();
    }

    void close() {
        this.meters.forEach(this.registry::remove);
        this.succeeded.values().forEach(this.registry::remove);
        this.failed.values().forEach(this.registry::remove);
    }

    private Counter actions(TpCompletionAction action, String outcome) {
        return Counter.builder("tp.completion.actions")
            .description("Completion actions that were carried out or failed")
            .tags(this.tags)
            .tag("action", action.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .tag("outcome", outcome)
            .register(this.registry);
    }

    private Timer timer(String name, String description) {
        Timer timer = Timer.builder(name).description(description).tags(this.tags).register(this.registry);
        this.meters.add(timer);
        return timer;
    }

    private void counter(String name, String description, @Nullable String unit, ToDoubleFunction<TpPool> value) {
        this.meters.add(FunctionCounter.builder(name, this.pool, value)
            .description(description)
            .baseUnit(unit)
            .tags(this.tags)
            .register(this.registry));
    }

    private void gauge(String name, String description, String unit, ToDoubleFunction<TpPool> value) {
        this.meters.add(Gauge.builder(name, this.pool, value)
            .description(description)
            .baseUnit(unit)
            .tags(this.tags)
            .register(this.registry));
    }

}
