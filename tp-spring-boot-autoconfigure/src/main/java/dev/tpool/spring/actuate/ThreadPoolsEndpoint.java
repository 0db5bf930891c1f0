package dev.tpool.spring.actuate;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tpool.TpCompletionAction;
import dev.tpool.TpObjectKind;
import dev.tpool.TpPool;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.TpPriority;
import dev.tpool.TpRunningCallback;
import dev.tpool.TpThreadKind;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpRunWatch;
import dev.tpool.spring.TpShutdown;
import dev.tpool.spring.TpShutdownReport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The pools at this moment, with their objects and running callbacks. Their numbers of
 * threads can be changed, if the access of the endpoint is set to unrestricted.
 */
@Endpoint(id = "threadpools", defaultAccess = Access.READ_ONLY)
public final class ThreadPoolsEndpoint {

    private static final Log logger = LogFactory.getLog(ThreadPoolsEndpoint.class);

    /** What the engine can count. */
    private static final int MOST_THREADS = 1048575;

    private final TpRegistry registry;

    private final TpRunWatch watch;

    private final @Nullable TpShutdown shutdown;

    /**
     * Creates the endpoint.
     * @param registry the pools
     * @param watch knows which callbacks run for too long
     * @param shutdown what brings them to their end, {@code null} if nobody does
     */
    public ThreadPoolsEndpoint(TpRegistry registry, TpRunWatch watch, @Nullable TpShutdown shutdown) {
        this.registry = registry;
        this.watch = watch;
        this.shutdown = shutdown;
    }

    /**
     * All pools.
     * @return the pools by name
     */
    @ReadOperation
    public ThreadPoolsDescriptor threadPools() {
        Map<String, ThreadPoolDescriptor> pools = new LinkedHashMap<>();
        this.registry.pools().forEach((name, pool) -> pools.put(name, describe(name, pool)));
        TpShutdownReport report = (this.shutdown != null) ? this.shutdown.report() : null;
        return new ThreadPoolsDescriptor(this.shutdown != null && this.shutdown.isClosing(), pools,
                (report != null) ? ShutdownDescriptor.of(report) : null);
    }

    /**
     * One pool.
     * @param pool its name
     * @return the pool, or {@code null} if there is none of that name
     */
    @ReadOperation
    public @Nullable ThreadPoolDescriptor threadPool(@Selector String pool) {
        return this.registry.names(TpPool.class).contains(pool) ? describe(pool, this.registry.pool(pool)) : null;
    }

    /**
     * Changes the number of threads of a pool. What is not given stays as it is.
     * @param pool its name
     * @param minThreads the threads that stay when idle
     * @param maxThreads the threads it may have at most
     * @return the pool, or {@code null} if there is none of that name
     * @throws InvalidEndpointRequestException if the numbers are not valid: none has
     * changed then
     */
    @WriteOperation
    public @Nullable ThreadPoolDescriptor resize(@Selector String pool, @Nullable Integer minThreads,
            @Nullable Integer maxThreads) {
        if (!this.registry.names(TpPool.class).contains(pool)) {
            return null;
        }
        if (minThreads == null && maxThreads == null) {
            throw invalid("there is neither minThreads nor maxThreads, in this very spelling: give one or both");
        }
        checkRange("minThreads", minThreads, 0);
        checkRange("maxThreads", maxThreads, 1);
        TpPool found = this.registry.pool(pool);
        int oldMinimum = found.threadMinimum();
        int oldMaximum = found.threadMaximum();
        int minimum = (minThreads != null) ? minThreads : oldMinimum;
        int maximum = (maxThreads != null) ? maxThreads : oldMaximum;
        if (minimum > maximum) {
            throw invalid("minThreads, which is " + minimum + ", must not be above maxThreads, which is " + maximum);
        }
        if (!found.setThreadLimits(minimum, maximum)) {
            throw new IllegalStateException("pool '" + pool + "' could not start " + minimum + " threads");
        }
        logger.info("Pool '" + pool + "' has " + minimum + " to " + maximum + " threads from now on, and had "
                + oldMinimum + " to " + oldMaximum + ", by the endpoint");
        return describe(pool, found);
    }

    private ThreadPoolDescriptor describe(String name, TpPool pool) {
        return ThreadPoolDescriptor.of(pool.snapshot(), this.watch.limit(name), this.watch.overdue(name));
    }

    private static void checkRange(String what, @Nullable Integer value, int least) {
        if (value != null && (value < least || value > MOST_THREADS)) {
            throw invalid(what + " must be between " + least + " and " + MOST_THREADS + ", and is " + value);
        }
    }

    private static InvalidEndpointRequestException invalid(String reason) {
        return new InvalidEndpointRequestException(reason, reason);
    }

    /**
     * All pools.
     *
     * @param closing whether the application has begun to close; the pools take callbacks
     * until its web server has stopped
     * @param pools the pools by name
     * @param shutdown what the end of the pools did, {@code null} before
     */
    public record ThreadPoolsDescriptor(boolean closing, Map<String, ThreadPoolDescriptor> pools,
            @Nullable ShutdownDescriptor shutdown) implements OperationResponseBody {
    }

    /**
     * One pool.
     *
     * @param threadKind the kind of its threads
     * @param threadMinimum the threads that stay when idle
     * @param threadMaximum the threads it may have at most
     * @param threads the threads it has
     * @param idle how many of those are idle
     * @param running the callbacks that are running
     * @param queued the callbacks that are queued
     * @param queueCapacity how many callbacks the queue takes, {@code null} if it is
     * unbounded
     * @param completed the callbacks that have run to their end
     * @param failed how many of those threw
     * @param dropped the callbacks that were cancelled before they began
     * @param rejected the callbacks that were refused
     * @param runWarningMillis how long a callback may run before it is told of,
     * {@code null} if for as long as it likes
     * @param overdue the callbacks that were told of, {@code null} if none ever is
     * @param closed whether it was closed
     * @param terminated whether it has ended
     * @param objectCount the number of its objects; of one-shot callbacks only the calls
     * of methods that acquire something are among them, from the call to the end
     * @param objects the first thousand of these objects
     * @param runningCallbacks what runs on its threads
     */
    public record ThreadPoolDescriptor(TpThreadKind threadKind, int threadMinimum, int threadMaximum, int threads,
            int idle, int running, long queued, @Nullable Integer queueCapacity, long completed, long failed,
            long dropped, long rejected, @Nullable Long runWarningMillis, @Nullable Long overdue, boolean closed,
            boolean terminated, int objectCount, List<ObjectDescriptor> objects,
            List<RunningCallbackDescriptor> runningCallbacks) implements OperationResponseBody {

        static ThreadPoolDescriptor of(TpPoolSnapshot pool, @Nullable Duration runWarning, long overdue) {
            return new ThreadPoolDescriptor(pool.threadKind(), pool.threadMinimum(), pool.threadMaximum(),
                    pool.threads(), pool.idle(), pool.running(), pool.queued(),
                    (pool.queueCapacity() > 0) ? pool.queueCapacity() : null, pool.completed(), pool.failed(),
                    pool.dropped(), pool.rejected(), (runWarning != null) ? runWarning.toMillis() : null,
                    (runWarning != null) ? overdue : null, pool.closed(), pool.terminated(), pool.objects().size(),
                    ObjectDescriptor.first(pool.objects()),
                    pool.runningCallbacks()
                        .stream()
                        .map((callback) -> RunningCallbackDescriptor.of(callback, runWarning))
                        .toList());
        }

    }

    /**
     * One running callback.
     *
     * @param name the name of its object
     * @param kind the kind of its object
     * @param priority its priority
     * @param cleanupGroup its cleanup group, or {@code null}
     * @param thread the thread it runs on
     * @param threadId the id of that thread
     * @param ageMillis how long it has been running, {@code null} if nobody measures
     * @param overdue whether that is longer than its pool expects
     * @param longRunning whether it said that it may run long
     * @param disassociated whether those who wait for its object no longer wait for it
     * @param completionActions what will happen when it returns
     */
    public record RunningCallbackDescriptor(String name, TpObjectKind kind, TpPriority priority,
            @Nullable String cleanupGroup, String thread, long threadId, @Nullable Long ageMillis, boolean overdue,
            boolean longRunning, boolean disassociated, List<TpCompletionAction> completionActions) {

        static RunningCallbackDescriptor of(TpRunningCallback callback, @Nullable Duration runWarning) {
            Duration age = callback.age();
            return new RunningCallbackDescriptor(callback.name(), callback.kind(), callback.priority(),
                    callback.cleanupGroup(), callback.thread(), callback.threadId(),
                    (age != null) ? age.toMillis() : null,
                    age != null && runWarning != null && age.compareTo(runWarning) >= 0, callback.longRunning(),
                    callback.disassociated(), callback.completionActions());
        }

    }

}
