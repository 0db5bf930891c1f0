package dev.tpool.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

import dev.tpool.TpThreadKind;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.boot.autoconfigure.TpProperties.CleanupGroup;
import dev.tpool.boot.autoconfigure.TpProperties.Defaults;
import dev.tpool.boot.autoconfigure.TpProperties.Environment;
import dev.tpool.boot.autoconfigure.TpProperties.ExecutorView;
import dev.tpool.boot.autoconfigure.TpProperties.Library;
import dev.tpool.boot.autoconfigure.TpProperties.Pool;
import dev.tpool.boot.autoconfigure.TpProperties.Section;
import dev.tpool.boot.autoconfigure.TpProperties.Semaphore;
import dev.tpool.spring.EntryProperty;
import dev.tpool.spring.NearestName;
import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * The rules that the properties obey among themselves. They are rules of the domain and
 * hold without a bean validator on the class path. All that is wrong is told at once.
 */
final class TpPropertiesRules {

    /** What the engine can count. */
    static final int MOST_THREADS = 1048575;

    static final int DEFAULT_LEAST_THREADS = 0;

    static final int DEFAULT_MOST_THREADS = 500;

    private final List<Problem> problems = new ArrayList<>();

    private TpPropertiesRules() {
    }

    static void check(TpProperties properties) {
        TpPropertiesRules rules = new TpPropertiesRules();
        rules.defaults(properties.defaults());
        rules.pool(TpKeys.DEFAULT_POOL, properties.defaults().pool(), Inherited.defaultPool(properties));
        rules.alike(TpKeys.POOLS, properties.pools());
        rules.alike(TpKeys.ENVIRONMENTS, properties.environments());
        rules.alike(TpKeys.CLEANUP_GROUPS, properties.cleanupGroups());
        rules.alike("tp.semaphores", properties.semaphores());
        rules.alike("tp.mutexes", properties.mutexes());
        rules.alike("tp.sections", properties.sections());
        rules.alike("tp.events", properties.events());
        rules.alike("tp.libraries", properties.libraries());
        rules.alike(ExecutorViews.PREFIX, properties.executorViews());
        rules.bases(TpKeys.POOLS, properties.pools(), Pool::inherits);
        properties.pools().forEach((name, pool) -> {
            String property = EntryProperty.of(TpKeys.POOLS, name);
            rules.pool(property, pool, Inherited.pool(properties, name));
            rules.settingsWithoutEffect(property, pool, Inherited.pool(properties, name));
        });
        rules.bases(TpKeys.ENVIRONMENTS, properties.environments(), Environment::inherits);
        rules.cleanupGroup(TpKeys.DEFAULT_CLEANUP_GROUP, properties.defaults().cleanupGroup());
        rules.each(TpKeys.CLEANUP_GROUPS, properties.cleanupGroups(), rules::cleanupGroup);
        rules.each("tp.semaphores", properties.semaphores(), rules::semaphore);
        rules.each("tp.sections", properties.sections(), rules::section);
        rules.each("tp.libraries", properties.libraries(), rules::library);
        rules.each(ExecutorViews.PREFIX, properties.executorViews(), rules::executorView);
        rules.longerThanZero("tp.web.retry-after", properties.web().retryAfter());
        if (!rules.problems.isEmpty()) {
            throw new InvalidTpPropertiesException(rules.problems, null);
        }
    }

    /**
     * Of two such entries each would have the settings of the other, too.
     */
    private void alike(String kind, Map<String, ?> entries) {
        Map<String, String> first = new HashMap<>();
        // A name with a dot is written in brackets, and has its settings for itself.
        entries.keySet().stream().filter((name) -> name.indexOf('.') < 0).forEach((name) -> {
            String other = first.putIfAbsent(TpKeys.uniform(name), name);
            if (other != null) {
                sameName(EntryProperty.of(kind, other), EntryProperty.of(kind, name));
                sameName(EntryProperty.of(kind, name), EntryProperty.of(kind, other));
            }
        });
    }

    private void sameName(String property, String other) {
        wrong(property, null,
                "differs from '" + other + "' only in dashes, underscores or case, which tell no names apart",
                "Give them other names, or spell them alike. An environment variable cannot spell a dash or a capital: "
                        + "use SPRING_APPLICATION_JSON or a command line argument, or a name without.");
    }

    private <T> void each(String kind, Map<String, T> entries, BiConsumer<String, T> rule) {
        entries.forEach((name, entry) -> rule.accept(EntryProperty.of(kind, name), entry));
    }

    private void defaults(Defaults defaults) {
        inheritsNothing(TpKeys.DEFAULT_POOL, defaults.pool().inherits());
        inheritsNothing(TpKeys.DEFAULT_ENVIRONMENT, defaults.environment().inherits());
    }

    private void inheritsNothing(String prefix, @Nullable String base) {
        if (base != null) {
            wrong(prefix + ".inherits", base, "the defaults inherit from nothing: they are what is taken last",
                    "Remove it.");
        }
    }

    private <T> void bases(String kind, Map<String, T> entries, Function<T, @Nullable String> inherits) {
        Set<String> inCircles = new HashSet<>();
        entries.forEach((name, entry) -> {
            String base = inherits.apply(entry);
            String property = EntryProperty.of(kind, name) + ".inherits";
            if (base != null && !entries.containsKey(base)) {
                // The default one is there without an entry, and has the defaults then.
                if (!base.equals(TpRegistry.DEFAULT)) {
                    Set<String> others = new TreeSet<>(entries.keySet());
                    others.remove(name);
                    unknownBase(property, base, kind, others);
                }
            }
            else if (!inCircles.contains(name)) {
                List<String> chain = circle(name, entries, inherits);
                if (!chain.isEmpty()) {
                    inCircles.addAll(chain);
                    wrong(property, base, "inherits from itself: " + String.join(" -> ", chain),
                            "Remove one 'inherits' of these.");
                }
            }
        });
    }

    private void unknownBase(String property, String base, String kind, Set<String> known) {
        String nearest = NearestName.to(base, known);
        wrong(property, base, "there is no '" + EntryProperty.of(kind, base) + "'",
                (nearest != null) ? "Did you mean '" + nearest + "'?"
                        : known.isEmpty() ? "Remove it: there is no other entry that could be the base."
                                : "Use one of " + known + ": only an entry of the configuration can be a base.");
    }

    /**
     * The names from an entry by its bases back to itself.
     * @return the names, or none if the way does not lead back
     */
    private static <T> List<String> circle(String name, Map<String, T> entries,
            Function<T, @Nullable String> inherits) {
        Set<String> chain = new LinkedHashSet<>();
        String next = name;
        while (next != null && chain.add(next)) {
            T entry = entries.get(next);
            next = (entry != null) ? inherits.apply(entry) : null;
        }
        if (!name.equals(next)) {
            return List.of();
        }
        List<String> closed = new ArrayList<>(chain);
        closed.add(name);
        return closed;
    }

    private void pool(String prefix, Pool own, Inherited<Pool> effective) {
        within(prefix + ".min-threads", own.minThreads(), 0, MOST_THREADS);
        within(prefix + ".max-threads", own.maxThreads(), 1, MOST_THREADS);
        atLeast(prefix + ".queue-capacity", own.queueCapacity(), 0);
        longerThanZero(prefix + ".keep-alive", own.keepAlive());
        longerThanZero(prefix + ".run-warning", own.runWarning());
        if (own.stackSize() != null && own.stackSize().toBytes() <= 0) {
            wrong(prefix + ".stack-size", own.stackSize(), "must be greater than zero", "Set a size such as 512KB.");
        }
        minimumAndMaximum(prefix, own, effective);
    }

    private void minimumAndMaximum(String prefix, Pool own, Inherited<Pool> effective) {
        int least = effective.get(Pool::minThreads, DEFAULT_LEAST_THREADS);
        int most = effective.get(Pool::maxThreads, DEFAULT_MOST_THREADS);
        if (least <= most || isOutOfRange(least, 0) || isOutOfRange(most, 1)) {
            // A number that cannot be, here or in a base, is told of by itself.
            return;
        }
        if (own.minThreads() != null) {
            wrong(prefix + ".min-threads", least,
                    "must not be above max-threads, which is " + most
                            + from(prefix, effective.property(Pool::maxThreads, "max-threads")),
                    "Lower min-threads or raise max-threads.");
        }
        else if (own.maxThreads() != null) {
            wrong(prefix + ".max-threads", most,
                    "must not be below min-threads, which is " + least
                            + from(prefix, effective.property(Pool::minThreads, "min-threads")),
                    "Raise max-threads, or set '" + prefix + ".min-threads', too.");
        }
    }

    private static boolean isOutOfRange(int threads, int least) {
        return threads < least || threads > MOST_THREADS;
    }

    /**
     * Where a value is from, if it is not from the entry itself.
     */
    private static String from(String prefix, @Nullable String property) {
        if (property == null) {
            return " by default";
        }
        return property.startsWith(prefix + ".") ? "" : " by '" + property + "'";
    }

    private void settingsWithoutEffect(String prefix, Pool own, Inherited<Pool> effective) {
        if (own.whenFull() != null && effective.get(Pool::queueCapacity, 0) == 0) {
            wrong(prefix + ".when-full", own.whenFull(), "has no effect on a queue that is unbounded",
                    "Set '" + prefix + ".queue-capacity', or remove when-full.");
        }
        if (own.stackSize() != null && effective.get(Pool::threads) == TpThreadKind.VIRTUAL) {
            wrong(prefix + ".stack-size", own.stackSize(), "has no effect on virtual threads",
                    "Remove stack-size, or set '" + prefix + ".threads' to platform.");
        }
    }

    private void cleanupGroup(String prefix, CleanupGroup group) {
        longerThanZero(prefix + ".timeout", group.timeout());
    }

    private void semaphore(String prefix, Semaphore semaphore) {
        if (semaphore.maximum() == null) {
            wrong(prefix + ".maximum", null, "must be set", "Set '" + prefix + ".maximum' to 1 or more.");
            return;
        }
        atLeast(prefix + ".maximum", semaphore.maximum(), 1);
        atLeast(prefix + ".initial", semaphore.initial(), 0);
        if (semaphore.initial() != null && semaphore.maximum() > 0 && semaphore.initial() > semaphore.maximum()) {
            wrong(prefix + ".initial", semaphore.initial(),
                    "must not be above maximum, which is " + semaphore.maximum(), "Lower initial or raise maximum.");
        }
    }

    private void section(String prefix, Section section) {
        atLeast(prefix + ".spin-count", section.spinCount(), 0);
    }

    private void library(String prefix, Library library) {
        if (!StringUtils.hasText(library.location())) {
            wrong(prefix + ".location", null, "must be set",
                    "Set '" + prefix + ".location' to a jar, a directory or a classpath: resource.");
        }
    }

    private void within(String property, @Nullable Integer value, int least, int most) {
        atLeast(property, value, least);
        if (value != null && value > most) {
            wrong(property, value, "must be at most " + most, "Set '" + property + "' to " + most + " or less.");
        }
    }

    private void executorView(String prefix, ExecutorView view) {
        if (!view.taskExecutor() && !view.taskScheduler()) {
            wrong(prefix + ".task-executor", false, "leaves nothing of the view, since task-scheduler is off, too",
                    "Remove the entry, or set '" + prefix + ".task-scheduler' to true.");
        }
    }

    private void atLeast(String property, @Nullable Integer value, int least) {
        if (value != null && value < least) {
            wrong(property, value, "must be at least " + least, "Set '" + property + "' to " + least + " or more.");
        }
    }

    private void longerThanZero(String property, @Nullable Duration value) {
        if (value != null && (value.isZero() || value.isNegative())) {
            wrong(property, value, "must be longer than zero", "Set '" + property + "' to a time such as 5s.");
        }
    }

    private void wrong(String property, @Nullable Object value, String reason, String action) {
        this.problems.add(new Problem(property, value, reason, action));
    }

}
