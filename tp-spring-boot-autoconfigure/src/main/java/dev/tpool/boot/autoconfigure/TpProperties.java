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
 * empty ({@code ledger:} or <code>ledger: {}</code>).
 * <p>
 * There is always a pool "default": like the default pool of a Windows process it is
 * there without being asked for, has the settings of {@code tp.defaults}, and costs no
 * thread until it is used. Set {@code tp.pools.default.*} to change it, or define a
 * {@code TpPool} bean named "default". Each pool brings along an environment of its own
 * name, so there is always an environment "default", too.
 *
 * @param defaults what pools take from here unless their own entry says otherwise
 * @param pools thread pools
 * @param environments callback environments
 * @param cleanupGroups cleanup groups
 * @param semaphores counting semaphores
 * @param mutexes mutexes
 * @param sections critical sections
 * @param events events
 * @param libraries libraries whose code callbacks run
 */
@ConfigurationProperties(prefix = "tp", ignoreUnknownFields = false)
public record TpProperties(@DefaultValue Pool defaults, @DefaultValue Map<String, Pool> pools,
        @DefaultValue Map<String, Environment> environments, @DefaultValue Map<String, CleanupGroup> cleanupGroups,
        @DefaultValue Map<String, Semaphore> semaphores, @DefaultValue Map<String, Mutex> mutexes,
        @DefaultValue Map<String, Section> sections, @DefaultValue Map<String, Event> events,
        @DefaultValue Map<String, Library> libraries) {

    /**
     * A pool. What is not set is taken from {@code tp.defaults}, and then from the
     * defaults named here.
     *
     * @param minThreads threads that stay when they are idle; 0 unless set
     * @param maxThreads threads at most, and so callbacks that run at the same time; 500
     * unless set
     * @param threads kind of the threads; platform unless set or unless
     * {@code spring.threads.virtual.enabled} is on
     * @param queueCapacity callbacks that may be queued, 0 for an unbounded queue; 0
     * unless set
     * @param whenFull what a full bounded queue does; reject unless set
     * @param keepAlive how long an idle thread above the minimum stays; 5s unless set
     * @param stackSize stack size of a platform thread; the JVM's own unless set
     */
    public record Pool(@Nullable Integer minThreads, @Nullable Integer maxThreads, @Nullable TpThreadKind threads,
            @Nullable Integer queueCapacity, @Nullable TpFullPolicy whenFull, @Nullable Duration keepAlive,
            @Nullable DataSize stackSize) {

        /**
         * This entry, with what it leaves out taken from another.
         * @param defaults the other entry
         * @return the entry to use
         */
        Pool orElse(Pool defaults) {
            return new Pool((this.minThreads != null) ? this.minThreads : defaults.minThreads,
                    (this.maxThreads != null) ? this.maxThreads : defaults.maxThreads,
                    (this.threads != null) ? this.threads : defaults.threads,
                    (this.queueCapacity != null) ? this.queueCapacity : defaults.queueCapacity,
                    (this.whenFull != null) ? this.whenFull : defaults.whenFull,
                    (this.keepAlive != null) ? this.keepAlive : defaults.keepAlive,
                    (this.stackSize != null) ? this.stackSize : defaults.stackSize);
        }

    }

    /**
     * A callback environment.
     *
     * @param pool pool that the callbacks run in; the one of the environment's own name
     * if there is one, or else {@code default}, unless set
     * @param cleanupGroup cleanup group that objects join
     * @param priority priority in the queue of the pool
     * @param runsLong whether callbacks are expected to run long, so that each of them is
     * given a thread at once
     * @param persistent whether callbacks want a thread that does not go away
     * @param library library whose code the callbacks run; its class loader is their
     * context class loader
     */
    public record Environment(@Nullable String pool, @Nullable String cleanupGroup,
            @DefaultValue("normal") TpPriority priority, @DefaultValue("false") boolean runsLong,
            @DefaultValue("false") boolean persistent, @Nullable String library) {
    }

    /**
     * A cleanup group.
     *
     * @param onShutdown what becomes of queued callbacks when the application stops
     * @param timeout how long to wait for the callbacks then, within
     * {@code spring.lifecycle.timeout-per-shutdown-phase}; what is still queued when it
     * is over is dropped
     */
    public record CleanupGroup(@DefaultValue("drain") OnShutdown onShutdown, @Nullable Duration timeout) {
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
     * @param initial permits at the start; the maximum unless set
     * @param maximum permits at most; has to be set
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
     * @param spinCount how often a thread that has to wait looks again before it parks
     */
    public record Section(@Nullable Integer spinCount) {
    }

    /**
     * An event.
     *
     * @param reset who resets it: the one waiter that it lets go, or code
     * @param initiallySet whether it is set at the start
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
     * @param location jar or directory: a path, or a resource location such as
     * {@code classpath:plugins/parsers.jar}; has to be set
     */
    public record Library(@Nullable String location) {
    }

}
