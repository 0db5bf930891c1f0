package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what is near to one {@link Worker} and runs on another one.
 */
class StealTests {

    private static final int POSTS = 200;

    private static final int DEPTH = 12;

    @RegisterExtension
    final Pools pools = new Pools();

    private final AtomicInteger executions = new AtomicInteger();

    /** Only with two of them is it known who is left. */
    private TpPool ofTwo() {
        return this.pools.create((builder) -> builder.threadMinimum(2).threadMaximum(2));
    }

    @Test
    void allThatACallbackHasPostedRunsOnAnotherWorkerWhileItBlocks() {
        TpPool pool = ofTwo();
        TpEnvironment environment = TpEnvironment.of(pool);
        Gate gate = this.pools.gate();
        WorkerTests.postFromInside(environment, () -> {
            for (int i = 0; i < POSTS; i++) {
                environment.trySubmit(this.executions::incrementAndGet);
            }
            gate.pass();
        });

        Pools.eventually(() -> this.executions.get() == POSTS);
        assertThat(gate.arrivals()).isEqualTo(1);
        gate.open();
    }

    /**
     * The callback that blocks stands in the middle of what is in line, so that part of
     * the line and what follows it are left.
     */
    @ParameterizedTest
    @ValueSource(ints = { 0, 20, 60, 120, 190 })
    void allThatFollowsOneThatBlocksRunsOnAnotherWorker(int blocking) {
        TpPool pool = ofTwo();
        TpEnvironment environment = TpEnvironment.of(pool);
        Gate gate = this.pools.gate();
        WorkerTests.postFromInside(environment, () -> {
            for (int i = 0; i < POSTS; i++) {
                environment.trySubmit((i == blocking) ? gate::pass : this.executions::incrementAndGet);
            }
        });

        Pools.eventually(() -> this.executions.get() == POSTS - 1);
        gate.awaitArrivals(1).open();
    }

    /**
     * The first one waits for the second, and all others wait for the first. Whoever is
     * free has to begin with the oldest.
     */
    @Test
    void whatIsOlderIsStolenFirst() {
        TpPool pool = ofTwo();
        TpEnvironment environment = TpEnvironment.of(pool);
        Gate other = this.pools.gate();
        Gate first = this.pools.gate();
        Gate others = this.pools.gate();
        WorkerTests.postFromInside(environment, () -> {
            environment.trySubmit(other::pass);
            // The other worker has taken it then, since this one runs nothing else.
            other.awaitArrivals(1);
            environment.trySubmit(() -> {
                other.open();
                first.pass();
                others.open();
                this.executions.incrementAndGet();
            });
            environment.trySubmit(() -> {
                first.open();
                this.executions.incrementAndGet();
            });
            for (int i = 2; i < POSTS; i++) {
                environment.trySubmit(() -> {
                    others.pass();
                    this.executions.incrementAndGet();
                });
            }
        });

        Pools.eventually(() -> this.executions.get() == POSTS);
    }

    /**
     * The other worker always has something of its own, so it never looks for something
     * to steal: it looks between two slices whether somebody is stuck.
     */
    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void aBusyWorkerFreesWhatIsStuck(boolean inLine) {
        TpPool pool = ofTwo();
        TpEnvironment environment = TpEnvironment.of(pool);
        Gate gate = this.pools.gate();
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean busy = new AtomicBoolean();
        WorkerTests.postFromInside(environment, () -> {
            environment.trySubmit(new Runnable() {

                @Override
                public void run() {
                    busy.set(true);
                    if (!over.get()) {
                        environment.trySubmit(this);
                    }
                }

            });
            // The other worker has taken it then, since this one runs nothing else.
            Pools.eventually(busy::get);
            for (int i = 0; i < POSTS; i++) {
                environment.trySubmit((inLine && i == POSTS / 4) ? gate::pass : this.executions::incrementAndGet);
            }
            if (!inLine) {
                gate.pass();
            }
        });

        gate.awaitArrivals(1);
        Pools.eventually(() -> this.executions.get() == (inLine ? POSTS - 1 : POSTS));
        over.set(true);
        gate.open();
    }

    /**
     * A tree of objects, each of which posts two others, again and again, while somebody
     * cancels what is pending of some.
     */
    @ParameterizedTest
    @ValueSource(ints = { 2, 3, 4 })
    void eachPostOfATreeRunsOrIsCancelled(int workers) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMinimum(workers).threadMaximum(workers));
        TpEnvironment environment = TpEnvironment.of(pool);
        List<Counted> objects = new ArrayList<>();
        for (int i = 0; i < (1 << DEPTH) - 1; i++) {
            int first = 2 * i + 1;
            Counted object = new Counted();
            object.work = this.pools.closing(environment.work(() -> {
                object.executions.incrementAndGet();
                for (int child = first; child < Math.min(first + 2, objects.size()); child++) {
                    objects.get(child).submit();
                }
            }));
            objects.add(object);
        }
        AtomicBoolean over = new AtomicBoolean();
        Started<Integer> canceller = this.pools.start(() -> {
            Random random = new Random(workers);
            int calls = 0;
            while (!over.get()) {
                objects.get(random.nextInt(objects.size())).cancel();
                calls++;
            }
            return calls;
        });
        try {
            for (int round = 0; round < 20; round++) {
                objects.get(0).submit();
                objects.get(0).work.waitForCallbacks(false);
            }
            // What posts comes before what it posts, so nothing is left behind in the
            // end.
            for (Counted object : objects) {
                assertThat(object.work.waitForCallbacks(false, Pools.GENEROUS)).isTrue();
            }
        }
        finally {
            over.set(true);
        }

        assertThat(canceller.get()).isPositive();
        assertThat(objects).allSatisfy(Counted::assertAccountedFor);
        assertThat(pool.queued()).isZero();
    }

}
