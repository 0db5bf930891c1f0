package dev.tpool.spring;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpRunningCallback;
import dev.tpool.TpTimer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Tells of callbacks that run for longer than their pool expects, while they run: once
 * for each, in the log, with its name, its age and where it is. One timer looks at all
 * pools that have a limit, on a thread of its own; if none has, there is neither.
 * Interrupts nobody.
 * <p>
 * It looks four times within the shortest limit, but not more often than every 5 ms, so a
 * callback is told of when it is between one and one and a quarter times as old as that
 * limit. The pool needs a monitor, or it would not know how old its callbacks are; those
 * of the configuration that have a limit have one.
 */
public final class TpRunWatch implements SmartInitializingSingleton, DisposableBean {

    private static final Log logger = LogFactory.getLog(TpRunWatch.class);

    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(5);

    private final TpRegistry registry;

    private final Map<String, Duration> limits;

    private final Map<String, LongAdder> overdue = new ConcurrentHashMap<>();

    /** What was told of and still runs. Only the one thread touches it. */
    private final Map<String, Set<Told>> told = new HashMap<>();

    private @Nullable TpPool ownPool;

    private @Nullable TpTimer timer;

    /**
     * Creates the watch. It begins when all beans are there.
     * @param registry the pools
     * @param limits how long a callback may run before it is told of, by the names of the
     * pools; others are not watched
     */
    public TpRunWatch(TpRegistry registry, Map<String, Duration> limits) {
        this.registry = registry;
        this.limits = Map.copyOf(limits);
        this.limits.keySet().forEach((pool) -> this.overdue.put(pool, new LongAdder()));
    }

    /**
     * How long a callback of a pool may run before it is told of.
     * @param pool the name of the pool
     * @return the limit, or {@code null} if the pool has none
     */
    public @Nullable Duration limit(String pool) {
        return this.limits.get(pool);
    }

    /**
     * The pools that have a limit.
     * @return their names
     */
    public Set<String> pools() {
        return this.limits.keySet();
    }

    /**
     * How many callbacks of a pool were told of, those that are over by now among them.
     * @param pool the name of the pool
     * @return their number since the start
     */
    public long overdue(String pool) {
        LongAdder count = this.overdue.get(pool);
        return (count != null) ? count.sum() : 0;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (this.limits.isEmpty()) {
            return;
        }
        Duration shortest = this.limits.values().stream().min(Duration::compareTo).orElseThrow();
        Duration period = shortest.dividedBy(4);
        if (period.compareTo(SHORTEST_PERIOD) < 0) {
            period = SHORTEST_PERIOD;
        }
        // Not one of the pools that are watched, whose threads may all be stuck.
        TpPool pool = TpPool.builder("tp-run-watch").threadMaximum(1).build();
        this.ownPool = pool;
        TpTimer looking = TpEnvironment.of(pool).timer("run-watch", this::look);
        this.timer = looking;
        looking.set(period, period, Duration.ZERO);
    }

    /**
     * Ends the watch.
     */
    @Override
    public void destroy() {
        if (this.timer != null) {
            this.timer.close();
        }
        if (this.ownPool != null) {
            this.ownPool.close();
        }
    }

    private void look() {
        this.limits.forEach((name, limit) -> {
            try {
                look(name, this.registry.pool(name), limit);
            }
            catch (RuntimeException ex) {
                // The other pools are to be looked at all the same.
                logger.warn("The callbacks of pool '" + name + "' could not be looked at", ex);
            }
        });
    }

    private void look(String name, TpPool pool, Duration limit) {
        Set<Told> before = this.told.getOrDefault(name, Set.of());
        Set<Told> now = new HashSet<>();
        for (TpRunningCallback callback : pool.snapshot().runningCallbacks()) {
            Duration age = callback.age();
            if (age == null || age.compareTo(limit) < 0) {
                continue;
            }
            Told which = new Told(callback.threadId(), callback.startedNanos());
            if (before.contains(which) || tell(name, pool, callback, age, limit)) {
                now.add(which);
            }
        }
        this.told.put(name, now);
    }

    /**
     * A callback without a stack is over, or was never that old: its age is read while
     * the thread writes it.
     */
    private boolean tell(String name, TpPool pool, TpRunningCallback callback, Duration age, Duration limit) {
        List<StackTraceElement> stack = pool.stackTrace(callback);
        if (stack.isEmpty()) {
            return false;
        }
        StringBuilder text = new StringBuilder();
        text.append("Callback '")
            .append(callback.name())
            .append("' of pool '")
            .append(name)
            .append("' has been running for ")
            .append(age.toMillis())
            .append(" ms on thread '")
            .append(callback.thread())
            .append("', longer than the run-warning of ")
            .append(limit.toMillis())
            .append(" ms. It goes on; it is at");
        stack.forEach((frame) -> text.append(System.lineSeparator()).append("\tat ").append(frame));
        logger.warn(text);
        LongAdder count = this.overdue.get(name);
        if (count != null) {
            count.increment();
        }
        return true;
    }

    /**
     * One callback: a thread begins no two at the same time.
     */
    private record Told(long threadId, long startedNanos) {
    }

}
