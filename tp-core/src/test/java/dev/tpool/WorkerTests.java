package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the order in which a {@link Worker} takes callbacks, once they are so short
 * that it keeps some of them near.
 */
class WorkerTests {

    /** Enough short ones in a row for the longest slice. */
    static final int SHORT_ONES = 2_000;

    private static final int POSTS = 100;

    private static final int ROUNDS = 20;

    @RegisterExtension
    final Pools pools = new Pools();

    private final AtomicInteger executions = new AtomicInteger();

    /**
     * Posts a callback from inside the last one of many that are short.
     */
    static void postFromInside(TpEnvironment environment, Runnable last) {
        environment.trySubmit(new Runnable() {

            private int left = SHORT_ONES;

            @Override
            public void run() {
                this.left--;
                environment.trySubmit((this.left > 0) ? this : last);
            }

        });
    }

    private TpEnvironment in(TpPool pool, TpPriority priority) {
        return TpEnvironment.of(pool).toBuilder().priority(priority).build();
    }

    /**
     * Posts callbacks from inside one that then blocks; all of them run meanwhile.
     */
    private void postAndBlock(TpPool pool) {
        TpEnvironment environment = TpEnvironment.of(pool);
        for (int i = 0; i < ROUNDS; i++) {
            Gate gate = this.pools.gate();
            this.executions.set(0);
            postFromInside(environment, () -> {
                for (int j = 0; j < POSTS; j++) {
                    environment.trySubmit(this.executions::incrementAndGet);
                }
                gate.pass();
            });

            Pools.eventually(() -> this.executions.get() == POSTS);
            assertThat(gate.arrivals()).isLessThanOrEqualTo(1);
            gate.open();
        }
    }

    @Test
    void whatACallbackPostsRunsThoughItBlocksAfterwards() {
        postAndBlock(this.pools.create());
    }

    @Test
    void whatIsPendingBehindACallbackThatBlocksRunsThoughItWasLeftToOneWorker() throws Exception {
        // Enough for the other worker to come and see that it is not needed.
        int many = 200_000;
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2));
        AtomicReference<Gate> gate = new AtomicReference<>();
        TpWork work = this.pools.work(pool, () -> {
            if (this.executions.incrementAndGet() == many) {
                gate.get().pass();
            }
        });

        for (int i = 0; i < ROUNDS; i++) {
            gate.set(this.pools.gate());
            this.executions.set(0);
            for (int j = 0; j < 2 * many; j++) {
                work.submit();
            }

            Pools.eventually(() -> this.executions.get() == 2 * many && work.pending() == 0);
            gate.get().open();
            work.waitForCallbacks(false);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 10 })
    void whatACallbackPostsRunsThoughItBlocksAndTheOnlyOtherWorkerIsNeverIdle(int objects) {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2));
        AtomicBoolean over = new AtomicBoolean();
        List<TpWork> busy = busy(pool, objects, over);

        try {
            postAndBlock(pool);
        }
        finally {
            over.set(true);
        }
        assertThat(busy).hasSize(objects);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 10 })
    void whatIsPostedFromOutsideRunsThoughObjectsKeepTheWorkerBusyFromInside(int objects) {
        TpPool pool = this.pools.single();
        AtomicBoolean over = new AtomicBoolean();
        List<TpWork> busy = busy(pool, objects, over);

        try {
            for (int i = 1; i <= ROUNDS; i++) {
                int round = i;
                TpEnvironment.of(pool).trySubmit(this.executions::incrementAndGet);
                Pools.eventually(() -> this.executions.get() == round);
            }
        }
        finally {
            over.set(true);
        }
        assertThat(busy).hasSize(objects);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 10 })
    void whatIsPostedFromInsideRunsThoughAnotherThreadPostsAllTheTime(int objects) throws Exception {
        TpPool pool = this.pools.single();
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch flooded = new CountDownLatch(SHORT_ONES);
        List<TpWork> flood = new ArrayList<>();
        for (int i = 0; i < objects; i++) {
            flood.add(this.pools.work(pool, flooded::countDown));
        }
        Started<Integer> poster = this.pools.start(() -> {
            int posts = 0;
            while (!over.get()) {
                TpWork next = flood.get(posts % objects);
                // There is always something, but not ever more.
                if (next.pending() < 100) {
                    next.submit();
                }
                posts++;
            }
            return posts;
        });

        try {
            assertThat(flooded.await(60, TimeUnit.SECONDS)).isTrue();
            postFromInside(TpEnvironment.of(pool), this.executions::incrementAndGet);
            Pools.eventually(() -> this.executions.get() == 1);
        }
        finally {
            over.set(true);
        }
        assertThat(poster.get()).isPositive();
    }

    /**
     * Objects that post to themselves until it is over.
     */
    private List<TpWork> busy(TpPool pool, int count, AtomicBoolean over) {
        List<TpWork> busy = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TpWork work = this.pools.work(pool, "busy", (instance, context, own) -> {
                if (!over.get()) {
                    own.submit();
                }
            });
            work.submit();
            busy.add(work);
        }
        return busy;
    }

    @Test
    void whatIsNearWaitsForWhatHasHighPriorityAndGoesBeforeWhatHasLow() {
        TpPool pool = this.pools.single();
        TpEnvironment normal = in(pool, TpPriority.NORMAL);
        List<String> order = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        List<String> wanted = new ArrayList<>(List.of("first high"));
        for (int i = 0; i < POSTS; i++) {
            wanted.add("normal " + i);
        }
        wanted.addAll(List.of("second high", "low"));

        postFromInside(normal, () -> {
            in(pool, TpPriority.LOW).trySubmit(() -> {
                order.add("low");
                over.set(true);
            });
            for (int i = 0; i < POSTS; i++) {
                int number = i;
                normal.trySubmit(() -> {
                    order.add("normal " + number);
                    if (number == POSTS / 2) {
                        in(pool, TpPriority.HIGH).trySubmit(() -> order.add("second high"));
                    }
                });
            }
            in(pool, TpPriority.HIGH).trySubmit(() -> order.add("first high"));
        });
        Pools.eventually(over::get);

        assertThat(order).containsExactlyInAnyOrderElementsOf(wanted);
        assertThat(order).startsWith("first high").endsWith("low");
        assertThat(order.indexOf("second high")).isEqualTo(order.indexOf("normal " + POSTS / 2) + 1);
    }

    @Test
    void anObjectThatGoesOnWhereItIsWaitsForWhatHasHighPriorityAndGoesBeforeWhatHasLow() {
        TpPool pool = this.pools.single();
        TpEnvironment normal = in(pool, TpPriority.NORMAL);
        List<String> order = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        TpWork work = this.pools.work(pool, () -> {
            order.add("normal");
            if (order.size() == POSTS / 2) {
                in(pool, TpPriority.HIGH).trySubmit(() -> order.add("high"));
            }
        });

        postFromInside(normal, () -> {
            in(pool, TpPriority.LOW).trySubmit(() -> {
                order.add("low");
                over.set(true);
            });
            for (int i = 0; i < POSTS; i++) {
                work.submit();
            }
        });
        Pools.eventually(over::get);

        assertThat(order).hasSize(POSTS + 2);
        assertThat(order.subList(0, POSTS / 2)).containsOnly("normal");
        assertThat(order.get(POSTS / 2)).isEqualTo("high");
        assertThat(order.subList(POSTS / 2 + 1, POSTS + 1)).containsOnly("normal");
        assertThat(order.get(POSTS + 1)).isEqualTo("low");
    }

    @Test
    void oneShotsOfOnePosterBeginInTheirOrderOnOneWorkerWhateverComesInBetween() {
        TpPool pool = this.pools.single();
        TpEnvironment normal = TpEnvironment.of(pool);
        TpEnvironment high = normal.toBuilder().priority(TpPriority.HIGH).build();
        int posts = 100_000;
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger disorder = new AtomicInteger();
        for (int i = 0; i < posts; i++) {
            int number = i;
            normal.trySubmit(() -> {
                if (begun.getAndIncrement() != number) {
                    disorder.incrementAndGet();
                }
                if (number % 3 == 0) {
                    high.trySubmit(() -> {
                    });
                }
            });
        }

        Pools.eventually(() -> begun.get() == posts);
        assertThat(disorder).hasValue(0);
    }

}
