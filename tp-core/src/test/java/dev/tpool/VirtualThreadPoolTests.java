package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for pools on virtual threads: all but their growth is as on platform threads.
 */
@Timeout(30)
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadPoolTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private TpPool virtual(UnaryOperator<TpPool.Builder> options) {
        return this.pools.create((builder) -> options.apply(builder.threadKind(TpThreadKind.VIRTUAL)));
    }

    @Test
    void theMaximumLimitsWhatRuns() throws Exception {
        TpPool pool = virtual((builder) -> builder.threadMaximum(7));
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        TpWork work = this.pools.work(pool, () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            LockSupport.parkNanos(1);
            running.decrementAndGet();
        });

        for (int i = 0; i < 5_000; i++) {
            work.submit();
        }
        work.waitForCallbacks(false);

        assertThat(most.get()).isBetween(1, 7);
        assertThat(pool.completed()).isEqualTo(5_000);
        assertThat(pool.threads()).isLessThanOrEqualTo(7);
    }

    @Test
    void aSnapshotLeadsToTheStackOfACallback() throws Exception {
        TpPool pool = virtual((builder) -> builder.threadMaximum(7));
        Gate gate = this.pools.occupy(pool);

        TpRunningCallback callback = pool.snapshot().runningCallbacks().get(0);
        Awaitility.await()
            .untilAsserted(() -> assertThat(pool.stackTrace(callback))
                .anyMatch((frame) -> frame.getClassName().equals(Gate.class.getName())));
        gate.open();
    }

    @Test
    void nobodyWatchesAPoolThatMayGrow() {
        TpPool pool = virtual((builder) -> builder.threadMaximum(100));
        Gate gate = this.pools.gate();
        for (int i = 1; i <= 99; i++) {
            this.pools.work(pool, gate::pass).submit();
        }
        gate.awaitArrivals(99);

        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
            .doesNotContain(pool.name() + "-governor");
    }

    @Test
    void higherPrioritiesGoFirst() {
        TpPool pool = virtual((builder) -> builder.threadMaximum(1));
        Gate gate = this.pools.occupy(pool);
        List<TpPriority> order = new CopyOnWriteArrayList<>();
        for (TpPriority priority : List.of(TpPriority.LOW, TpPriority.NORMAL, TpPriority.HIGH)) {
            TpEnvironment environment = TpEnvironment.builder().pool(pool).priority(priority).build();
            this.pools.closing(environment.work(() -> order.add(priority))).submit();
        }

        gate.open();

        Pools.eventually(() -> order.size() == 3);
        assertThat(order).containsExactly(TpPriority.HIGH, TpPriority.NORMAL, TpPriority.LOW);
    }

    @Test
    void aBoundedQueueRefusesWhatIsTooMuch() {
        TpPool pool = virtual((builder) -> builder.threadMaximum(1).queueCapacity(2));
        Gate gate = this.pools.occupy(pool);
        TpEnvironment environment = TpEnvironment.of(pool);

        List<Boolean> accepted = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            accepted.add(environment.trySubmit(gate::pass));
        }

        assertThat(accepted).containsExactly(true, true, false);
        assertThat(pool.queued()).isEqualTo(2);
        assertThat(pool.snapshot().rejected()).isEqualTo(1);
        gate.open();
    }

    @Test
    void aGroupCancelsWhatIsQueuedAndWaitsForWhatRuns() throws Exception {
        TpPool pool = virtual((builder) -> builder.threadMaximum(1));
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment environment = TpEnvironment.builder().pool(pool).cleanupGroup(group).build();
        Gate gate = this.pools.gate();
        TpWork work = environment.work(gate::pass);
        for (int i = 0; i < 4; i++) {
            work.submit();
        }
        gate.awaitArrivals(1);

        Started<TpCloseReport> closing = this.pools.start(() -> group.closeMembers(true, null)).awaitBlocked();
        assertThat(closing.isDone()).isFalse();
        gate.open();

        closing.get();
        assertThat(gate.arrivals()).isEqualTo(1);
        assertThat(pool.snapshot().dropped()).isEqualTo(3);
        group.close();
    }

    @Test
    void theMonitorAndTheSnapshotSeeEveryCallback() throws Exception {
        LongAdder queued = new LongAdder();
        LongAdder started = new LongAdder();
        LongAdder ended = new LongAdder();
        TpPool pool = virtual((builder) -> builder.threadMaximum(20).monitor(new TpMonitor() {

            @Override
            public void callbackQueued(TpCallbackSource source) {
                queued.increment();
            }

            @Override
            public void callbackStarted(TpCallbackSource source, long queueNanos) {
                started.increment();
            }

            @Override
            public void callbackEnded(TpCallbackSource source, long runNanos, Throwable failure) {
                ended.increment();
            }

        }));
        TpWork work = this.pools.work(pool, () -> {
        });
        for (int i = 0; i < 1_000; i++) {
            work.submit();
        }
        work.waitForCallbacks(false);
        Gate gate = this.pools.occupy(pool);

        assertThat(pool.snapshot()).satisfies((snapshot) -> {
            assertThat(snapshot.threadKind()).isEqualTo(TpThreadKind.VIRTUAL);
            assertThat(snapshot.completed()).isEqualTo(1_000);
            assertThat(snapshot.runningCallbacks()).singleElement()
                .satisfies((running) -> assertThat(running.thread()).startsWith(pool.name() + "-"));
        });
        assertThat(queued.sum()).isEqualTo(1_001);
        assertThat(started.sum()).isEqualTo(1_001);
        assertThat(ended.sum()).isEqualTo(1_000);
        gate.open();
    }

    @Test
    void aClosedPoolRunsWhatIsQueuedAndEnds() throws Exception {
        TpPool pool = virtual((builder) -> builder.threadMaximum(1));
        Gate gate = this.pools.occupy(pool);
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            results.add(TpEnvironment.of(pool).submit(() -> number));
        }

        pool.close();
        assertThatIllegalStateException().isThrownBy(() -> TpEnvironment.of(pool).trySubmit(gate::pass));
        gate.open();

        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
        for (int i = 0; i < 50; i++) {
            assertThat(results.get(i).get(0, TimeUnit.SECONDS)).isEqualTo(i);
        }
    }

    @Test
    void idleThreadsAboveTheMinimumLeave() {
        TpPool pool = virtual((builder) -> builder.threadMinimum(2).threadMaximum(30).keepAlive(Duration.ofMillis(20)));
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(pool, gate::pass);
        for (int i = 0; i < 30; i++) {
            work.submit();
        }
        gate.awaitArrivals(30);
        assertThat(pool.threads()).isEqualTo(30);

        gate.open();

        Pools.eventually(() -> pool.threads() == 2);
    }

}
