package dev.tpool.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpCloseReport;
import dev.tpool.TpPool;
import dev.tpool.TpPoolSnapshot;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

/**
 * Brings the pools of a context, and not those of its parent, to their end when it
 * closes: first the members of each cleanup group are drained or cancelled, then the
 * pools are closed and their queues drained, all of it within one limit. What ran, what
 * was dropped and what still runs is logged.
 * <p>
 * It stops after the web server has served its last request and after Spring's own
 * executors, so callbacks can be posted until then. A context that is only stopped or
 * paused, and may start again, keeps its pools.
 */
public final class TpShutdown
        implements SmartLifecycle, ApplicationContextAware, ApplicationListener<ContextClosedEvent> {

    /**
     * The phase: Spring's executors, which may post callbacks, stop before.
     */
    public static final int PHASE = ExecutorConfigurationSupport.DEFAULT_PHASE - 1024;

    private static final Log logger = LogFactory.getLog(TpShutdown.class);

    /** How long to wait before looking again whether a pool is quiet. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final TpRegistry registry;

    private final Map<String, GroupPolicy> policies;

    private final Duration limit;

    private @Nullable ApplicationContext context;

    private volatile boolean closing;

    private volatile boolean running;

    /**
     * Creates the shutdown of a registry's pools.
     * @param registry the pools and groups
     * @param policies what becomes of the members of a group, by the name of the group;
     * groups that are not named are drained
     * @param limit how long all of it may take
     */
    public TpShutdown(TpRegistry registry, Map<String, GroupPolicy> policies, Duration limit) {
        this.registry = registry;
        this.policies = Map.copyOf(policies);
        this.limit = limit;
    }

    @Override
    public void setApplicationContext(ApplicationContext context) {
        this.context = context;
    }

    /**
     * Notes that the stop that follows is the last one.
     */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == this.context) {
            this.closing = true;
        }
    }

    /**
     * The stop follows on the event at once, so it must not be told of it later.
     */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }

    @Override
    public void start() {
        this.running = true;
    }

    /**
     * Ends the pools if the context is closing, and else does nothing. Blocks, within the
     * limit.
     */
    @Override
    public void stop() {
        if (this.closing && this.running) {
            this.running = false;
            end();
        }
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void end() {
        long started = System.nanoTime();
        // A callback that closes the context cannot wait for itself.
        Duration allowed = (TpCallbackInstance.currentOrNull() != null) ? Duration.ZERO : this.limit;
        Map<String, TpPool> pools = this.registry.ownPools();
        Map<String, TpPoolSnapshot> before = snapshots(pools);
        try {
            this.registry.ownCleanupGroups()
                .forEach((name, group) -> closeMembers(name, group, left(started, allowed)));
            DeferredDrain.await(pools.values(), left(started, allowed));
            pools.values().forEach(TpShutdown::close);
            pools.values().stream().filter(TpPool::isClosed).forEach((pool) -> awaitQuiet(pool, started, allowed));
        }
        catch (ClosingInterruptedException | InterruptedException ex) {
            Thread.currentThread().interrupt();
            pools.values().forEach(TpShutdown::close);
            logger.warn("Interrupted while the thread pools were being closed");
        }
        report(before, snapshots(pools), Duration.ofNanos(System.nanoTime() - started));
    }

    private static Duration left(long started, Duration allowed) {
        Duration left = allowed.minusNanos(System.nanoTime() - started);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void closeMembers(String name, TpCleanupGroup group, Duration left) {
        GroupPolicy policy = this.policies.getOrDefault(name, GroupPolicy.DRAIN);
        Duration timeout = policy.timeout();
        Duration allowed = (timeout != null && timeout.compareTo(left) < 0) ? timeout : left;
        try {
            TpCloseReport report = group.closeMembers(policy.cancelPending(), null, allowed);
            if (!report.complete() && !policy.cancelPending()) {
                logger.warn("Cleanup group '" + name + "' was not drained within " + allowed
                        + ": what is still queued is dropped");
                report = group.closeMembers(true, null, Duration.ZERO);
            }
            report(name, report);
        }
        catch (InterruptedException ex) {
            throw new ClosingInterruptedException(ex);
        }
        catch (RuntimeException ex) {
            logger.warn("Cleanup group '" + name + "' could not be closed", ex);
        }
    }

    private static void report(String name, TpCloseReport report) {
        if (!report.complete()) {
            logger.warn("Cleanup group '" + name + "' still runs "
                    + report.unfinished().stream().map(TpCloseReport.Member::name).toList());
        }
        else if (logger.isDebugEnabled()) {
            logger.debug("Cleanup group '" + name + "' is closed: " + report.ran() + " callbacks ran, "
                    + report.dropped() + " were dropped");
        }
    }

    /**
     * Waits for the end of a pool. A pool with objects that nobody closed does not end,
     * so once it has nothing to do that is enough.
     */
    private static void awaitQuiet(TpPool pool, long started, Duration allowed) {
        try {
            while (true) {
                Duration left = left(started, allowed);
                if (pool.awaitTermination((left.compareTo(LOOK_AGAIN) < 0) ? left : LOOK_AGAIN) || left.isZero()) {
                    return;
                }
                TpPoolSnapshot now = pool.snapshot();
                if (!now.objects().isEmpty() && now.queued() == 0 && now.running() == 0
                        && now.idle() == now.threads()) {
                    return;
                }
            }
        }
        catch (InterruptedException ex) {
            throw new ClosingInterruptedException(ex);
        }
    }

    private static void close(TpPool pool) {
        try {
            pool.close();
        }
        catch (UnsupportedOperationException ex) {
            // The pool of the process: it is there for others, too.
            logger.debug("Not closed: " + ex.getMessage());
        }
    }

    private static Map<String, TpPoolSnapshot> snapshots(Map<String, TpPool> pools) {
        Map<String, TpPoolSnapshot> snapshots = new LinkedHashMap<>();
        pools.forEach((name, pool) -> snapshots.put(name, pool.snapshot()));
        return snapshots;
    }

    private static void report(Map<String, TpPoolSnapshot> before, Map<String, TpPoolSnapshot> after,
            Duration elapsed) {
        long ran = 0;
        long dropped = 0;
        List<String> left = new ArrayList<>();
        for (Map.Entry<String, TpPoolSnapshot> entry : after.entrySet()) {
            TpPoolSnapshot then = before.get(entry.getKey());
            TpPoolSnapshot now = entry.getValue();
            ran += now.completed() - ((then != null) ? then.completed() : 0);
            dropped += now.dropped() - ((then != null) ? then.dropped() : 0);
            describeLeft(entry.getKey(), now, left);
        }
        String message = "Thread pools closed in " + elapsed.toMillis() + " ms: " + ran + " callbacks ran, " + dropped
                + " were dropped" + (left.isEmpty() ? "" : "; " + String.join("; ", left));
        if (!left.isEmpty()) {
            logger.warn(message);
        }
        else if (ran + dropped > 0) {
            logger.info(message);
        }
        else {
            logger.debug(message);
        }
    }

    private static void describeLeft(String name, TpPoolSnapshot now, List<String> left) {
        if (!now.runningCallbacks().isEmpty()) {
            left.add("pool '" + name + "' still runs "
                    + now.runningCallbacks()
                        .stream()
                        .map((callback) -> callback.name() + " on " + callback.thread())
                        .toList());
        }
        if (now.queued() > 0) {
            left.add("pool '" + name + "' has " + now.queued() + " callbacks queued");
        }
        if (!now.objects().isEmpty()) {
            left.add("pool '" + name + "' has objects that nobody closed: "
                    + now.objects().stream().map((object) -> object.name()).distinct().limit(10).toList());
        }
    }

    /**
     * What becomes of the members of a cleanup group when the context closes.
     *
     * @param cancelPending whether queued callbacks are dropped, instead of being run
     * @param timeout how long to wait for them at most, {@code null} for what is left of
     * the limit of all pools. When it is over, what is still queued is dropped.
     */
    public record GroupPolicy(boolean cancelPending, @Nullable Duration timeout) {

        static final GroupPolicy DRAIN = new GroupPolicy(false, null);

    }

    /**
     * The thread that closes the context was interrupted.
     */
    private static final class ClosingInterruptedException extends RuntimeException {

        ClosingInterruptedException(InterruptedException cause) {
            super(cause);
        }

    }

}
