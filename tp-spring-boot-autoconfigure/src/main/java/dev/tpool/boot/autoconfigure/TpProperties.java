package dev.tpool.boot.autoconfigure;

import java.time.Duration;
import java.util.Map;

import dev.tpool.TpFullPolicy;
import dev.tpool.TpPriority;
import dev.tpool.TpThreadKind;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The named things of the application. Every map is keyed by the name. An entry may be
 * empty ({@code ledger:} or <code>ledger: {}</code>). What a pool, an environment or a
 * cleanup group leaves out it takes from {@code tp.defaults}; a pool or an environment
 * may name another one that it takes it from before.
 * <p>
 * There is always a pool "default": like the default pool of a Windows process it is
 * there without being asked for, has the settings of {@code tp.defaults.pool}, and costs
 * no thread until it is used. Set {@code tp.pools.default.*} to change it, or define a
 * {@code TpPool} bean named "default". Each pool brings along an environment of its own
 * name, so there is always an environment "default", too.
 *
 * @param defaults Settings that entries take unless they say otherwise.
 * @param pools Thread pools.
 * @param environments Callback environments.
 * @param cleanupGroups Cleanup groups.
 * @param semaphores Counting semaphores.
 * @param mutexes Mutexes.
 * @param sections Critical sections.
 * @param events Events.
 * @param libraries Libraries whose code callbacks run.
 * @param executorViews Environments as executors and schedulers of Spring and the JDK.
 * @param web What web applications answer.
 */
@ConfigurationProperties(prefix = "tp", ignoreUnknownFields = false)
public record TpProperties(@DefaultValue Defaults defaults, @DefaultValue Map<String, Pool> pools,
        @DefaultValue Map<String, Environment> environments, @DefaultValue Map<String, CleanupGroup> cleanupGroups,
        @DefaultValue Map<String, Semaphore> semaphores, @DefaultValue Map<String, Mutex> mutexes,
        @DefaultValue Map<String, Section> sections, @DefaultValue Map<String, Event> events,
        @DefaultValue Map<String, Library> libraries, @DefaultValue Map<String, ExecutorView> executorViews,
        @DefaultValue Web web) {

    /**
     * What web applications answer.
     *
     * @param rejectedAsServiceUnavailable Whether Spring MVC and WebFlux answer a request
     * whose callback was rejected with 503 and a Retry-After. A call whose key cannot be
     * told stays an error.
     * @param retryAfter What the Retry-After says, in whole seconds.
     */
    public record Web(@DefaultValue("false") boolean rejectedAsServiceUnavailable,
            @DefaultValue("1s") Duration retryAfter) {
    }

    /**
     * What entries take that they leave out. One group for each kind, since a name such
     * as 'timeout' says too little without it.
     *
     * @param pool Settings of pools.
     * @param environment Settings of environments.
     * @param cleanupGroup Settings of cleanup groups.
     */
    public record Defaults(@DefaultValue Pool pool, @DefaultValue Environment environment,
            @DefaultValue CleanupGroup cleanupGroup) {
    }

    /**
     * A pool. What is not set is taken from the pool that it inherits from, then from
     * {@code tp.defaults.pool}, and then it is as in Windows: 0 to 500 platform threads,
     * 5 seconds of keep-alive, and an unbounded queue. A bounded one rejects by default.
     *
     * @param inherits Name of the pool whose settings are taken for what is left out.
     * @param minThreads Number of threads that stay when they are idle.
     * @param maxThreads Maximum number of threads, and so of callbacks that run at the
     * same time.
     * @param threads Kind of the threads. Virtual by default if
     * 'spring.threads.virtual.enabled' is on.
     * @param queueCapacity Number of callbacks that may be queued, 0 for an unbounded
     * queue.
     * @param whenFull What a bounded queue does when it is full.
     * @param keepAlive How long an idle thread above the minimum stays.
     * @param stackSize Stack size of a platform thread. The JVM's own by default.
     * @param runWarning How long a callback may run before it is logged, while it runs,
     * with its stack. Not at all by default.
     * @param dataSource Name of the data source bean whose connections the callbacks use.
     * A pool with more threads than that has connections is worth a warning.
     */
    public record Pool(@Nullable String inherits, @Nullable Integer minThreads, @Nullable Integer maxThreads,
            @Nullable TpThreadKind threads, @Nullable Integer queueCapacity, @Nullable TpFullPolicy whenFull,
            @Nullable Duration keepAlive, @Nullable DataSize stackSize, @Nullable Duration runWarning,
            @Nullable String dataSource) {
    }

    /**
     * A callback environment. What is not set is taken from the environment that it
     * inherits from, and then from {@code tp.defaults.environment}.
     *
     * @param inherits Name of the environment whose settings are taken for what is left
     * out.
     * @param pool Pool that the callbacks run in. By default the one of the environment's
     * own name if there is one, or else that of 'tp.defaults.environment.pool', or else
     * 'default'.
     * @param cleanupGroup Cleanup group that objects join.
     * @param priority Priority in the queue of the pool.
     * @param runsLong Whether callbacks are expected to run long, so that each of them is
     * given a thread at once.
     * @param persistent Whether callbacks want a thread that does not go away.
     * @param library Library whose code the callbacks run. Its class loader is their
     * context class loader.
     * @param propagateContext Whether callbacks run with the MDC, the security context,
     * the observation and whatever else Micrometer's context propagation knows of, as
     * they were where the callback was posted.
     */
    public record Environment(@Nullable String inherits, @Nullable String pool, @Nullable String cleanupGroup,
            @Nullable TpPriority priority, @Nullable Boolean runsLong, @Nullable Boolean persistent,
            @Nullable String library, @Nullable Boolean propagateContext) {
    }

    /**
     * A cleanup group. What is not set is taken from {@code tp.defaults.cleanup-group}.
     *
     * @param onShutdown What becomes of queued callbacks when the application stops.
     * @param timeout How long to wait for the callbacks then, within
     * 'spring.lifecycle.timeout-per-shutdown-phase'. What is still queued when it is over
     * is dropped.
     */
    public record CleanupGroup(@Nullable OnShutdown onShutdown, @Nullable Duration timeout) {
    }

    /**
     * What becomes of queued callbacks when the application stops.
     */
    public enum OnShutdown {

        /** They run. */
        DRAIN,

        /** They are dropped; only those that run already are waited for. */
        CANCEL

    }

    /**
     * A counting semaphore.
     *
     * @param initial Number of permits at the start. The maximum by default.
     * @param maximum Maximum number of permits. Has to be set.
     */
    public record Semaphore(@Nullable Integer initial, @Nullable Integer maximum) {
    }

    /**
     * A mutex. It has no settings.
     */
    public record Mutex() {
    }

    /**
     * A critical section.
     *
     * @param spinCount How often a thread that has to wait looks again before it parks.
     */
    public record Section(@Nullable Integer spinCount) {
    }

    /**
     * An event.
     *
     * @param reset Who resets it: the one waiter that it lets go, or code.
     * @param initiallySet Whether it is set at the start.
     */
    public record Event(@DefaultValue("auto") Reset reset, @DefaultValue("false") boolean initiallySet) {
    }

    /**
     * Who resets an event.
     */
    public enum Reset {

        /** It lets one waiter go and is reset by that. */
        AUTO,

        /** It lets all waiters go until code resets it. */
        MANUAL

    }

    /**
     * A library: code in a jar or a directory, in a class loader of its own. It is closed
     * with the application, once the last callback that may run its code is over.
     *
     * @param location Jar or directory: a path, or a resource location such as
     * 'classpath:plugins/parsers.jar'. Has to be set.
     */
    public record Library(@Nullable String location) {
    }

    /**
     * An environment as an executor and a scheduler. Its name is the qualifier that
     * {@code @Async} and {@code @Scheduled} take.
     *
     * @param environment Environment that the tasks run in. The one of the view's own
     * name by default.
     * @param taskExecutor Whether there is an AsyncTaskExecutor, which is an
     * ExecutorService, too.
     * @param taskScheduler Whether there is a TaskScheduler.
     */
    public record ExecutorView(@Nullable String environment, @DefaultValue("true") boolean taskExecutor,
            @DefaultValue("false") boolean taskScheduler) {
    }

}
