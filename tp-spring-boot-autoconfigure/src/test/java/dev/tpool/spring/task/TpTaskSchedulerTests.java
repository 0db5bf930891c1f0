package dev.tpool.spring.task;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCallbackSource;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpObjectKind;
import dev.tpool.TpPool;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.CronTrigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link TpTaskScheduler}.
 */
class TpTaskSchedulerTests {

    private final TpPool pool = TpPool.builder("view").threadMaximum(4).build();

    private final TpTaskScheduler scheduler = new TpTaskScheduler("clock", TpEnvironment.of(this.pool));

    private final BlockingQueue<Long> runs = new LinkedBlockingQueue<>();

    @AfterEach
    void endThePool() throws Exception {
        this.scheduler.close();
        this.pool.close();
        // Nothing that was scheduled is left in it.
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).as(this.pool.snapshot().toString()).isTrue();
    }

    @Test
    void aTaskRunsOnceAtItsTimeAsACallbackOfATimer() throws Exception {
        CompletableFuture<TpCallbackSource> source = new CompletableFuture<>();
        Instant due = Instant.now().plusMillis(50);

        ScheduledFuture<?> future = this.scheduler.schedule(() -> {
            source.complete(TpCallbackInstance.current().source());
        }, due);
        future.get(60, TimeUnit.SECONDS);

        assertThat(Instant.now()).isAfterOrEqualTo(due);
        assertThat(source.get().kind()).isEqualTo(TpObjectKind.TIMER);
        assertThat(source.get().name()).isEqualTo("clock");
        assertThat(future.isDone()).isTrue();
        assertThat(future.isCancelled()).isFalse();
    }

    @Test
    void aTaskWhoseTimeHasPassedRunsAtOnce() throws Exception {
        this.scheduler.schedule(this::run, Instant.now().minusSeconds(10)).get(60, TimeUnit.SECONDS);

        assertThat(this.runs).hasSize(1);
    }

    @Test
    void noThreadIsHeldUntilATaskIsDue() {
        ScheduledFuture<?> future = this.scheduler.schedule(this::run, Instant.now().plusSeconds(3600));

        assertThat(this.pool.snapshot().running()).isZero();
        assertThat(this.pool.queued()).isZero();
        assertThat(future.getDelay(TimeUnit.SECONDS)).isBetween(3500L, 3600L);
        assertThat(future.compareTo(this.scheduler.schedule(this::run, Instant.now().plusSeconds(9999)))).isNegative();
    }

    @Test
    void aCancelledTaskDoesNotRun() throws Exception {
        ScheduledFuture<?> future = this.scheduler.schedule(this::run, Instant.now().plusSeconds(3600));

        assertThat(future.cancel(false)).isTrue();

        assertThat(future.isCancelled()).isTrue();
        assertThat(this.pool.snapshot().objects()).isEmpty();
    }

    @Test
    void aFixedRateGoesFromBeginningToBeginning() throws Exception {
        long started = System.nanoTime();
        ScheduledFuture<?> future = this.scheduler.scheduleAtFixedRate(this::run, Duration.ofMillis(20));

        List<Long> times = runs(4);

        future.cancel(false);
        for (int i = 0; i < 4; i++) {
            assertThat(times.get(i) - started).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20L * i));
        }
    }

    @Test
    void aFixedRateThatIsLateCatchesUpWithoutOverlap() throws Exception {
        AtomicInteger atATime = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        long started = System.nanoTime();
        ScheduledFuture<?> future = this.scheduler.scheduleAtFixedRate(() -> {
            most.accumulateAndGet(atATime.incrementAndGet(), Math::max);
            first.countDown();
            await(gate);
            run();
            atATime.decrementAndGet();
        }, Duration.ofMillis(10));
        first.await();
        Awaitility.await()
            .pollInterval(Duration.ofMillis(1))
            .until(() -> System.nanoTime() - started > TimeUnit.MILLISECONDS.toNanos(100));

        gate.countDown();

        List<Long> times = runs(8);
        future.cancel(false);
        assertThat(most).hasValue(1);
        // Those that were missed do not wait for a period each.
        assertThat(times.get(0) - started).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void aFixedDelayGoesFromEndToBeginning() throws Exception {
        List<Long> ends = new ArrayList<>();
        ScheduledFuture<?> future = this.scheduler.scheduleWithFixedDelay(() -> {
            run();
            ends.add(System.nanoTime());
        }, Instant.now().plusMillis(10), Duration.ofMillis(20));

        List<Long> times = runs(3);

        future.cancel(false);
        assertThat(times.get(1) - ends.get(0)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
        assertThat(times.get(2) - ends.get(1)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
    }

    @Test
    void aTriggerSaysWhenAndWhenItIsOver() throws Exception {
        List<Instant> completions = new ArrayList<>();
        Trigger threeTimes = (context) -> {
            Instant completion = context.lastCompletion();
            if (completion != null) {
                completions.add(completion);
                assertThat(context.lastActualExecution()).isAfterOrEqualTo(context.lastScheduledExecution());
            }
            return (completions.size() < 3) ? context.getClock().instant().plusMillis(5) : null;
        };

        ScheduledFuture<?> future = this.scheduler.schedule(this::run, threeTimes);

        future.get(60, TimeUnit.SECONDS);
        assertThat(this.runs).hasSize(3);
        assertThat(future.isCancelled()).isFalse();
    }

    @Test
    void aTriggerThatNeverFiresHasNoFuture() {
        assertThat((Object) this.scheduler.schedule(this::run, (Trigger) (context) -> null)).isNull();
    }

    @Test
    void aCronExpressionFiresEachSecond() throws Exception {
        ScheduledFuture<?> future = this.scheduler.schedule(this::run, new CronTrigger("* * * * * *"));

        List<Long> times = runs(2);

        future.cancel(false);
        // One may be late, so the time between them says little; but there are two.
        assertThat(times).hasSize(2).isSorted();
    }

    @Test
    void instantsAreThoseOfTheClock() throws Exception {
        Instant then = Instant.parse("2001-01-01T00:00:00Z");
        this.scheduler.setClock(Clock.fixed(then, ZoneOffset.UTC));

        assertThat(this.scheduler.getClock().instant()).isEqualTo(then);
        long started = System.nanoTime();
        this.scheduler.schedule(this::run, then.plusMillis(50)).get(60, TimeUnit.SECONDS);

        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(this.scheduler.schedule(this::run, then.plusSeconds(100)).getDelay(TimeUnit.SECONDS)).isEqualTo(100);
    }

    @Test
    void aTaskThatRepeatsGoesOnAfterAFailure() throws Exception {
        List<Throwable> handled = new ArrayList<>();
        this.scheduler.setErrorHandler(handled::add);

        ScheduledFuture<?> future = this.scheduler.scheduleAtFixedRate(() -> {
            run();
            throw new IllegalArgumentException("failure");
        }, Duration.ofMillis(1));

        runs(3);
        future.cancel(false);
        assertThat(handled).hasSizeGreaterThanOrEqualTo(2).allMatch(IllegalArgumentException.class::isInstance);
    }

    @Test
    void aFailureThatTheHandlerThrowsOnEndsTheTask() {
        this.scheduler.setErrorHandler((failure) -> {
            throw new IllegalStateException(failure);
        });

        ScheduledFuture<?> future = this.scheduler.scheduleAtFixedRate(() -> {
            run();
            throw new IllegalArgumentException("failure");
        }, Duration.ofMillis(1));

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(60, TimeUnit.SECONDS))
            .havingRootCause()
            .withMessage("failure");
        assertThat(this.runs).hasSize(1);
    }

    @Test
    void aTaskThatRunsOnceTellsItsFailure() {
        ScheduledFuture<?> future = this.scheduler.schedule(() -> {
            throw new IllegalArgumentException("failure");
        }, Instant.now());

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(60, TimeUnit.SECONDS))
            .withCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTaskMayCancelItself() throws Exception {
        CompletableFuture<ScheduledFuture<?>> self = new CompletableFuture<>();
        ScheduledFuture<?> future = this.scheduler.scheduleAtFixedRate(() -> {
            run();
            self.join().cancel(false);
        }, Duration.ofMillis(1));
        self.complete(future);

        runs(1);
        Awaitility.await().until(future::isCancelled);
        Awaitility.await().until(() -> this.pool.snapshot().objects().isEmpty());
        assertThat(this.runs).isEmpty();
    }

    @Test
    void closingCancelsWhatIsScheduledAndLeavesThePoolAlone() throws Exception {
        ScheduledFuture<?> once = this.scheduler.schedule(this::run, Instant.now().plusSeconds(3600));
        ScheduledFuture<?> often = this.scheduler.scheduleAtFixedRate(this::run, Duration.ofHours(1));
        runs(1);

        this.scheduler.close();
        this.scheduler.close();

        assertThat(once.isCancelled()).isTrue();
        assertThat(often.isCancelled()).isTrue();
        assertThatExceptionOfType(TaskRejectedException.class)
            .isThrownBy(() -> this.scheduler.schedule(this::run, Instant.now()))
            .withMessageContaining("task scheduler 'clock'");
        assertThat(this.pool.isClosed()).isFalse();
        Awaitility.await().until(() -> this.pool.snapshot().objects().isEmpty());
    }

    @Test
    void theCloseOfTheGroupCancelsWhatIsScheduled() throws Exception {
        for (boolean cancelPending : new boolean[] { true, false }) {
            TpCleanupGroup group = TpCleanupGroup.create("group");
            TpTaskScheduler member = new TpTaskScheduler("member",
                    TpEnvironment.builder().pool(this.pool).cleanupGroup(group).build());
            ScheduledFuture<?> once = member.schedule(this::run, Instant.now().plusSeconds(3600));
            ScheduledFuture<?> often = member.scheduleAtFixedRate(this::run, Duration.ofHours(1));
            runs(1);

            group.closeMembers(cancelPending, null);

            assertThat(once.isCancelled()).isTrue();
            assertThat(often.isCancelled()).isTrue();
            assertThat(group.size()).isZero();
        }
    }

    @Test
    void theCloseOfTheGroupLetsATaskThatRunsComeToItsEnd() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpTaskScheduler member = new TpTaskScheduler("member",
                TpEnvironment.builder().pool(this.pool).cleanupGroup(group).build());
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        ScheduledFuture<?> once = member.schedule(() -> {
            started.countDown();
            try {
                gate.await();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }, Instant.now());
        started.await();
        assertThat(group.closeMembers(true, null, Duration.ZERO).complete()).isFalse();
        assertThat(once.isDone()).isFalse();
        gate.countDown();

        group.closeMembers(true, null);

        assertThat(once.isDone()).isTrue();
        assertThat(once.isCancelled()).isFalse();
    }

    @Test
    void aClosedPoolRejects() {
        this.pool.close();

        assertThatExceptionOfType(TaskRejectedException.class)
            .isThrownBy(() -> this.scheduler.scheduleAtFixedRate(this::run, Duration.ofHours(1)))
            .withMessageContaining("closed");
    }

    @Test
    void anIntervalThatIsNotLongerThanZeroIsRefused() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.scheduler.scheduleAtFixedRate(this::run, Duration.ZERO))
            .withMessageContaining("must be longer than zero");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.scheduler.scheduleWithFixedDelay(this::run, Duration.ofMillis(-1)));
    }

    @Test
    void longLivedTasksRunWithTheHint() throws Exception {
        CompletableFuture<Boolean> hinted = new CompletableFuture<>();
        ScheduledFuture<?> future = this.scheduler.schedule(new SchedulingAwareRunnable() {

            @Override
            public boolean isLongLived() {
                return true;
            }

            @Override
            public void run() {
                hinted.complete(TpCallbackInstance.current().source().environment().runsLong());
            }

        }, Instant.now());

        future.get(60, TimeUnit.SECONDS);
        assertThat(hinted).isCompletedWithValue(true);
    }

    @Test
    void eachRunHasTheContextOfTheThreadThatScheduled() throws Exception {
        ThreadLocal<String> user = new ThreadLocal<>();
        TpTaskScheduler capturing = new TpTaskScheduler("clock",
                TpEnvironment.builder().pool(this.pool).contextCapture(() -> {
                    String captured = user.get();
                    return () -> {
                        user.set(captured);
                        return user::remove;
                    };
                }).build());
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        user.set("anna");
        ScheduledFuture<?> future = capturing.scheduleAtFixedRate(() -> {
            seen.add(String.valueOf(user.get()));
            user.set("left behind");
        }, Duration.ofMillis(1));
        user.remove();

        for (int i = 0; i < 3; i++) {
            assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo("anna");
        }
        future.cancel(false);
        capturing.close();
    }

    @Test
    void aTaskThatCannotBeArmedLeavesNothingBehind() {
        this.scheduler.setClock(new Clock() {

            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                throw new IllegalStateException("no time");
            }

        });

        assertThatExceptionOfType(TaskRejectedException.class)
            .isThrownBy(() -> this.scheduler.schedule(this::run, Instant.now().plusSeconds(60)))
            .withMessageContaining("no time");
        assertThat(this.pool.snapshot().objects()).isEmpty();
    }

    @Test
    void aContextThatFailsEndsTheTaskAndTellsItsFuture() {
        List<Throwable> handled = new CopyOnWriteArrayList<>();
        TpEnvironment environment = TpEnvironment.builder()
            .pool(this.pool)
            .exceptionHandler((source, failure) -> handled.add(failure))
            .build();
        IllegalStateException broken = new IllegalStateException("broken");
        TpTaskScheduler opening = new TpTaskScheduler("opening", environment.toBuilder().contextCapture(() -> () -> {
            throw broken;
        }).build());
        TpTaskScheduler closing = new TpTaskScheduler("closing",
                environment.toBuilder().contextCapture(() -> () -> () -> {
                    throw broken;
                }).build());

        ScheduledFuture<?> first = opening.scheduleAtFixedRate(this::run, Duration.ofMillis(1));
        ScheduledFuture<?> second = closing.scheduleAtFixedRate(this::run, Duration.ofMillis(1));

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> first.get(60, TimeUnit.SECONDS))
            .withCause(broken);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> second.get(60, TimeUnit.SECONDS))
            .withCause(broken);
        Awaitility.await().until(() -> handled.size() == 2);
        assertThat(this.runs).hasSize(1);
    }

    @Test
    void aTriggerThatFailsForGoodEndsTheTaskAndTellsItsFuture() {
        AssertionError broken = new AssertionError("broken");
        AtomicInteger asked = new AtomicInteger();
        List<Throwable> handled = new CopyOnWriteArrayList<>();
        TpTaskScheduler failing = new TpTaskScheduler("failing",
                TpEnvironment.builder()
                    .pool(this.pool)
                    .exceptionHandler((source, failure) -> handled.add(failure))
                    .build());
        ScheduledFuture<?> future = failing.schedule(this::run, (context) -> {
            if (asked.incrementAndGet() > 1) {
                throw broken;
            }
            return Instant.now();
        });

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(60, TimeUnit.SECONDS))
            .withCause(broken);
        Awaitility.await().until(() -> handled.size() == 1);
        assertThat(handled).containsExactly(broken);
    }

    @Test
    void aDecoratorIsAroundEachRun() throws Exception {
        AtomicInteger decorated = new AtomicInteger();
        this.scheduler.setTaskDecorator((task) -> () -> {
            decorated.incrementAndGet();
            task.run();
        });

        this.scheduler.schedule(this::run, Instant.now()).get(60, TimeUnit.SECONDS);

        assertThat(decorated).hasValue(1);
    }

    private void run() {
        this.runs.add(System.nanoTime());
    }

    private List<Long> runs(int count) throws InterruptedException {
        List<Long> times = new ArrayList<>();
        while (times.size() < count) {
            Long next = this.runs.poll(60, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            times.add(next);
        }
        return times;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

}
