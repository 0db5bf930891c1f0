package dev.tpool.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpCloseReport;
import dev.tpool.TpObjectKind;
import dev.tpool.TpObjectSnapshot;
import dev.tpool.TpPool;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.spring.TpShutdown.GroupPolicy;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The end of some pools and groups: timers and waits are disarmed, what is queued is run
 * by its priority, and when the time is over what is left is dropped. Used once.
 */
final class PoolsDrain {

    /*-
     *   disarm     again with each look, since a callback that is being run may set its timer again
     *   open       what callbacks in hand go on to post is still accepted; for half of the time, so that those
     *              that post themselves for ever come to an end, and after that only as long as calls wait for
     *              what callbacks that run will give back: a closed pool cannot post them any more
     *   closed     the pools refuse what is new, and run what is queued
     *   drop       the time is over, or nothing is left; objects that nobody has closed are closed, or they
     *              would keep a thread of their pool
     */

    private static final Log logger = LogFactory.getLog(TpShutdown.class);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(20);

    /**
     * What is kept back for dropping and reporting: a quarter, but not more than this.
     */
    private static final Duration LARGEST_RESERVE = Duration.ofSeconds(2);

    private static final int RESERVE_DIVISOR = 4;

    private final Map<String, TpPool> pools = new LinkedHashMap<>();

    private final List<ClosingGroup> groups = new ArrayList<>();

    private final Collection<TpShutdownParticipant> participants;

    private final Duration limit;

    private final Function<Runnable, Thread> threads;

    /**
     * The thread of the callback that closes the context, and cannot wait for itself; 0
     * if there is none.
     */
    private final long closingCallback;

    private final Map<String, TpPoolSnapshot> before = new LinkedHashMap<>();

    private final Map<String, Long> dropped = new TreeMap<>();

    /** Of these, what was not dropped on purpose. */
    private final Map<String, Long> undrained = new TreeMap<>();

    /** The properties that were too short for it. */
    private final Set<String> tooShort = new TreeSet<>();

    private final long started = System.nanoTime();

    /** The objects that nobody had closed, by their pool. */
    private final Map<String, List<String>> unclosed = new LinkedHashMap<>();

    private int disarmed;

    private boolean waitingDropped;

    PoolsDrain(Map<String, TpPool> pools, Map<String, TpCleanupGroup> groups, Map<String, GroupPolicy> policies,
            Collection<TpShutdownParticipant> participants, Duration limit, long closingCallback,
            Function<Runnable, Thread> threads) {
        pools.forEach((name, pool) -> {
            // That one is there for others, too.
            if (pool != TpPool.processDefault()) {
                this.pools.put(name, pool);
                this.before.put(name, pool.snapshot());
            }
        });
        groups.forEach((name, group) -> this.groups
            .add(new ClosingGroup(name, group, policies.getOrDefault(name, GroupPolicy.DRAIN))));
        this.participants = participants;
        this.limit = limit;
        this.closingCallback = closingCallback;
        this.threads = threads;
    }

    /**
     * The id of the calling thread if it runs a callback, or else 0.
     */
    @SuppressWarnings("deprecation") // getId() is what Java 17 has.
    static long currentCallback() {
        return (TpCallbackInstance.currentOrNull() != null) ? Thread.currentThread().getId() : 0;
    }

    /**
     * How long callbacks may run: all of the time but what is kept back.
     * @param limit how long all of it may take
     */
    static Duration allowed(Duration limit) {
        Duration reserve = limit.dividedBy(RESERVE_DIVISOR);
        return limit.minus((reserve.compareTo(LARGEST_RESERVE) < 0) ? reserve : LARGEST_RESERVE);
    }

    /**
     * Does all of it, within the limit.
     */
    TpShutdownReport run() {
        Duration allowed = allowed(this.limit);
        disarm();
        this.groups.forEach(ClosingGroup::cancelAtOnce);
        this.groups.forEach((group) -> group.start(this.threads, this.started, allowed));
        boolean interrupted = false;
        try {
            Duration half = allowed.dividedBy(2);
            awaitQuiet(half, () -> !isQuiet() || isAwaited());
            noteTooShort(dropWaiting() && isOver(half));
            awaitQuiet(allowed, this::servesDeferred);
            if (!isOver(allowed)) {
                this.pools.values().forEach((pool) -> countUndrained(pool.cancelDeferredCallbacks()));
                this.pools.values().forEach(TpPool::close);
                awaitQuiet(allowed, () -> !isQuiet());
            }
        }
        catch (InterruptedException ex) {
            interrupted = true;
            logger.warn("Interrupted while the thread pools were being drained: what is left is dropped");
        }
        drop(isOver(allowed));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return report();
    }

    private void disarm() {
        this.pools.values().forEach((pool) -> this.disarmed += pool.disarm());
    }

    /**
     * Waits until there is nothing to wait for any more, or the time is over.
     */
    private void awaitQuiet(Duration allowed, BooleanSupplier busy) throws InterruptedException {
        long pause = 1;
        long left = left(this.started, allowed).toMillis();
        while (left > 0 && busy.getAsBoolean()) {
            Thread.sleep(Math.min(pause, left));
            pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
            left = left(this.started, allowed).toMillis();
            disarm();
        }
    }

    private boolean isAwaited() {
        return this.participants.stream().anyMatch((participant) -> participant.waiting() > 0);
    }

    private boolean isQuiet() {
        return this.pools.values().stream().allMatch(this::isQuiet)
                && (this.closingCallback != 0 || this.groups.stream().allMatch(ClosingGroup::isDone));
    }

    /**
     * A pool with objects that nobody has closed yet does not end, so once it has nothing
     * to do that is enough.
     */
    private boolean isQuiet(TpPool pool) {
        if (pool.isTerminated()) {
            return true;
        }
        TpPoolSnapshot now = pool.snapshot();
        long closing = now.runningCallbacks()
            .stream()
            .filter((callback) -> callback.threadId() == this.closingCallback)
            .count();
        boolean quiet = now.queued() <= deferred(now) && now.running() == closing
                && now.idle() >= now.threads() - closing;
        return quiet && (!now.closed() || !now.objects().isEmpty() || closing > 0);
    }

    /**
     * The callbacks that wait for a lock or a permit. They get it from those that run, so
     * once none does there is no use in waiting.
     */
    private static long deferred(TpPoolSnapshot pool) {
        return pool.objects()
            .stream()
            .filter((object) -> object.kind() == TpObjectKind.ONE_SHOT)
            .mapToLong(TpObjectSnapshot::pending)
            .sum();
    }

    /**
     * Whether callbacks wait for a lock or a permit that those that run, or are queued,
     * may give back.
     */
    private boolean servesDeferred() {
        return this.pools.values().stream().anyMatch((pool) -> deferred(pool.snapshot()) > 0)
                && !this.pools.values().stream().allMatch(this::isQuiet);
    }

    /**
     * Ends what is not posted yet.
     * @return whether there was any
     */
    private boolean dropWaiting() {
        if (this.waitingDropped) {
            return false;
        }
        this.waitingDropped = true;
        boolean any = false;
        for (TpShutdownParticipant participant : this.participants) {
            try {
                any |= countUndrained(participant.dropWaiting());
            }
            catch (RuntimeException ex) {
                logger.warn(participant + " could not drop its waiting callbacks", ex);
            }
        }
        return any;
    }

    private void drop(boolean timeIsOver) {
        this.groups.forEach(ClosingGroup::end);
        boolean more = dropWaiting();
        for (ClosingGroup group : this.groups) {
            if (group.policy.cancelPending()) {
                count(this.dropped, group.dropped());
            }
            else if (countUndrained(group.dropped())) {
                if (group.isOwnTimeOver()) {
                    this.tooShort.add(group.timeoutProperty());
                }
                else {
                    more = true;
                }
            }
        }
        for (TpPool pool : this.pools.values()) {
            more |= countUndrained(pool.cancelDeferredCallbacks());
            pool.close();
            this.disarmed += pool.disarm();
            more |= countUndrained(pool.cancelPendingCallbacks());
        }
        noteTooShort(more && timeIsOver);
        this.pools.forEach((name, pool) -> this.unclosed.put(name, pool.closeObjects()));
    }

    private void noteTooShort(boolean phase) {
        if (phase) {
            this.tooShort.add("spring.lifecycle.timeout-per-shutdown-phase");
        }
    }

    /**
     * Counts what was not dropped on purpose.
     * @return whether there is any
     */
    private boolean countUndrained(Map<String, Long> counts) {
        count(this.dropped, counts);
        count(this.undrained, counts);
        return counts.values().stream().anyMatch((count) -> count > 0);
    }

    private static void count(Map<String, Long> all, Map<String, Long> counts) {
        counts.forEach((name, count) -> {
            if (count > 0) {
                all.merge(name, count, Long::sum);
            }
        });
    }

    private TpShutdownReport report() {
        Map<String, TpShutdownReport.Pool> ofPools = new LinkedHashMap<>();
        List<TpShutdownReport.RunningCallback> stillRunning = new ArrayList<>();
        this.pools.forEach((name, pool) -> {
            TpPoolSnapshot now = pool.snapshot();
            TpPoolSnapshot then = this.before.getOrDefault(name, now);
            ofPools.put(name, new TpShutdownReport.Pool(now.completed() - then.completed(),
                    now.dropped() - then.dropped(), this.unclosed.getOrDefault(name, List.of()), now.terminated()));
            now.runningCallbacks()
                .forEach((callback) -> stillRunning.add(new TpShutdownReport.RunningCallback(name, callback.name(),
                        callback.thread(), callback.age(), pool.stackTrace(callback))));
        });
        Map<String, TpShutdownReport.CleanupGroup> ofGroups = new LinkedHashMap<>();
        this.groups.forEach((group) -> ofGroups.put(group.name, group.report()));
        return new TpShutdownReport(Duration.ofNanos(System.nanoTime() - this.started), this.limit, this.disarmed,
                ofPools, ofGroups, this.dropped, this.undrained, List.copyOf(this.tooShort), stillRunning);
    }

    private boolean isOver(Duration allowed) {
        return left(this.started, allowed).toMillis() == 0;
    }

    private static Duration left(long started, Duration allowed) {
        Duration left = allowed.minusNanos(System.nanoTime() - started);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /**
     * One group on its way out, on a thread of its own as long as it has members.
     */
    private static final class ClosingGroup {

        private final String name;

        private final TpCleanupGroup group;

        private final GroupPolicy policy;

        /** Handed over by the end of the thread, as is what follows. */
        private final Map<String, Long> dropped = new TreeMap<>();

        private long ran;

        private List<String> unfinished = List.of();

        private boolean ownTimeIsOver;

        /**
         * From then on it comes to its end by itself, and an interrupt would lose what it
         * counts.
         */
        private volatile boolean dropping;

        private @Nullable Thread thread;

        ClosingGroup(String name, TpCleanupGroup group, GroupPolicy policy) {
            this.name = name;
            this.group = group;
            this.policy = policy;
        }

        /**
         * Drops what is queued if it is not to run, in all groups before any is drained.
         */
        void cancelAtOnce() {
            if (this.policy.cancelPending()) {
                close(true, Duration.ZERO);
            }
        }

        void start(Function<Runnable, Thread> threads, long since, Duration allowed) {
            if (this.group.size() > 0) {
                Duration own = this.policy.timeout();
                Duration mine = (own != null && own.compareTo(allowed) < 0) ? own : allowed;
                try {
                    Thread closing = threads.apply(() -> closeWithin(since, mine));
                    closing.setName("tp-shutdown-" + this.name);
                    closing.setDaemon(true);
                    closing.start();
                    this.thread = closing;
                }
                catch (OutOfMemoryError ex) {
                    logger.warn("No thread could be started to close cleanup group '" + this.name
                            + "', which has the time of its pools now", ex);
                }
            }
        }

        /**
         * Whether it had to be shorter than what there was for all.
         */
        boolean isOwnTimeOver() {
            return isDone() && this.ownTimeIsOver;
        }

        String timeoutProperty() {
            return EntryProperty.of("tp.cleanup-groups", this.name) + ".timeout";
        }

        boolean isDone() {
            return this.thread == null || !this.thread.isAlive();
        }

        /**
         * The time of all is over.
         */
        void end() {
            Thread closing = this.thread;
            if (closing != null && closing.isAlive()) {
                if (!this.dropping) {
                    closing.interrupt();
                }
                try {
                    closing.join(LARGEST_RESERVE.toMillis());
                }
                catch (InterruptedException ex) {
                    Thread.currentThread().interrupt();
                }
                if (closing.isAlive()) {
                    logger.warn("Cleanup group '" + this.name + "' could not be closed in time");
                    return;
                }
            }
            close(true, Duration.ZERO);
        }

        private void closeWithin(long since, Duration allowed) {
            boolean complete;
            do {
                complete = close(this.policy.cancelPending(), left(since, allowed));
            }
            while (complete && this.group.size() > 0 && !left(since, allowed).isZero());
            if (!complete && !Thread.currentThread().isInterrupted()) {
                this.dropping = true;
                long before = droppedCount();
                boolean ended = close(true, Duration.ZERO);
                long late = droppedCount() - before;
                this.ownTimeIsOver = allowed.equals(this.policy.timeout());
                logger.warn("Cleanup group '" + this.name + "' was not done within " + allowed.toMillis() + " ms: "
                        + ((late > 0) ? late + " of its callbacks were queued and are dropped"
                                : "none of its callbacks was queued any more")
                        + (ended ? "" : ", what runs goes on")
                        + "; the report counts what all groups and pools have dropped");
            }
        }

        private boolean close(boolean cancelPending, Duration allowed) {
            try {
                TpCloseReport report = this.group.closeMembers(cancelPending, null, allowed);
                this.ran += report.ran();
                report.members().forEach((member) -> {
                    if (member.dropped() > 0) {
                        this.dropped.merge(member.name(), member.dropped(), Long::sum);
                    }
                });
                this.unfinished = report.unfinished().stream().map((member) -> member.name()).toList();
                return report.complete();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            catch (RuntimeException ex) {
                logger.warn("Cleanup group '" + this.name + "' could not be closed", ex);
            }
            return false;
        }

        private long droppedCount() {
            return this.dropped.values().stream().mapToLong(Long::longValue).sum();
        }

        /**
         * What was dropped, as far as it is known.
         */
        Map<String, Long> dropped() {
            return isDone() ? this.dropped : Map.of();
        }

        TpShutdownReport.CleanupGroup report() {
            return new TpShutdownReport.CleanupGroup(this.ran,
                    dropped().values().stream().mapToLong(Long::longValue).sum(), this.unfinished);
        }

    }

}
