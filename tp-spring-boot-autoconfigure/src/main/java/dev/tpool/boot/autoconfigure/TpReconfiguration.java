package dev.tpool.boot.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.tpool.TpPool;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.boot.autoconfigure.TpProperties.Pool;
import dev.tpool.spring.EntryProperty;
import dev.tpool.spring.TpRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

/**
 * Changes the running pools when the properties below {@code tp} have changed: their
 * numbers of threads. Everything else that has changed is named, and takes effect when
 * the application is started again.
 * <p>
 * Where Spring Cloud tells of changes, {@link #refresh()} is called by itself; else
 * whoever changes the environment calls it. A pool whose properties have not changed
 * keeps the numbers that it has, also if they were set by code or through the endpoint.
 * Safe for use by any thread.
 */
public final class TpReconfiguration {

    private static final Log logger = LogFactory.getLog(TpReconfiguration.class);

    private final Environment environment;

    private final BeanFactory beans;

    private TpProperties current;

    TpReconfiguration(TpProperties current, Environment environment, BeanFactory beans) {
        this.current = current;
        this.environment = environment;
        this.beans = beans;
    }

    /**
     * Reads the properties again and applies what can be applied. All of it is checked
     * before anything is changed. What changed, and what did not, is logged as well.
     * @return what was done
     * @throws InvalidTpPropertiesException if the properties are not valid: everything
     * stays as it is then
     * @throws IllegalStateException if a pool could not start its new minimum of threads:
     * everything is as it was then
     */
    public synchronized Report refresh() {
        TpProperties next = bind();
        TpPropertiesRules.check(next);
        Map<String, Object> before = TpEntries.settings(this.current);
        Map<String, Object> after = TpEntries.settings(next);
        Map<String, Limits> resized = resized(next, before, after);
        List<Change> applied = new ArrayList<>();
        List<Change> postponed = new ArrayList<>();
        for (Change change : changes(before, after)) {
            boolean limit = resized.keySet()
                .stream()
                .anyMatch((pool) -> change.property().equals(pool + ".min-threads")
                        || change.property().equals(pool + ".max-threads"));
            (limit ? applied : postponed).add(change);
        }
        apply(resized);
        this.current = next;
        Report report = new Report(List.copyOf(applied), List.copyOf(postponed));
        report.log();
        return report;
    }

    private TpProperties bind() {
        try {
            return Binder.get(this.environment)
                .bindOrCreate("tp", Bindable.of(TpProperties.class),
                        new EntryBindHandler(new NoUnboundElementsBindHandler(
                                new IgnoreTopLevelConverterNotFoundBindHandler(), new UnboundElementsSourceFilter())));
        }
        catch (BindException ex) {
            List<Problem> problems = TpBindProblems.of(ex);
            throw new InvalidTpPropertiesException(problems, ex);
        }
    }

    /**
     * The pools whose numbers of threads have changed, by property.
     */
    private Map<String, Limits> resized(TpProperties next, Map<String, Object> before, Map<String, Object> after) {
        Map<String, Limits> resized = new LinkedHashMap<>();
        for (String name : TpEntries.pools(next)) {
            String property = EntryProperty.of(TpKeys.POOLS, name);
            String beanName = TpRegistry.beanName(TpPool.class, name);
            boolean changed = !Objects.equals(before.get(property + ".min-threads"),
                    after.get(property + ".min-threads"))
                    || !Objects.equals(before.get(property + ".max-threads"), after.get(property + ".max-threads"));
            if (changed && this.beans.containsBean(beanName)) {
                Inherited<Pool> pool = Inherited.pool(next, name);
                resized.put(property,
                        new Limits(this.beans.getBean(beanName, TpPool.class),
                                pool.get(Pool::minThreads, TpPropertiesRules.DEFAULT_LEAST_THREADS),
                                pool.get(Pool::maxThreads, TpPropertiesRules.DEFAULT_MOST_THREADS)));
            }
        }
        return resized;
    }

    private static void apply(Map<String, Limits> resized) {
        List<Limits> done = new ArrayList<>();
        resized.forEach((property, limits) -> {
            Limits old = new Limits(limits.pool(), limits.pool().threadMinimum(), limits.pool().threadMaximum());
            if (!limits.set()) {
                done.forEach(Limits::set);
                throw new IllegalStateException("'" + property + "' could not be applied: pool '" + limits.pool().name()
                        + "' could not start " + limits.minimum() + " threads");
            }
            done.add(old);
        });
    }

    private static List<Change> changes(Map<String, Object> before, Map<String, Object> after) {
        Map<String, Object> all = new LinkedHashMap<>(after);
        before.forEach(all::putIfAbsent);
        List<Change> changes = new ArrayList<>();
        for (String property : all.keySet()) {
            Change change = new Change(property, before.get(property), after.get(property));
            boolean ofNewOrGone = changes.stream().anyMatch((other) -> other.isWholeEntryOf(property));
            if (!ofNewOrGone && !Objects.equals(change.from(), change.to())) {
                changes.add(change);
            }
        }
        return changes;
    }

    /**
     * The limits of a pool.
     */
    private record Limits(TpPool pool, int minimum, int maximum) {

        boolean set() {
            return this.pool.setThreadLimits(this.minimum, this.maximum);
        }

    }

    /**
     * What a refresh did.
     *
     * @param applied the numbers of threads that were changed
     * @param postponed what has changed, too, but takes effect only when the application
     * is started again
     */
    public record Report(List<Change> applied, List<Change> postponed) {

        private void log() {
            if (!this.applied.isEmpty()) {
                logger.info("Thread pools reconfigured: " + describe(this.applied));
            }
            if (!this.postponed.isEmpty()) {
                logger.warn("Changed, but of no effect until the application is started again: "
                        + describe(this.postponed));
            }
        }

        private static String describe(List<Change> changes) {
            return changes.stream().map(Change::toString).collect(Collectors.joining(", "));
        }

    }

    /**
     * One property that has changed, after inheritance and defaults.
     *
     * @param property its name; that of the entry, if all of the entry is new or gone
     * @param from what it said, {@code null} if nothing: what is built in applied then,
     * or what a customizer had said
     * @param to what it says now, {@code null} if nothing
     */
    public record Change(String property, @Nullable Object from, @Nullable Object to) {

        private boolean isWholeEntryOf(String other) {
            return (TpEntries.isEntry(this.from) || TpEntries.isEntry(this.to))
                    && other.startsWith(this.property + ".");
        }

        @Override
        public String toString() {
            return this.property + " from " + text(this.from) + " to " + text(this.to);
        }

        private String text(@Nullable Object value) {
            if (value != null) {
                return value.toString();
            }
            Integer builtIn = builtInThreads();
            return (builtIn != null) ? builtIn + " (by default)" : "nothing";
        }

        /**
         * What a limit of a pool is while nothing is said of it.
         */
        private @Nullable Integer builtInThreads() {
            boolean ofPool = this.property.startsWith(TpKeys.POOLS)
                    && !(TpEntries.isEntry(this.from) || TpEntries.isEntry(this.to));
            if (ofPool && this.property.endsWith(".min-threads")) {
                return TpPropertiesRules.DEFAULT_LEAST_THREADS;
            }
            return (ofPool && this.property.endsWith(".max-threads")) ? TpPropertiesRules.DEFAULT_MOST_THREADS : null;
        }

    }

}
