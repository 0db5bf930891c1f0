package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many threads do everything at once for some seconds. What must be true whatever
 * happened is looked at in the end.
 */
class PoolStressTests {

    @RegisterExtension
    final Pools pools = new Pools();

    @Test
    void noWakeUpIsLostWhileWorkersLeaveAndCome() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(4).keepAlive(Duration.ofNanos(20_000)));
        List<Started<Integer>> submitters = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            submitters.add(this.pools.start(() -> {
                int[] executions = new int[1];
                TpWork work = TpEnvironment.of(pool).work(() -> executions[0]++);
                for (int round = 1; round <= 50_000; round++) {
                    work.submit();
                    assertThat(work.waitForCallbacks(false, Pools.GENEROUS)).as("round %s", round).isTrue();
                    if (round % 64 == 0) {
                        LockSupport.parkNanos(40_000);
                    }
                }
                work.close();
                return executions[0];
            }));
        }

        for (Started<Integer> submitter : submitters) {
            assertThat(submitter.get()).isEqualTo(50_000);
        }
    }

    /**
     * Who stands by in the stream of short callbacks is not woken for those that wait for
     * each other.
     */
    @Test
    void callbacksOfOneObjectMeetWhateverStreamTheyComeIn() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMinimum(2).threadMaximum(2));
        AtomicLong ran = new AtomicLong();
        TpWork shortOnes = this.pools.work(pool, ran::incrementAndGet);
        CyclicBarrier both = new CyclicBarrier(2);
        TpWork meeting = this.pools.work(pool, "meeting",
                (instance, context, work) -> both.await(Pools.GENEROUS.toSeconds(), TimeUnit.SECONDS));
        int rounds = 1_000;
        for (int round = 1; round <= rounds; round++) {
            for (int i = 0; i < 3_000; i++) {
                shortOnes.submit();
            }
            // Without sleeping, so that the stream is still one.
            long began = System.nanoTime();
            while (ran.get() < round * 3_000L && System.nanoTime() - began < Pools.GENEROUS.toNanos()) {
                Thread.onSpinWait();
            }
            meeting.submit();
            meeting.submit();
            assertThat(meeting.waitForCallbacks(false, Pools.GENEROUS)).as("round %s", round).isTrue();
        }
        assertThat(shortOnes.waitForCallbacks(false, Pools.GENEROUS)).isTrue();
        assertThat(ran).hasValue(rounds * 3_000L);
    }

    @Test
    void noOneShotIsLostThoughTheLastWorkerLeavesEachTime() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2).keepAlive(Duration.ofNanos(1)));
        TpEnvironment environment = TpEnvironment.of(pool);
        AtomicLong sum = new AtomicLong();

        for (int round = 1; round <= 10_000; round++) {
            sum.addAndGet(environment.submit(() -> 1).get(60, TimeUnit.SECONDS));
        }

        assertThat(sum).hasValue(10_000);
    }

    @Test
    void whatIsCompletedIsCountedOnceWhileWorkersLeave() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2).keepAlive(Duration.ofNanos(1)));
        TpEnvironment environment = TpEnvironment.of(pool);
        AtomicLong posts = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        Started<Integer> watcher = this.pools.start(() -> {
            int wrong = 0;
            long before = 0;
            while (!over.get()) {
                long now = pool.completed();
                wrong += (now < before || now > posts.get()) ? 1 : 0;
                before = now;
            }
            return wrong;
        });

        for (int round = 1; round <= 3_000; round++) {
            posts.incrementAndGet();
            environment.submit(() -> 1).get(60, TimeUnit.SECONDS);
            assertThat(pool.completed()).isEqualTo(round);
        }
        over.set(true);

        assertThat(watcher.get()).isZero();
    }

    @ParameterizedTest
    @EnumSource(TpFullPolicy.class)
    void aBoundedQueueHasAllItsRoomAgainInTheEnd(TpFullPolicy whenFull) throws Exception {
        int capacity = 16;
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(3)
            .keepAlive(Duration.ofMillis(1))
            .queueCapacity(capacity)
            .whenFull(whenFull));
        List<Counted> objects = new ArrayList<>();
        Queue<CompletableFuture<Integer>> futures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 4; i++) {
            Counted object = new Counted();
            objects.add(object);
            object.work = TpEnvironment.of(pool).work(object.executions::incrementAndGet);
        }
        AtomicBoolean over = new AtomicBoolean();
        List<Started<Void>> actors = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Random random = new Random(i);
            actors.add(this.pools.start(() -> {
                while (!over.get()) {
                    Counted object = objects.get(random.nextInt(objects.size()));
                    int step = random.nextInt(20);
                    if (step < 14) {
                        object.submit();
                    }
                    else if (step < 16) {
                        object.cancel();
                    }
                    else if (step < 19) {
                        try {
                            CompletableFuture<Integer> future = TpEnvironment.of(pool).submit(() -> 1);
                            if (step == 18) {
                                future.cancel(false);
                            }
                            futures.add(future);
                        }
                        catch (TpRejectedException ex) {
                            assertThat(whenFull).isEqualTo(TpFullPolicy.REJECT);
                        }
                    }
                    else {
                        object.work.waitForCallbacks(false, Duration.ofMillis(2));
                    }
                }
                return null;
            }));
        }
        assertThat(new Semaphore(0).tryAcquire(700, TimeUnit.MILLISECONDS)).isFalse();
        over.set(true);
        for (Started<Void> actor : actors) {
            actor.get();
        }
        for (Counted object : objects) {
            object.work.waitForCallbacks(false);
            object.assertAccountedFor();
        }
        assertThat(futures).isNotEmpty();
        Pools.eventually(() -> futures.stream().allMatch(CompletableFuture::isDone));
        Pools.eventually(() -> pool.queued() == 0);

        pool.setThreadMaximum(1);
        Pools.eventually(() -> pool.threads() == 1);
        Gate gate = this.pools.occupy(pool);
        for (int i = 0; i < capacity; i++) {
            objects.get(0).work.submit();
        }
        assertThat(objects.get(0).work.pending()).isEqualTo(capacity);
        if (whenFull == TpFullPolicy.REJECT) {
            assertThat(TpEnvironment.of(pool).trySubmit(() -> {
            })).isFalse();
        }
        gate.open();
        objects.forEach((object) -> object.work.close());
    }

}
