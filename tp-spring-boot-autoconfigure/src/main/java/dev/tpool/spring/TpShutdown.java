package dev.tpool.spring;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

/**
 * Brings the pools of a context, and not those of its parent, to their end when it
 * closes, in steps.
 * <ol>
 * <li>The context begins to close: each {@link TpShutdownParticipant} stops what it
 * starts by itself. Whatever still serves a request may post callbacks.
 * <li>The web server and Spring's executors have stopped: all timers are disarmed and all
 * waits unregistered. What is queued in cleanup groups that are to be cancelled is
 * dropped.
 * <li>The other groups and the pools are drained together, by priority. The pools accept
 * what their callbacks go on to post for half of the time, and then only as long as calls
 * wait for what callbacks that run give back.
 * <li>When the time is over, of a group or of all, what is still queued is dropped.
 * Callbacks that run are never interrupted. Objects that nobody has closed are closed.
 * </ol>
 * What ran, what was dropped and what still runs is logged, published as a
 * {@link TpShutdownReportEvent} and kept as {@link #report()}.
 * <p>
 * All of it ends within the limit, which is meant to be that of a shutdown phase; the
 * context goes on closing as soon as it is done. A context that is only stopped or
 * paused, and may start again, keeps its pools.
 */
public final class TpShutdown
        implements SmartLifecycle, ApplicationContextAware, ApplicationListener<ContextClosedEvent> {

    /**
     * The phase: Spring's executors, which may post callbacks, stop before.
     */
    public static final int PHASE = ExecutorConfigurationSupport.DEFAULT_PHASE - 1024;

    private static final Log logger = LogFactory.getLog(TpShutdown.class);

    private final TpRegistry registry;

    private final Map<String, GroupPolicy> policies;

    private final Duration limit;

    private @Nullable ApplicationContext context;

    private volatile boolean closing;

    private volatile boolean running;

    private volatile @Nullable TpShutdownReport report;

    /**
     * Creates the shutdown of a registry's pools.
     * @param registry the pools and groups
     * @param policies what becomes of the members of a group, by the name of the group;
     * groups that are not named are drained
     * @param limit how long all of it may take; a quarter of it, but no more than 2 s, is
     * kept back for dropping and reporting
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
     * Notes that the stop that follows is the last one, and stops what starts callbacks.
     */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == this.context) {
            this.closing = true;
            for (TpShutdownParticipant participant : participants()) {
                try {
                    participant.stopTriggers();
                }
                catch (RuntimeException ex) {
                    logger.warn(participant + " could not stop its triggers", ex);
                }
            }
        }
    }

    /**
     * The stop follows on the event at once, so it must not be told of it later.
     */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }

    /**
     * Warns of groups that are promised more time than there is.
     */
    @Override
    public void start() {
        Duration allowed = PoolsDrain.allowed(this.limit);
        this.policies.forEach((group, policy) -> {
            Duration timeout = policy.timeout();
            if (timeout != null && timeout.compareTo(allowed) > 0) {
                logger.warn("Cleanup group '" + group + "' may take " + text(timeout) + " at shutdown, but only "
                        + text(allowed) + " of the " + text(this.limit)
                        + " that all of it may take are for callbacks, and it gets no more: set a lower '"
                        + EntryProperty.of("tp.cleanup-groups", group)
                        + ".timeout', or a higher 'spring.lifecycle.timeout-per-shutdown-phase'");
            }
        });
        this.running = true;
    }

    /**
     * A duration as it is written in the configuration.
     */
    private static String text(Duration duration) {
        return DurationFormatterUtils.print(duration, DurationFormat.Style.COMPOSITE);
    }

    /**
     * Ends the pools if the context is closing, and else does nothing. Blocks, within the
     * limit.
     */
    @Override
    public void stop() {
        if (this.closing && this.running) {
            this.running = false;
            end(this.limit, PoolsDrain.currentCallback());
        }
    }

    /**
     * Does the same on a thread of its own.
     * @param callback called when the pools have come to their end, or the time is over
     */
    @Override
    public void stop(Runnable callback) {
        if (!this.closing || !this.running) {
            callback.run();
            return;
        }
        this.running = false;
        long closingCallback = PoolsDrain.currentCallback();
        Thread thread = new Thread(() -> end(callback, this.limit, closingCallback), "tp-shutdown");
        thread.setDaemon(true);
        try {
            thread.start();
        }
        catch (OutOfMemoryError ex) {
            logger.warn("No thread could be started to drain the thread pools: what is queued is dropped", ex);
            end(callback, Duration.ZERO, closingCallback);
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

    /**
     * Whether the context has begun to close. The pools still take callbacks until
     * {@link #report()} is there.
     * @return {@code true} from then on
     */
    public boolean isClosing() {
        return this.closing;
    }

    /**
     * What the end of the pools did.
     * @return the report, or {@code null} before the end
     */
    public @Nullable TpShutdownReport report() {
        return this.report;
    }

    private void end(Runnable callback, Duration allowed, long closingCallback) {
        try {
            end(allowed, closingCallback);
        }
        finally {
            callback.run();
        }
    }

    private void end(Duration allowed, long closingCallback) {
        try {
            TpShutdownReport done = new PoolsDrain(this.registry.ownPools(), this.registry.ownCleanupGroups(),
                    this.policies, participants(), allowed, closingCallback, Thread::new)
                .run();
            this.report = done;
            log(done);
            if (this.context != null) {
                this.context.publishEvent(new TpShutdownReportEvent(this, done));
            }
        }
        catch (RuntimeException ex) {
            logger.warn("The end of the thread pools failed", ex);
        }
    }

    private Collection<TpShutdownParticipant> participants() {
        return (this.context != null)
                ? new NamedThings<>(this.context, TpShutdownParticipant.class, "shutdown participant").own().values()
                : List.of();
    }

    private static void log(TpShutdownReport report) {
        if (!report.complete()) {
            logger.warn(report);
        }
        else if (report.ranCount() + report.droppedCount() > 0) {
            logger.info(report);
        }
        else {
            logger.debug(report);
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

}
