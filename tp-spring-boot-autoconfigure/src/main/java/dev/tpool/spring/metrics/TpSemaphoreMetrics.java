package dev.tpool.spring.metrics;

import java.util.Set;

import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpSemaphore;

/**
 * The state of semaphores: {@code tp.semaphore.available}, the permits that are free, and
 * {@code tp.semaphore.waiting}, how many stand in line for permits, with the tag
 * {@code name}.
 */
public final class TpSemaphoreMetrics extends NamedGauges<TpSemaphore> {

    /**
     * Creates the meters of some semaphores.
     * @param semaphores has the semaphores
     * @param names which of them are measured
     */
    public TpSemaphoreMetrics(TpRegistry semaphores, Set<String> names) {
        super(semaphores::semaphore, names);
    }

    @Override
    void bind(Gauges<TpSemaphore> gauges) {
        gauges.add("tp.semaphore.available", "Permits that are free", TpSemaphore::availablePermits);
        gauges.add("tp.semaphore.waiting", "Threads and callbacks that stand in line for permits",
                TpSemaphore::waiting);
    }

}
