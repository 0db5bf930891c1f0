package dev.tpool.spring.metrics;

import java.util.Set;

import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpMutex;

/**
 * The state of mutexes: {@code tp.mutex.held}, 1 if it has an owner and 0 if not, and
 * {@code tp.mutex.waiting}, how many threads wait for it and how many callbacks that take
 * it at their entry, with the tag {@code name}.
 */
public final class TpMutexMetrics extends NamedGauges<TpMutex> {

    private final TpEntryLines lines;

    /**
     * Creates the meters of some mutexes.
     * @param mutexes has the mutexes
     * @param names which of them are measured
     * @param lines knows the callbacks that wait for one of them without a thread
     */
    public TpMutexMetrics(TpRegistry mutexes, Set<String> names, TpEntryLines lines) {
        super(mutexes::mutex, names);
        this.lines = lines;
    }

    @Override
    void bind(Gauges<TpMutex> gauges) {
        gauges.add("tp.mutex.held", "1 if it has an owner, 0 if not", (mutex) -> (mutex.owner() != null) ? 1 : 0);
        gauges.add("tp.mutex.waiting", "Threads and callbacks that wait for it",
                (mutex) -> mutex.waiting() + this.lines.waiting(mutex));
    }

}
