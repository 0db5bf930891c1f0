package dev.tpool;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for one-shots that a {@link Worker} claims where they stand in its line, once
 * callbacks are so short that it has one.
 */
class ClaimInLineTests {

    private static final int POSTS = 40;

    private final List<Integer> ran = new CopyOnWriteArrayList<>();

    private final CountDownLatch end = new CountDownLatch(POSTS);

    @RegisterExtension
    final Pools pools = new Pools();

    private static void postFromInside(TpPool pool, Runnable last) {
        WorkerTests.postFromInside(TpEnvironment.of(pool), last);
    }

    private static TpEnvironment inGroup(TpPool pool) {
        return TpEnvironment.of(pool).toBuilder().cleanupGroup(TpCleanupGroup.create("group")).build();
    }

    private void run(int number) {
        this.ran.add(number);
        this.end.countDown();
    }

    private void awaitEnd() throws InterruptedException {
        assertThat(this.end.await(1, TimeUnit.MINUTES)).isTrue();
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void runInTheirOrder() throws Exception {
        TpPool pool = this.pools.single();
        TpEnvironment environment = inGroup(pool);
        postFromInside(pool, () -> {
            for (int number : numbers(POSTS)) {
                environment.trySubmit(() -> run(number));
            }
        });

        awaitEnd();
        assertThat(this.ran).isEqualTo(numbers(POSTS));
        Pools.eventually(() -> pool.queued() == 0 && environment.cleanupGroup().size() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 5, 11, 30 })
    void whatHasAHigherPriorityComesNext(int interrupted) throws Exception {
        TpPool pool = this.pools.single();
        TpEnvironment environment = inGroup(pool);
        TpEnvironment high = environment.toBuilder().priority(TpPriority.HIGH).build();
        postFromInside(pool, () -> {
            for (int number : numbers(POSTS - 1)) {
                environment.trySubmit(() -> {
                    if (number == interrupted) {
                        high.trySubmit(() -> run(-1));
                    }
                    run(number);
                });
            }
        });

        awaitEnd();
        assertThat(this.ran.indexOf(-1)).isEqualTo(interrupted + 1);
    }

    @Test
    void aMonitorIsToldOfEach() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        AtomicInteger ended = new AtomicInteger();
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).monitor(new TpMonitor() {

            @Override
            public void callbackStarted(TpCallbackSource source, long queueNanos) {
                told.add(source.name());
            }

            @Override
            public void callbackEnded(TpCallbackSource source, long runNanos, Throwable failure) {
                ended.incrementAndGet();
            }

        }));
        TpEnvironment environment = TpEnvironment.of(pool);
        List<String> names = numbers(POSTS).stream().map((number) -> "task" + number).toList();
        postFromInside(pool, () -> names.forEach((name) -> environment.trySubmit(new Named(name), null)));

        awaitEnd();
        Pools.eventually(() -> ended.get() == WorkerTests.SHORT_ONES + 1 + POSTS);
        assertThat(told).hasSize(WorkerTests.SHORT_ONES + 1 + POSTS).endsWith(names.toArray(String[]::new));
    }

    @Test
    void eachHasTheContextThatWasCapturedForIt() throws Exception {
        TpPool pool = this.pools.single();
        ThreadLocal<Integer> local = new ThreadLocal<>();
        TpEnvironment environment = inGroup(pool).toBuilder().contextCapture(() -> {
            Integer captured = local.get();
            return () -> {
                local.set(captured);
                return local::remove;
            };
        }).build();
        postFromInside(pool, () -> {
            for (int number : numbers(POSTS)) {
                local.set(number);
                environment.trySubmit(() -> run(local.get()));
            }
            local.remove();
        });

        awaitEnd();
        assertThat(this.ran).isEqualTo(numbers(POSTS));
    }

    @Test
    void thoseThatWereCancelledAreLeftOut() throws Exception {
        TpPool pool = this.pools.single();
        TpEnvironment environment = TpEnvironment.of(pool);
        List<TpFuture<?>> futures = new ArrayList<>();
        CountDownLatch over = new CountDownLatch(1);
        postFromInside(pool, () -> {
            for (int number : numbers(POSTS)) {
                futures.add((TpFuture<?>) environment.submit(() -> {
                    this.ran.add(number);
                    return null;
                }));
            }
            for (int i = 0; i < POSTS; i += 3) {
                futures.get(i).cancel(false);
            }
            environment.trySubmit(over::countDown);
        });

        assertThat(over.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(this.ran).isEqualTo(numbers(POSTS).stream().filter((number) -> number % 3 != 0).toList());
    }

    @Test
    void whatFollowsOneThatBlocksRunsOnAnotherWorker() throws Exception {
        TpPool pool = this.pools.create();
        TpEnvironment environment = inGroup(pool);
        Gate gate = this.pools.gate();
        postFromInside(pool, () -> {
            for (int number : numbers(POSTS)) {
                environment.trySubmit(() -> run(number));
                if (number == POSTS / 2) {
                    environment.trySubmit(gate::pass);
                }
            }
        });

        awaitEnd();
        assertThat(this.ran).containsExactlyInAnyOrderElementsOf(numbers(POSTS));
        gate.open();
    }

    @Test
    void fewThatHaveEndedAreKeptWhileOneBlocks() {
        TpPool pool = this.pools.single();
        TpEnvironment environment = TpEnvironment.of(pool);
        List<WeakReference<Named>> tasks = new CopyOnWriteArrayList<>();
        Gate gate = this.pools.gate();
        postFromInside(pool, () -> {
            for (int number : numbers(POSTS)) {
                Named task = new Named("task" + number);
                tasks.add(new WeakReference<>(task));
                environment.trySubmit(task, null);
            }
            TpEnvironment members = inGroup(pool);
            members.trySubmit(gate::pass);
            members.trySubmit(() -> {
            });
        });

        Pools.eventually(() -> gate.arrivals() == 1);
        Pools.eventually(() -> {
            System.gc();
            return tasks.stream().filter((task) -> task.get() != null).count() <= 8;
        });
        gate.open();
    }

    private final class Named implements TpTask<Object> {

        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return this.name;
        }

        @Override
        public void run(TpCallbackInstance instance, Object context) {
            ClaimInLineTests.this.end.countDown();
        }

        @Override
        public void completed(Throwable failure) {
            // Only that it ran matters.
        }

        @Override
        public void cancelled() {
            // Nobody does.
        }

    }

}
