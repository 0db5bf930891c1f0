package dev.tpool.spring.metrics;

import java.util.Set;

import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpCriticalSection;

/**
 * The state of critical sections: {@code tp.section.held}, 1 if it has an owner and 0 if
 * not, and {@code tp.section.waiting}, how many threads wait for it and how many
 * callbacks that take it at their entry, with the tag {@code name}.
 */
public final class TpSectionMetrics extends NamedGauges<TpCriticalSection> {

    private final TpEntryLines lines;

    /**
     * Creates the meters of some sections.
     * @param sections has the sections
     * @param names which of them are measured
     * @param lines knows the callbacks that wait for one of them without a thread
     */
    public TpSectionMetrics(TpRegistry sections, Set<String> names, TpEntryLines lines) {
        super(sections::section, names);
        this.lines = lines;
    }

    @Override
    void bind(Gauges<TpCriticalSection> gauges) {
        gauges.add("tp.section.held", "1 if it has an owner, 0 if not", (section) -> (section.owner() != null) ? 1 : 0);
        gauges.add("tp.section.waiting", "Threads and callbacks that wait for it",
                (section) -> section.waiting() + this.lines.waiting(section));
    }

}
