package dev.tpool.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What the end of a context's pools did.
 *
 * @param elapsed how long it took
 * @param limit how long it was allowed to take
 * @param disarmed the timers and waits that were armed, and were disarmed
 * @param pools what became of each pool, by its name
 * @param cleanupGroups what became of each cleanup group, by its name
 * @param dropped the callbacks that were dropped by it, by the name of their object or
 * task
 * @param undrained those of them that were to run: all but what is in a cleanup group
 * whose callbacks are to be cancelled
 * @param tooShort the properties that would give these more time if they were raised;
 * none if time would not have helped
 * @param stillRunning the callbacks that did not end in time
 */
public record TpShutdownReport(Duration elapsed, Duration limit, int disarmed, Map<String, Pool> pools,
        Map<String, CleanupGroup> cleanupGroups, Map<String, Long> dropped, Map<String, Long> undrained,
        List<String> tooShort, List<RunningCallback> stillRunning) {

    private static final int MOST_NAMES = 20;

    /**
     * Creates the report.
     * @param elapsed how long it took
     * @param limit how long it was allowed to take
     * @param disarmed the timers and waits that were disarmed
     * @param pools what became of each pool
     * @param cleanupGroups what became of each cleanup group
     * @param dropped the callbacks that were dropped, by name
     * @param undrained those of them that were to run, by name
     * @param tooShort the properties that would give these more time
     * @param stillRunning the callbacks that did not end in time
     */
    public TpShutdownReport {
        pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
        cleanupGroups = Collections.unmodifiableMap(new LinkedHashMap<>(cleanupGroups));
        dropped = Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
        undrained = Collections.unmodifiableMap(new LinkedHashMap<>(undrained));
        tooShort = List.copyOf(tooShort);
        stillRunning = List.copyOf(stillRunning);
    }

    /**
     * The callbacks that ended in the pools meanwhile.
     * @return the sum over all pools
     */
    public long ranCount() {
        return this.pools.values().stream().mapToLong(Pool::ran).sum();
    }

    /**
     * The callbacks that were dropped.
     * @return the sum over all names
     */
    public long droppedCount() {
        return this.dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Whether all of it came to its end as it should: no callback still runs, none was
     * dropped that was to run, and no object had to be closed for its owner.
     * @return {@code false} if somebody should look at it
     */
    public boolean complete() {
        return this.stillRunning.isEmpty() && this.undrained.isEmpty()
                && this.cleanupGroups.values().stream().allMatch((group) -> group.unfinished().isEmpty())
                && this.pools.values().stream().allMatch((pool) -> pool.objects().isEmpty());
    }

    /**
     * All of it for people: a line that sums it up, and below it, indented, what was
     * dropped, what still runs and where, and what nobody has closed.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append("Thread pools closed in ")
            .append(this.elapsed.toMillis())
            .append(" ms of at most ")
            .append(this.limit.toMillis())
            .append(" ms: ")
            .append(ranCount())
            .append(" callbacks ran, ")
            .append(droppedCount())
            .append(" were dropped, ")
            .append(this.stillRunning.size())
            .append(" still run");
        if (!this.dropped.isEmpty()) {
            line(text, "dropped: " + names(this.dropped));
            Map<String, Long> ofGroups = new LinkedHashMap<>();
            this.cleanupGroups.forEach((name, group) -> ofGroups.put(name, group.dropped()));
            ofGroups.values().removeIf((count) -> count == 0);
            if (!ofGroups.isEmpty()) {
                line(text, "of these in cleanup groups: " + names(ofGroups));
            }
        }
        if (!this.undrained.isEmpty()) {
            line(text, "were to run: " + names(this.undrained) + (this.tooShort.isEmpty() ? ""
                    : "; for more time raise '" + String.join("' and '", this.tooShort) + "'"));
        }
        this.stillRunning.forEach((callback) -> callback.describe(text));
        this.cleanupGroups.forEach((name, group) -> {
            if (!group.unfinished().isEmpty()) {
                line(text, "cleanup group '" + name + "' still has " + names(group.unfinished()));
            }
        });
        this.pools.forEach((name, pool) -> {
            if (!pool.objects().isEmpty()) {
                line(text, "pool '" + name + "' has objects that nobody closed: " + names(pool.objects()));
            }
        });
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(System.lineSeparator()).append("  ").append(line);
    }

    private static String names(Map<String, Long> counts) {
        List<String> names = new ArrayList<>();
        counts.forEach((name, count) -> names.add(name + " (" + count + ")"));
        return names(names);
    }

    private static String names(List<String> names) {
        List<String> distinct = names.stream().distinct().toList();
        String shown = distinct.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return (distinct.size() > MOST_NAMES) ? shown + " and " + (distinct.size() - MOST_NAMES) + " more" : shown;
    }

    /**
     * What became of one pool.
     *
     * @param ran its callbacks that ended meanwhile
     * @param dropped its callbacks that were dropped meanwhile, by whomever
     * @param objects the names of its objects that nobody had closed; they are closed now
     * @param terminated whether its last thread is gone
     */
    public record Pool(long ran, long dropped, List<String> objects, boolean terminated) {

        /**
         * Creates the part.
         * @param ran its callbacks that ended meanwhile
         * @param dropped its callbacks that were dropped meanwhile
         * @param objects the names of its objects that nobody has closed
         * @param terminated whether its last thread is gone
         */
        public Pool {
            objects = List.copyOf(objects);
        }

    }

    /**
     * What became of the members of one cleanup group.
     *
     * @param ran their callbacks that were outstanding and ran to their end
     * @param dropped their callbacks that were dropped
     * @param unfinished the names of those that still have callbacks running
     */
    public record CleanupGroup(long ran, long dropped, List<String> unfinished) {

        /**
         * Creates the part.
         * @param ran their callbacks that ran to their end
         * @param dropped their callbacks that were dropped
         * @param unfinished the names of those that still have callbacks running
         */
        public CleanupGroup {
            unfinished = List.copyOf(unfinished);
        }

    }

    /**
     * One callback that did not end in time.
     *
     * @param pool the name of its pool
     * @param name the name of its object or task
     * @param thread the name of its thread
     * @param age how long it has been running, or {@code null} if nobody measures
     * @param stack where it is, the innermost frame first; empty if it has just ended
     */
    public record RunningCallback(String pool, String name, String thread, @Nullable Duration age,
            List<StackTraceElement> stack) {

        /**
         * Creates the part.
         * @param pool the name of its pool
         * @param name the name of its object or task
         * @param thread the name of its thread
         * @param age how long it has been running
         * @param stack where it is
         */
        public RunningCallback {
            stack = List.copyOf(stack);
        }

        private void describe(StringBuilder text) {
            line(text, "still runs: " + this.name + " in pool '" + this.pool + "' on " + this.thread
                    + ((this.age != null) ? " for " + this.age.toMillis() + " ms" : ""));
            for (StackTraceElement frame : this.stack) {
                text.append(System.lineSeparator()).append("\tat ").append(frame);
            }
        }

    }

}
