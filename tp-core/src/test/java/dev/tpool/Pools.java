package dev.tpool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Makes the pools of a test and sees to it that each comes to its end after it: it
 * terminates, and none of its threads is left.
 */
final class Pools implements AfterEachCallback {

    static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /** Long enough for a machine that has other things to do. */
    static final Duration GENEROUS = Duration.ofMinutes(1);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final List<TpPool> pools = new ArrayList<>();

    private final List<Gate> gates = new ArrayList<>();

    private final List<Started<?>> started = new ArrayList<>();

    private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

    TpPool create() {
        return create((builder) -> builder.threadMaximum(16));
    }

    /**
     * A pool with one worker, which runs one callback after the other.
     */
    TpPool single() {
        return create((builder) -> builder.threadMaximum(1));
    }

    TpPool create(UnaryOperator<TpPool.Builder> options) {
        TpPool pool = options.apply(TpPool.builder("pool" + NUMBER.incrementAndGet() + "x")).build();
        this.pools.add(pool);
        return pool;
    }

    /**
     * Lets the test close it whatever happens.
     */
    <T extends AutoCloseable> T closing(T closeable) {
        this.closeables.push(closeable);
        return closeable;
    }

    TpWork work(TpPool pool, Runnable callback) {
        return closing(TpEnvironment.of(pool).work(callback));
    }

    TpWork work(TpPool pool, String name, TpWorkCallback<Object> callback) {
        return closing(TpEnvironment.of(pool).work(name, callback, null));
    }

    Gate gate() {
        Gate gate = new Gate();
        this.gates.add(gate);
        return gate;
    }

    /**
     * Keeps one worker of the pool busy.
     */
    Gate occupy(TpPool pool) {
        Gate gate = gate();
        assertThat(TpEnvironment.of(pool).trySubmit(gate::pass)).isTrue();
        return gate.awaitArrivals(1);
    }

    <T> Started<T> start(Callable<T> callable) {
        Started<T> thread = new Started<>(callable);
        this.started.add(thread);
        return thread;
    }

    static void eventually(Callable<Boolean> condition) {
        Awaitility.await()
            .atMost(GENEROUS)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(condition);
    }

    static List<Thread> threadsOf(TpPool pool) {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().startsWith(pool.name() + "-"))
            .filter((thread) -> !thread.getName().endsWith("-governor"))
            .toList();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        this.gates.forEach(Gate::open);
        for (Started<?> each : this.started) {
            each.thread().join(GENEROUS.toMillis());
            assertThat(each.thread().isAlive()).as("a thread of the test is left").isFalse();
        }
        while (!this.closeables.isEmpty()) {
            this.closeables.pop().close();
        }
        for (TpPool pool : this.pools) {
            pool.close();
        }
        for (TpPool pool : this.pools) {
            assertThat(pool.awaitTermination(GENEROUS)).as(() -> "terminated: " + pool.snapshot()).isTrue();
            // Counted too: the clock may push an object whose callback was cancelled
            // meanwhile, and a worker comes to throw it away.
            eventually(() -> threadsOf(pool).isEmpty() && pool.threads() == 0);
            assertThat(pool.queued()).isZero();
            assertThat(pool.snapshot().runningCallbacks()).isEmpty();
        }
    }

}
