package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many threads do everything at once for some seconds. What must be true whatever
 * happened is looked at in the end.
 */
@Timeout(120)
class PoolStressTests {

    private static final int PERMITS = 50;

    private static final List<TpPriority> PRIORITIES = List.of(TpPriority.values());

    @RegisterExtension
    final Pools pools = new Pools();

    @Test
    void everyPostIsAccountedForWhateverElseGoesOn() throws Exception {
        int most = 8;
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(most)
            .keepAlive(Duration.ofMillis(1))
            .exceptionHandler((source, failure) -> {
            }));
        Turmoil turmoil = new Turmoil(pool);

        List<Started<Void>> actors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Random random = new Random(i);
            actors.add(this.pools.start(() -> turmoil.act(random)));
        }
        actors.add(this.pools.start(() -> turmoil.closeGroups(new Random(77))));
        actors.add(this.pools.start(() -> turmoil.resize(new Random(78), most)));
        assertThat(turmoil.ended.tryAcquire(1, 3, TimeUnit.SECONDS)).isFalse();
        turmoil.over.set(true);
        for (Started<Void> actor : actors) {
            actor.get();
        }
        turmoil.group.closeMembers(true, null).members().forEach(turmoil::cancelledByGroup);
        pool.close();

        assertThat(pool.awaitTermination(Pools.GENEROUS)).as(() -> pool.snapshot().toString()).isTrue();
        assertThat(turmoil.objects).hasSizeGreaterThan(10);
        assertThat(turmoil.objects.values()).allSatisfy(Counted::assertAccountedFor);
        assertThat(turmoil.mostRunning.get()).isBetween(2, most);
        assertThat(turmoil.permits.availablePermits()).isEqualTo(PERMITS);
        assertThat(turmoil.oneShotsTold).hasValue(turmoil.oneShots.get());
        long executions = turmoil.objects.values().stream().mapToLong((each) -> each.executions.get()).sum();
        assertThat(executions).isPositive();
        assertThat(pool.completed()).isEqualTo(executions + turmoil.oneShotsRun.get());
    }

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

    @Test
    void noOneShotIsLostThoughTheLastWorkerLeavesEachTime() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2).keepAlive(Duration.ofNanos(1)));
        TpEnvironment environment = TpEnvironment.of(pool);
        AtomicLong sum = new AtomicLong();

        for (int round = 1; round <= 10_000; round++) {
            sum.addAndGet(environment.submit(() -> 1).get(15, TimeUnit.SECONDS));
        }

        assertThat(sum).hasValue(10_000);
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

    /**
     * A work object whose posts are counted.
     */
    private static final class Counted {

        private final AtomicLong submissions = new AtomicLong();

        private final AtomicLong executions = new AtomicLong();

        private final AtomicLong cancellations = new AtomicLong();

        private volatile TpWork work;

        /**
         * Posts, unless the object is closed or the queue full.
         */
        void submit() {
            try {
                this.work.submit();
                this.submissions.incrementAndGet();
            }
            catch (IllegalStateException | TpRejectedException ex) {
                // It was not posted.
            }
        }

        void cancel() {
            this.cancellations.addAndGet(this.work.cancelPendingCallbacks());
        }

        void assertAccountedFor() {
            assertThat(this.executions.get() + this.cancellations.get()).isEqualTo(this.submissions.get());
            assertThat(this.work.pending()).isZero();
            assertThat(this.work.running()).isZero();
        }

    }

    /**
     * Objects that come and go, and what is done to them.
     */
    private static final class Turmoil {

        private final AtomicBoolean over = new AtomicBoolean();

        private final Semaphore ended = new Semaphore(0);

        private final TpPool pool;

        private final TpCleanupGroup group = TpCleanupGroup.create("turmoil");

        private final AtomicReferenceArray<Counted> current = new AtomicReferenceArray<>(6);

        private final Map<String, Counted> objects = new ConcurrentHashMap<>();

        private final AtomicInteger names = new AtomicInteger();

        private final AtomicInteger running = new AtomicInteger();

        private final AtomicInteger mostRunning = new AtomicInteger();

        private final Semaphore permits = new Semaphore(PERMITS);

        private final AtomicLong oneShots = new AtomicLong();

        private final AtomicLong oneShotsTold = new AtomicLong();

        private final AtomicLong oneShotsRun = new AtomicLong();

        Turmoil(TpPool pool) {
            this.pool = pool;
            for (int i = 0; i < this.current.length(); i++) {
                create(i, new Random(i));
            }
        }

        Void act(Random random) throws Exception {
            while (!this.over.get()) {
                int index = random.nextInt(this.current.length());
                Counted object = this.current.get(index);
                int step = random.nextInt(100);
                if (step < 60) {
                    object.submit();
                }
                else if (step < 75) {
                    postOneShot(random);
                }
                else if (step < 85) {
                    await(object, random);
                }
                else if (step < 95) {
                    object.cancel();
                }
                else if (step < 98) {
                    object.work.close();
                    create(index, random);
                }
                else {
                    LockSupport.parkNanos(random.nextInt(500_000));
                }
            }
            return null;
        }

        Void closeGroups(Random random) throws Exception {
            while (!this.over.get()) {
                TpCloseReport report = random.nextBoolean() ? this.group.closeMembers(true, null)
                        : this.group.closeMembers(true, null, Duration.ofNanos(random.nextInt(1_000_000)));
                report.members().forEach(this::cancelledByGroup);
                for (int i = 0; i < this.current.length(); i++) {
                    if (this.current.get(i).work.isClosed()) {
                        create(i, random);
                    }
                }
                LockSupport.parkNanos(random.nextInt(10_000_000));
            }
            return null;
        }

        Void resize(Random random, int most) {
            while (!this.over.get()) {
                if (random.nextBoolean()) {
                    this.pool.setThreadMaximum(1 + random.nextInt(most));
                }
                else {
                    this.pool.setThreadMinimum(random.nextInt(most / 2));
                }
                TpPoolSnapshot snapshot = this.pool.snapshot();
                assertThat(snapshot.runningCallbacks()).hasSizeLessThanOrEqualTo(most);
                assertThat(snapshot.queued()).isNotNegative();
                assertThat(this.group.snapshot().members()).isNotNull();
                LockSupport.parkNanos(random.nextInt(5_000_000));
            }
            return null;
        }

        void cancelledByGroup(TpCloseReport.Member member) {
            Counted object = this.objects.get(member.name());
            if (object != null) {
                object.cancellations.addAndGet(member.dropped());
            }
        }

        private static void await(Counted object, Random random) throws InterruptedException {
            try {
                if (random.nextInt(4) == 0) {
                    object.work.waitForCallbacks(false, Duration.ofMillis(20));
                }
                else {
                    object.work.waitForCallbacks(false, Duration.ofNanos(random.nextInt(100_000)));
                }
            }
            catch (IllegalStateException ex) {
                // It was closed.
            }
        }

        private void create(int index, Random random) {
            Counted object = new Counted();
            String name = "w" + this.names.incrementAndGet();
            this.objects.put(name, object);
            object.work = environment(random).work(name, (instance, context, work) -> run(object, instance), null);
            this.current.set(index, object);
        }

        private TpEnvironment environment(Random random) {
            return TpEnvironment.builder()
                .pool(this.pool)
                .cleanupGroup(this.group)
                .priority(PRIORITIES.get(random.nextInt(3)))
                .runsLong(random.nextInt(5) == 0)
                .build();
        }

        private void postOneShot(Random random) throws InterruptedException {
            if (!this.permits.tryAcquire(5, TimeUnit.MILLISECONDS)) {
                return;
            }
            TpEnvironment environment = random.nextBoolean() ? environment(random) : TpEnvironment.of(this.pool);
            this.oneShots.incrementAndGet();
            assertThat(environment.trySubmit("one-shot", (instance, context) -> {
                instance.releaseSemaphoreWhenCallbackReturns(this.permits, 1);
                this.oneShotsRun.incrementAndGet();
                runs(() -> misbehave(instance));
            }, null, new TpCompletion() {

                @Override
                public void completed(Throwable failure) {
                    Turmoil.this.oneShotsTold.incrementAndGet();
                }

                @Override
                public void cancelled() {
                    Turmoil.this.permits.release();
                    Turmoil.this.oneShotsTold.incrementAndGet();
                }

            })).isTrue();
        }

        private void run(Counted object, TpCallbackInstance instance) {
            object.executions.incrementAndGet();
            runs(() -> misbehave(instance));
        }

        private void runs(Runnable callback) {
            this.mostRunning.accumulateAndGet(this.running.incrementAndGet(), Math::max);
            try {
                callback.run();
            }
            finally {
                this.running.decrementAndGet();
            }
        }

        private static void misbehave(TpCallbackInstance instance) {
            int what = ThreadLocalRandom.current().nextInt(200);
            if (what < 10) {
                LockSupport.parkNanos(200_000);
            }
            else if (what < 15) {
                instance.disassociateCurrentThreadFromCallback();
                LockSupport.parkNanos(1);
            }
            else if (what < 20) {
                instance.callbackMayRunLong();
                LockSupport.parkNanos(1_000_000);
            }
            else if (what < 25) {
                Thread.currentThread().interrupt();
            }
            else if (what < 30) {
                throw new IllegalStateException("on purpose");
            }
            else if (what == 30) {
                LockSupport.parkNanos(15_000_000);
            }
        }

    }

}
