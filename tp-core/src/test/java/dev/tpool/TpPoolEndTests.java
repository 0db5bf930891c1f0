package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import dev.tpool.sync.TpEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for what brings a {@link TpPool} to its end: timers and waits off, and what is
 * queued dropped.
 */
class TpPoolEndTests {

    @RegisterExtension
    final Pools pools = new Pools();

    @Test
    void disarmsTimersAndWaits() throws Exception {
        TpPool pool = this.pools.create();
        TpEnvironment environment = TpEnvironment.of(pool);
        AtomicInteger fired = new AtomicInteger();
        TpEvent event = TpEvent.autoReset();
        TpTimer timer = this.pools.closing(environment.timer(fired::incrementAndGet));
        TpTimer periodic = this.pools.closing(environment.timer(fired::incrementAndGet));
        TpTimer idle = this.pools.closing(environment.timer(fired::incrementAndGet));
        TpWait wait = this.pools
            .closing(environment.wait((instance, context, self, result) -> fired.incrementAndGet(), null));
        timer.set(Duration.ofHours(1));
        periodic.set(Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO);
        wait.set(event, Duration.ofHours(1));

        assertThat(pool.disarm()).isEqualTo(3);

        assertThat(pool.disarm()).isZero();
        assertThat(event.waiting()).isZero();
        event.set();
        assertThat(event.isSet()).as("the signal is still there").isTrue();
        assertThat(fired).hasValue(0);
        idle.set(Duration.ZERO);
        idle.waitForCallbacks(false);
        assertThat(fired).as("a timer that is set again").hasValue(1);
    }

    @Test
    void whatIsPostedWhileThePoolComesToItsEndDoesNotRunAfterIt() {
        AtomicReference<TpPool> closed = new AtomicReference<>();
        AtomicBoolean ended = new AtomicBoolean();
        List<String> told = new CopyOnWriteArrayList<>();
        TpPool pool = this.pools.create((builder) -> builder.monitor(new TpMonitor() {

            @Override
            public void callbackQueued(TpCallbackSource source) {
                told.add("queued");
                // It was admitted, and is not queued yet.
                closed.get().close();
                ended.set(terminates(closed.get()));
            }

            @Override
            public void callbackStarted(TpCallbackSource source, long queuedNanos) {
                told.add("started");
            }

            @Override
            public void callbacksDropped(TpCallbackSource source, long count) {
                told.add("dropped " + count);
            }

        }));
        closed.set(pool);

        assertThatIllegalStateException().isThrownBy(() -> TpEnvironment.of(pool).trySubmit(() -> told.add("ran")));

        assertThat(ended).isTrue();
        assertThat(pool.isTerminated()).isTrue();
        assertThat(pool.threads()).isZero();
        assertThat(told).containsExactly("queued", "dropped 1");
    }

    private static boolean terminates(TpPool pool) {
        try {
            return pool.awaitTermination(Pools.GENEROUS);
        }
        catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    @Test
    void nothingRunsAfterTheEndWhoeverPosts() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        for (int round = 0; round < 2_000; round++) {
            TpPool pool = TpPool.builder("ending").threadMaximum(2).build();
            TpEnvironment environment = TpEnvironment.of(pool);
            AtomicBoolean over = new AtomicBoolean();
            AtomicBoolean late = new AtomicBoolean();
            accepted.set(0);
            ran.set(0);
            Started<Boolean> poster = this.pools.start(() -> {
                try {
                    while (environment.trySubmit(() -> {
                        late.compareAndSet(false, over.get());
                        ran.incrementAndGet();
                    })) {
                        accepted.incrementAndGet();
                    }
                    return false;
                }
                catch (IllegalStateException ex) {
                    return true;
                }
            });
            pool.close();
            while (round % 2 == 0 && !pool.isTerminated()) {
                // Who only asks must not be in the way.
                Thread.onSpinWait();
            }
            assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
            over.set(true);
            assertThat(poster.get()).isTrue();
            assertThat(late).isFalse();
            assertThat(pool.isTerminated()).isTrue();
            assertThat(ran).hasValue(accepted.get());
        }
    }

    @Test
    void whoeverWantsToKnowIsToldOnceThatAnObjectIsAtItsEnd() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        AtomicInteger told = new AtomicInteger();
        TpWork work = TpEnvironment.of(pool).work(() -> {
        });
        work.whenFreed(() -> {
            throw new AssertionError("another one has taken the place of this one");
        });
        work.whenFreed(told::incrementAndGet);
        work.submit();
        work.close();
        assertThat(told).as("something is queued").hasValue(0);

        gate.open();

        Awaitility.await().until(() -> told.get() > 0);
        work.close();
        assertThat(told).hasValue(1);
        work.whenFreed(told::incrementAndGet);
        assertThat(told).as("said too late").hasValue(2);
    }

    @Test
    void housekeepingGoesOnUntilItIsClosed() throws Exception {
        TpPool pool = this.pools.create();
        AtomicInteger fired = new AtomicInteger();
        TpTimer timer = pool.housekeepingTimer("looks", fired::incrementAndGet);
        timer.set(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO);

        assertThat(pool.disarm()).isZero();

        int before = fired.get();
        Awaitility.await().until(() -> fired.get() > before + 10);
        assertThat(pool.closeObjects()).isEmpty();
        assertThat(timer.isClosed()).isTrue();
        pool.close();
        assertThat(pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void housekeepingIsNotHeldUpByCallbacksOfHighPriority() {
        TpPool pool = this.pools.single();
        AtomicBoolean fired = new AtomicBoolean();
        TpTimer timer = this.pools.closing(pool.housekeepingTimer("looks", () -> fired.set(true)));
        AtomicBoolean over = new AtomicBoolean();
        TpWork busy = this.pools.closing(
                TpEnvironment.builder().pool(pool).priority(TpPriority.HIGH).build().work((instance, context, self) -> {
                    if (!over.get()) {
                        self.submit();
                    }
                }, null));
        busy.submit();
        timer.set(Duration.ofMillis(1));

        try {
            Awaitility.await().untilTrue(fired);
        }
        finally {
            over.set(true);
        }
    }

    @Test
    void whatATimerHasPostedStillRunsAfterIt() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        AtomicInteger fired = new AtomicInteger();
        TpTimer timer = this.pools.closing(TpEnvironment.of(pool).timer(fired::incrementAndGet));
        timer.set(Duration.ZERO, Duration.ofHours(1), Duration.ZERO);

        assertThat(pool.disarm()).isEqualTo(1);
        gate.open();
        timer.waitForCallbacks(false);

        assertThat(fired).hasValue(1);
    }

    @Test
    void dropsWhatIsQueuedOfEveryKindAndPriority() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        AtomicInteger ran = new AtomicInteger();
        TpWork work = this.pools.work(pool, "parse", (instance, context, self) -> ran.incrementAndGet());
        TpCleanupGroup group = TpCleanupGroup.create("members");
        TpEnvironment member = TpEnvironment.of(pool).toBuilder().cleanupGroup(group).priority(TpPriority.HIGH).build();
        for (int i = 0; i < 5; i++) {
            work.submit();
        }
        for (TpPriority priority : TpPriority.values()) {
            TpEnvironment.of(pool).toBuilder().priority(priority).build().trySubmit(ran::incrementAndGet);
        }
        member.trySubmit(ran::incrementAndGet);
        CompletableFuture<Integer> named = TpEnvironment.of(pool).submit("digest", ran::incrementAndGet);

        assertThat(pool.cancelPendingCallbacks())
            .containsExactlyInAnyOrderEntriesOf(Map.of("parse", 5L, "one-shot", 4L, "digest", 1L));

        assertThat(pool.queued()).isZero();
        assertThat(pool.snapshot().dropped()).isEqualTo(10);
        assertThat(named).isCancelled();
        gate.open();
        assertThat(group.closeMembers(false, null).complete()).isTrue();
        work.submit();
        work.waitForCallbacks(false);
        assertThat(ran).as("what was posted afterwards").hasValue(1);
    }

    @Test
    void whatIsDroppedMakesRoomInABoundedQueue() {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).queueCapacity(2));
        Gate gate = this.pools.occupy(pool);
        TpEnvironment environment = TpEnvironment.of(pool);
        assertThat(environment.trySubmit(() -> {
        })).isTrue();
        assertThat(environment.submit(() -> 1)).isNotDone();
        assertThat(environment.trySubmit(() -> {
        })).isFalse();

        pool.cancelPendingCallbacks();

        AtomicBoolean ran = new AtomicBoolean();
        assertThat(environment.trySubmit(() -> ran.set(true))).isTrue();
        gate.open();
        Pools.eventually(ran::get);
    }

    @Test
    void aClosedPoolEndsAfterIt() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        for (int i = 0; i < 100; i++) {
            TpEnvironment.of(pool).trySubmit(gate::pass);
        }
        pool.close();

        assertThat(pool.cancelPendingCallbacks()).containsEntry("one-shot", 100L);
        gate.open();

        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
        assertThat(pool.completed()).isEqualTo(1);
    }

    @Test
    void theHandlerOfADroppedFutureMayPostToWhatWasQueuedAndWaitForIt() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        AtomicInteger ran = new AtomicInteger();
        TpWork other = this.pools.work(pool, ran::incrementAndGet);
        other.submit();
        CompletableFuture<Boolean> waited = TpEnvironment.of(pool).submit(() -> 1).handle((value, failure) -> {
            gate.open();
            other.submit();
            return isQuietInTime(other);
        });

        assertThat(pool.cancelPendingCallbacks()).hasSize(2);

        assertThat(waited).isCompletedWithValue(true);
        assertThat(ran).hasValue(1);
    }

    private static boolean isQuietInTime(TpWork work) {
        try {
            return work.waitForCallbacks(false, Duration.ofSeconds(20));
        }
        catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    @Test
    void aNameThatFailsCostsNoObjectItsPlaceAndNobodyIsLeftUntold() throws Exception {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).exceptionHandler((source, failure) -> reported.add(failure)));
        Gate gate = this.pools.occupy(pool);
        AtomicInteger ran = new AtomicInteger();
        TpWork other = this.pools.work(pool, ran::incrementAndGet);
        other.submit();
        Nameless task = new Nameless();
        TpEnvironment.of(pool).trySubmit(task, null);
        CompletableFuture<Integer> after = TpEnvironment.of(pool).submit("after", () -> 1);
        task.failing = true;

        Map<String, Long> cancelled = pool.cancelPendingCallbacks();

        assertThat(cancelled).hasSize(3).containsEntry("after", 1L).containsEntry("(its name failed)", 1L);
        assertThat(task.cancelled).hasValue(1);
        assertThat(after).isCancelled();
        assertThat(reported).singleElement().isInstanceOf(IllegalStateException.class);
        other.submit();
        gate.open();
        other.waitForCallbacks(false);
        assertThat(ran).hasValue(1);
    }

    @Test
    void aNameThatFailsCostsNoGroupItsMembers() throws Exception {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).exceptionHandler((source, failure) -> reported.add(failure)));
        this.pools.occupy(pool);
        TpCleanupGroup group = TpCleanupGroup.create("members");
        TpEnvironment member = TpEnvironment.of(pool).toBuilder().cleanupGroup(group).build();
        TpWork work = member.work("work", () -> {
        });
        Nameless task = new Nameless();
        member.trySubmit(task, null);
        task.failing = true;

        assertThat(group.snapshot().members()).extracting(TpObjectSnapshot::name)
            .containsExactly("work", "(its name failed)");
        TpCloseReport report = group.closeMembers(true, null);

        assertThat(report.complete()).isTrue();
        assertThat(report.members()).extracting(TpCloseReport.Member::name)
            .containsExactly("work", "(its name failed)");
        assertThat(work.isClosed()).isTrue();
        assertThat(task.cancelled).hasValue(1);
        assertThat(reported).hasSize(2);
        assertThat(group.size()).isZero();
    }

    @Test
    void aNameThatFailsIsLogged() {
        TpPool pool = this.pools.single();
        this.pools.occupy(pool);
        Nameless task = new Nameless();
        TpEnvironment.of(pool).trySubmit(task, null);
        task.failing = true;
        try (LogRecords log = new LogRecords()) {
            pool.cancelPendingCallbacks();

            assertThat(log.messages())
                .containsExactly("callback '(its name failed)' of pool '" + pool.name() + "' failed");
        }
    }

    @Test
    void everyCallbackEitherRunsOrIsDroppedWhileWorkersTakeThem() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(4));
        TpEnvironment environment = TpEnvironment.of(pool);
        LongAdder ran = new LongAdder();
        List<CompletableFuture<?>> futures = new ArrayList<>();
        TpWork work = this.pools.work(pool, ran::increment);
        long posted = 0;
        long dropped = 0;
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < 50; i++) {
                work.submit();
                environment.trySubmit(ran::increment);
                futures.add(environment.submit(() -> {
                    ran.increment();
                    return null;
                }));
                posted += 3;
            }
            dropped += pool.cancelPendingCallbacks().values().stream().mapToLong(Long::longValue).sum();
        }
        work.waitForCallbacks(false);
        pool.close();
        work.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(ran.sum() + dropped).isEqualTo(posted);
        assertThat(futures).allMatch(CompletableFuture::isDone);
        assertThat(pool.snapshot().dropped()).isEqualTo(dropped);
    }

    @Test
    void anObjectThatNobodyClosedKeepsNoThreadOnceThePoolClosesIt() throws Exception {
        TpPool pool = this.pools.create();
        AtomicInteger ran = new AtomicInteger();
        TpWork work = this.pools.work(pool, "forgotten", (instance, context, self) -> ran.incrementAndGet());
        work.submit();
        pool.close();

        assertThat(pool.closeObjects()).containsExactly("forgotten");

        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
        assertThat(ran).hasValue(1);
        assertThat(pool.closeObjects()).isEmpty();
        assertThatIllegalStateException().isThrownBy(work::submit);
    }

    @Test
    void anObjectThatIsClosedWhileItIsCreatedLeavesNoTrace() throws Exception {
        TpPool[] closed = new TpPool[1];
        TpPool pool = this.pools.create((builder) -> builder.threadFactory((worker) -> {
            closed[0].closeObjects();
            return new Thread(worker);
        }));
        closed[0] = pool;
        TpCleanupGroup group = TpCleanupGroup.create("members");
        TpLibrary library = TpLibrary.of("library", () -> {
        });
        TpWork work = TpEnvironment.of(pool)
            .toBuilder()
            .cleanupGroup(group)
            .library(library)
            .build()
            .work("late", () -> {
            });

        assertThat(work.isClosed()).isTrue();
        assertThat(library.references()).isEqualTo(1);
        assertThat(group.size()).isZero();
        assertThat(pool.snapshot().objects()).isEmpty();
    }

    @Test
    @Timeout(60)
    void theMinimumOfAPoolThatHasEndedStartsNoThreads() throws Exception {
        AtomicInteger started = new AtomicInteger();
        TpPool pool = this.pools.create((builder) -> builder.threadFactory((worker) -> {
            started.incrementAndGet();
            return new Thread(worker);
        }));
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(pool.setThreadMinimum(100)).isTrue();
        assertThat(pool.setThreadLimits(200, 300)).isTrue();
        assertThat(pool.threadMinimum()).isEqualTo(200);
        assertThat(started).hasValue(0);
    }

    /**
     * A task that may fail to say its name.
     */
    private static final class Nameless implements TpTask<Object> {

        private final AtomicInteger cancelled = new AtomicInteger();

        private volatile boolean failing;

        @Override
        public String name() {
            if (this.failing) {
                throw new IllegalStateException("no name");
            }
            return "task";
        }

        @Override
        public void run(TpCallbackInstance instance, Object context) {
        }

        @Override
        public void completed(Throwable failure) {
        }

        @Override
        public void cancelled() {
            this.cancelled.incrementAndGet();
        }

    }

}
