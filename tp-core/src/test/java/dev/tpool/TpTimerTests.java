package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Timers, on time that the test moves where not said otherwise.
 */
class TpTimerTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final Duration MILLI = Duration.ofMillis(1);

    private static final Duration NONE = Duration.ZERO;

    private final ManualTime time = new ManualTime();

    private final Clock clock = new Clock(this.time);

    private final TpPool pool = TpPool.builder("timers").clock(this.clock).threadMaximum(1).build();

    private final TpEnvironment environment = TpEnvironment.of(this.pool);

    private final AtomicInteger runs = new AtomicInteger();

    private final TpTimer timer = this.environment.timer(this.runs::incrementAndGet);

    private final CountDownLatch workerIsFree = new CountDownLatch(1);

    @AfterEach
    void thePoolEndsClean() throws Exception {
        this.workerIsFree.countDown();
        this.timer.close();
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
        assertThat(this.clock.serve()).as("nothing is left armed").isEqualTo(Long.MAX_VALUE);
        this.time.close();
    }

    @Test
    void isNotSetAtFirst() throws Exception {
        pass(SECOND);

        assertThat(this.timer.isSet()).isFalse();
        assertRuns(0);
    }

    @Test
    void firesOnceAfterItsDelayAndNotBefore() throws Exception {
        this.timer.set(SECOND);

        pass(SECOND.minusNanos(1));
        assertRuns(0);

        pass(MILLI);
        assertRuns(1);

        pass(Duration.ofDays(1));
        assertRuns(1);
    }

    @Test
    void zeroPostsBeforeTheSetterReturns() throws Exception {
        occupyTheWorker();

        this.timer.set(NONE);

        assertThat(this.timer.pending()).isOne();
        this.workerIsFree.countDown();
        assertRuns(1);
        pass(Duration.ofDays(1));
        assertRuns(1);
    }

    @Test
    void zeroWithAPeriodGoesOnOnePeriodFromNow() throws Exception {
        this.timer.set(NONE, SECOND, NONE);
        assertRuns(1);

        pass(SECOND.minusNanos(1));
        assertRuns(1);
        pass(MILLI);
        assertRuns(2);
        pass(SECOND);
        assertRuns(3);
        this.timer.unset();
    }

    @Test
    void firesAtAMomentOnTheWallClock() throws Exception {
        this.timer.set(ManualTime.START.plusSeconds(10));

        this.time.sleep(Duration.ofSeconds(5));
        pass(Duration.ofSeconds(5).minusNanos(1));
        assertRuns(0);

        pass(MILLI);
        assertRuns(1);
    }

    @Test
    void aMomentThatHasPassedPostsBeforeTheSetterReturns() throws Exception {
        occupyTheWorker();

        this.timer.set(ManualTime.START);
        this.timer.set(ManualTime.START.minusSeconds(1));
        this.timer.set(Instant.EPOCH);
        this.timer.set(Instant.MIN);

        assertThat(this.timer.pending()).isEqualTo(4);
        assertThat(this.timer.isSet()).isTrue();
        this.workerIsFree.countDown();
        assertRuns(4);
    }

    @Test
    void farAwayIsNeverReached() throws Exception {
        this.timer.set(Instant.MAX, Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE));
        pass(Duration.ofDays(365));
        assertRuns(0);

        assertThat(this.timer.set(Duration.ofSeconds(Long.MAX_VALUE), NONE, NONE)).isTrue();
        pass(Duration.ofDays(365));
        assertRuns(0);

        assertThat(this.timer.unset()).isTrue();
    }

    @Test
    void aNewSettingReplacesTheWholeOldOne() throws Exception {
        this.timer.set(SECOND, SECOND, SECOND);

        this.timer.set(Duration.ofSeconds(5));
        pass(Duration.ofSeconds(4));
        assertRuns(0);
        pass(SECOND.plus(MILLI));
        assertRuns(1);

        pass(Duration.ofDays(1));
        assertRuns(1);
    }

    @Test
    void aRelativeSettingReplacesAnAbsoluteOneAndTheOtherWayRound() throws Exception {
        this.timer.set(ManualTime.START.plusSeconds(1));
        this.timer.set(Duration.ofSeconds(3));
        pass(Duration.ofSeconds(2));
        this.timer.set(ManualTime.START.plusSeconds(10));
        pass(Duration.ofSeconds(7));
        assertRuns(0);

        pass(SECOND.plus(MILLI));
        assertRuns(1);
    }

    @Test
    void whatAnEarlierSettingHasQueuedStillRuns() throws Exception {
        occupyTheWorker();
        this.timer.set(NONE);
        this.timer.set(SECOND);
        pass(SECOND.plus(MILLI));
        this.timer.set(Duration.ofSeconds(7));
        this.timer.unset();

        assertThat(this.timer.pending()).isEqualTo(2);
        this.workerIsFree.countDown();
        assertRuns(2);
    }

    @Test
    void firesAtAFixedRateWheneverItIsServed() throws Exception {
        this.timer.set(SECOND, SECOND, NONE);

        // Served half a period late each time but the last.
        pass(Duration.ofMillis(1500));
        assertRuns(1);
        pass(SECOND);
        assertRuns(2);
        pass(SECOND);
        assertRuns(3);
        pass(Duration.ofMillis(501));
        assertRuns(4);
        pass(Duration.ofMillis(998));
        assertRuns(4);
        pass(Duration.ofMillis(2));
        assertRuns(5);
        this.timer.unset();
    }

    @Test
    void doesNotDrift() throws Exception {
        Duration period = Duration.ofNanos(12_345_678);
        this.timer.set(period, period, NONE);

        for (int i = 0; i < 1000; i++) {
            this.time.pass(Duration.ofNanos(this.clock.serve()));
            this.clock.serve();
        }

        long elapsed = Duration.between(ManualTime.START, this.time.instant()).toNanos();
        this.timer.waitForCallbacks(false);
        assertThat((long) this.runs.get()).isEqualTo(elapsed / period.toNanos());
        this.timer.unset();
    }

    @Test
    void aBacklogOfPeriodsGivesOnePromptCallbackMore() throws Exception {
        this.timer.set(SECOND, SECOND, NONE);

        pass(Duration.ofMillis(7500));
        assertRuns(1);
        pass(MILLI);
        assertRuns(2);

        // The rate goes on from there.
        pass(Duration.ofMillis(998));
        assertRuns(2);
        pass(Duration.ofMillis(2));
        assertRuns(3);
        this.timer.unset();
    }

    @Test
    void afterAnAbsoluteExpiryThePeriodRunsOnTheMonotonicClockFromTheMomentOfService() throws Exception {
        this.timer.set(ManualTime.START.plusSeconds(1), SECOND, NONE);
        pass(Duration.ofMillis(1700));
        assertRuns(1);

        this.time.sleep(Duration.ofHours(5));
        pass(Duration.ofMillis(999));
        assertRuns(1);
        pass(MILLI.multipliedBy(2));
        assertRuns(2);
        this.time.sleep(Duration.ofHours(-9));
        pass(SECOND);
        assertRuns(3);
        this.timer.unset();
    }

    @Test
    void everyExpiryOfAPeriodHasItsWindow() throws Exception {
        Duration window = Duration.ofMillis(300);
        long earliest = Long.MAX_VALUE;
        long latest = Long.MIN_VALUE;
        this.timer.set(SECOND, SECOND, window);
        for (int i = 1; i <= 50; i++) {
            while (this.runs.get() < i) {
                this.time.pass(Duration.ofNanos(this.clock.serve()));
                this.clock.serve();
                this.timer.waitForCallbacks(false);
            }
            long late = Duration.between(ManualTime.START.plusSeconds(i), this.time.instant()).toNanos();
            earliest = Math.min(earliest, late);
            latest = Math.max(latest, late);
        }
        this.timer.unset();

        assertThat(earliest).isGreaterThanOrEqualTo(0);
        assertThat(latest).isLessThanOrEqualTo(window.plus(MILLI).toNanos());
    }

    @Test
    void aWindowLongerThanThePeriodLosesNoExpiry() throws Exception {
        this.timer.set(Duration.ofMillis(10), Duration.ofMillis(10), SECOND);

        for (int i = 0; i < 1000; i++) {
            pass(MILLI);
        }

        this.timer.waitForCallbacks(false);
        assertThat(this.runs.get()).isBetween(98, 100);
        this.timer.unset();
    }

    @Test
    void aSetterSaysWhetherItTookAnExpiryBack() throws Exception {
        assertThat(this.timer.set(SECOND)).as("never set").isFalse();
        assertThat(this.timer.set(SECOND)).as("armed").isTrue();
        assertThat(this.timer.set(ManualTime.START.plusSeconds(9))).as("armed").isTrue();
        assertThat(this.timer.set(NONE)).as("armed by the wall clock").isTrue();
        assertThat(this.timer.set(SECOND)).as("fired at once").isFalse();
        assertThat(this.timer.unset()).as("armed").isTrue();
        assertThat(this.timer.unset()).as("unset").isFalse();
        assertThat(this.timer.set(SECOND)).as("unset").isFalse();
        pass(SECOND.plus(MILLI));
        assertThat(this.timer.isSet()).isTrue();
        assertThat(this.timer.set(SECOND)).as("fired").isFalse();
        pass(SECOND.plus(MILLI));
        assertThat(this.timer.unset()).as("fired").isFalse();
        this.timer.set(NONE, SECOND, NONE);
        assertThat(this.timer.set(SECOND, SECOND, NONE)).as("periodic").isTrue();
        pass(SECOND.plus(MILLI));
        assertThat(this.timer.set(Instant.MIN)).as("periodic that has fired").isTrue();
        assertThat(this.timer.unset()).as("fired at once").isFalse();
    }

    @Test
    void isSetSaysWhatTheLastSetterSaid() throws Exception {
        assertThat(this.timer.isSet()).isFalse();
        this.timer.set(SECOND);
        assertThat(this.timer.isSet()).isTrue();
        pass(SECOND.plus(MILLI));
        assertRuns(1);
        assertThat(this.timer.isSet()).as("after it has fired").isTrue();
        this.timer.unset();
        assertThat(this.timer.isSet()).isFalse();
        this.timer.set(NONE);
        assertThat(this.timer.isSet()).as("after it was set to zero").isTrue();
        this.timer.unset();
        this.timer.set(Instant.MIN);
        assertThat(this.timer.isSet()).as("after it was set to the past").isTrue();
    }

    @Test
    void aWaitDoesNotWaitForAnExpiryToCome() throws Exception {
        this.timer.set(SECOND, SECOND, NONE);

        this.timer.waitForCallbacks(false);
        this.timer.waitForCallbacks(true);

        assertThat(this.runs).hasValue(0);
        pass(SECOND.plus(MILLI));
        assertRuns(1);
        this.timer.unset();
    }

    @Test
    void aWaitWaitsForWhatIsQueuedAndRunning() throws Exception {
        occupyTheWorker();
        this.timer.set(NONE);

        assertThat(this.timer.waitForCallbacks(false, MILLI)).isFalse();
        this.workerIsFree.countDown();

        assertThat(this.timer.waitForCallbacks(false, Duration.ofMinutes(1))).isTrue();
        assertThat(this.runs).hasValue(1);
    }

    @Test
    void cancellingDropsWhatIsQueuedAndLeavesItArmed() throws Exception {
        occupyTheWorker();
        this.timer.set(NONE, SECOND, NONE);
        pass(SECOND.plus(MILLI));
        assertThat(this.timer.pending()).isEqualTo(2);

        this.timer.waitForCallbacks(true);
        assertThat(this.timer.pending()).isZero();
        pass(SECOND);
        assertThat(this.timer.pending()).isOne();
        this.workerIsFree.countDown();

        assertRuns(1);
        this.timer.unset();
    }

    @Test
    void eachExpiryPostsOneCallbackHoweverSlowTheyAre() throws Exception {
        occupyTheWorker();
        this.timer.set(MILLI, MILLI, NONE);

        for (int i = 0; i < 20; i++) {
            pass(MILLI);
        }
        pass(MILLI.dividedBy(2));
        this.timer.unset();

        assertThat(this.timer.pending()).isEqualTo(20);
        this.workerIsFree.countDown();
        assertRuns(20);
    }

    @Test
    void slowCallbacksOverlap() throws Exception {
        TpPool wide = TpPool.builder("wide").clock(this.clock).threadMaximum(4).build();
        CyclicBarrier together = new CyclicBarrier(3);
        AtomicInteger met = new AtomicInteger();
        TpTimer slow = TpEnvironment.of(wide).timer((instance, context, self) -> {
            together.await(60, TimeUnit.SECONDS);
            met.incrementAndGet();
        }, null);

        slow.set(SECOND, SECOND, NONE);
        pass(SECOND);
        pass(SECOND);
        pass(SECOND);
        pass(MILLI);
        slow.unset();
        slow.waitForCallbacks(false);

        assertThat(met).hasValue(3);
        slow.close();
        wide.close();
    }

    @Test
    void timersFireInTheOrderOfTheirDueTimes() throws Exception {
        List<Integer> order = new ArrayList<>();
        List<TpTimer> timers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            int number = i;
            timers.add(this.environment.timer(() -> order.add(number)));
        }

        // Ten of each due time, the last ones first.
        for (int i = 0; i < 30; i++) {
            timers.get(i).set(Duration.ofSeconds(3 - i / 10));
        }
        pass(Duration.ofSeconds(4));
        for (TpTimer each : timers) {
            each.waitForCallbacks(false);
            each.close();
        }

        assertThat(order).hasSize(30);
        for (int i = 0; i < 30; i++) {
            assertThat(order.get(i)).isEqualTo((2 - i / 10) * 10 + i % 10);
        }
    }

    @Test
    void theCallbackGetsItsContextAndItsTimer() throws Exception {
        ConcurrentLinkedQueue<Object> seen = new ConcurrentLinkedQueue<>();
        Object context = new Object();
        TpTimer other = this.environment.timer("named", (instance, own, self) -> {
            seen.add(own);
            seen.add(self);
            seen.add(instance == TpCallbackInstance.current());
        }, context);

        other.set(NONE);
        other.waitForCallbacks(false);
        other.close();

        assertThat(seen).containsExactly(context, other, true);
        assertThat(other.name()).isEqualTo("named");
        assertThat(other.kind()).isEqualTo(TpObjectKind.TIMER);
    }

    @Test
    void aTimerMaySetItselfAgainFromItsCallback() throws Exception {
        AtomicInteger left = new AtomicInteger(3);
        TpTimer again = this.environment.timer((instance, context, self) -> {
            if (left.decrementAndGet() > 0) {
                self.set(SECOND);
            }
        }, null);

        again.set(SECOND);
        for (int i = 0; i < 10; i++) {
            pass(SECOND.plus(MILLI));
            again.waitForCallbacks(false);
        }
        again.close();

        assertThat(left).hasValue(0);
    }

    @Test
    void aPeriodicTimerMayStopItselfFromItsCallback() throws Exception {
        TpTimer stops = this.environment.timer((instance, context, self) -> {
            if (this.runs.incrementAndGet() == 2) {
                assertThat(self.unset()).isTrue();
            }
        }, null);

        stops.set(SECOND, SECOND, NONE);
        for (int i = 0; i < 10; i++) {
            pass(SECOND.plus(MILLI));
            stops.waitForCallbacks(false);
        }
        stops.close();

        assertThat(this.runs).hasValue(2);
    }

    @Test
    void closingDisarmsAtOnce() throws Exception {
        this.timer.set(SECOND, SECOND, NONE);
        this.timer.close();

        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        pass(Duration.ofDays(1));

        assertThat(this.pool.snapshot().completed()).isZero();
    }

    @Test
    void whatIsQueuedRunsAfterTheClose() throws Exception {
        occupyTheWorker();
        this.timer.set(NONE, SECOND, NONE);
        this.timer.close();
        this.workerIsFree.countDown();

        await().untilAtomic(this.runs, (value) -> assertThat(value).isOne());
    }

    @Test
    void aClosedTimerCannotBeUsed() {
        this.timer.set(SECOND);
        this.timer.close();

        assertThatIllegalStateException().isThrownBy(() -> this.timer.set(SECOND));
        assertThatIllegalStateException().isThrownBy(() -> this.timer.set(NONE));
        assertThatIllegalStateException().isThrownBy(() -> this.timer.set(Instant.MIN));
        assertThatIllegalStateException().isThrownBy(() -> this.timer.set(Instant.MAX));
        assertThatIllegalStateException().isThrownBy(this.timer::unset);
        assertThatIllegalStateException().isThrownBy(() -> this.timer.waitForCallbacks(true));
        this.timer.close();
    }

    @Test
    void aTimerMayCloseItselfFromItsCallback() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        TpTimer own = this.environment.timer((instance, context, self) -> {
            self.close();
            assertThatIllegalStateException().isThrownBy(() -> self.set(NONE));
            closed.countDown();
        }, null);

        own.set(NONE, SECOND, NONE);

        assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
        await().until(own::isFreed);
    }

    @Test
    void anArmedTimerKeepsAClosedPoolAtWork() throws Exception {
        this.timer.set(SECOND, SECOND, NONE);
        this.pool.close();

        pass(SECOND.plus(MILLI));
        assertRuns(1);
        pass(SECOND);
        assertRuns(2);

        assertThat(this.pool.isTerminated()).isFalse();
        this.timer.set(NONE);
        assertRuns(3);
    }

    @Test
    void timesMustNotBeNegative() {
        Duration negative = Duration.ofNanos(-1);

        assertThatIllegalArgumentException().isThrownBy(() -> this.timer.set(negative)).withMessageContaining("delay");
        assertThatIllegalArgumentException().isThrownBy(() -> this.timer.set(NONE, negative, NONE))
            .withMessageContaining("period");
        assertThatIllegalArgumentException().isThrownBy(() -> this.timer.set(Instant.MIN, NONE, negative))
            .withMessageContaining("window");
        assertThat(this.timer.isSet()).isFalse();
        assertThat(this.timer.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void theCloseOfTheGroupDisarmsAtOnce(boolean cancelPending) throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpTimer member = memberOf(group, (instance, context, self) -> this.runs.incrementAndGet());
        TpTimer absolute = memberOf(group, (instance, context, self) -> this.runs.incrementAndGet());
        member.set(SECOND, SECOND, NONE);
        absolute.set(ManualTime.START.plusSeconds(1));
        occupyTheWorker();
        TpWork busy = this.environment.toBuilder().cleanupGroup(group).build().work(() -> {
        });
        busy.submit();

        assertThat(group.closeMembers(false, null, NONE).members()).hasSize(3);
        pass(Duration.ofDays(1));

        assertThat(member.pending() + absolute.pending()).isZero();
        this.workerIsFree.countDown();
        group.closeMembers(cancelPending, null);
        assertRuns(0);
        assertThatIllegalStateException().isThrownBy(() -> member.set(SECOND));
        assertThatIllegalStateException().isThrownBy(member::unset);
        group.close();
    }

    @Test
    void theCloseOfTheGroupLetsRunWhatIsQueuedOrDropsIt() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        List<Object> cancelled = new ArrayList<>();
        TpEnvironment inGroup = this.environment.toBuilder()
            .cleanupGroup(group, (context, cleanupContext) -> cancelled.add(context))
            .build();
        TpTimer idle = inGroup.timer((instance, context, self) -> this.runs.incrementAndGet(), "idle");
        TpTimer queued = inGroup.timer((instance, context, self) -> this.runs.incrementAndGet(), "queued");
        occupyTheWorker();
        queued.set(NONE, SECOND, NONE);

        TpCloseReport report = group.closeMembers(true, null);
        this.workerIsFree.countDown();

        assertThat(cancelled).containsExactly("idle", "queued");
        assertThat(report.members()).extracting(TpCloseReport.Member::dropped).containsExactly(0L, 1L);
        assertRuns(0);
        assertThat(idle.isClosed()).isTrue();

        TpTimer next = inGroup.timer((instance, context, self) -> this.runs.incrementAndGet(), "next");
        next.set(NONE);
        group.closeMembers(false, null);
        assertRuns(1);
        assertThat(cancelled).hasSize(2);
    }

    @Test
    void aTimerThatSetsItselfWhileItsGroupIsClosedIsNotDisturbed() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean closing = new AtomicBoolean();
        AtomicBoolean failed = new AtomicBoolean();
        TpTimer member = memberOf(group, (instance, context, self) -> {
            running.countDown();
            await().untilTrue(closing);
            try {
                failed.compareAndSet(false, self.set(SECOND) || self.set(NONE) || self.set(Instant.MIN)
                        || self.set(ManualTime.START.plusSeconds(1)));
            }
            catch (IllegalStateException ex) {
                failed.set(true);
            }
            this.runs.incrementAndGet();
        });
        member.set(NONE, SECOND, NONE);
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
        Thread closer = new Thread(() -> {
            try {
                group.closeMembers(false, null);
            }
            catch (InterruptedException ex) {
                failed.set(true);
            }
        });

        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        closing.set(true);
        closer.join(60_000);

        assertThat(closer.isAlive()).isFalse();
        assertThat(failed).isFalse();
        pass(Duration.ofDays(1));
        assertRuns(1);
        assertThatIllegalStateException().isThrownBy(() -> member.set(NONE));
    }

    @Test
    void aTimerWhoseGroupGaveUpItsCloseCanBeSetAgain() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpTimer member = memberOf(group, (instance, context, self) -> this.runs.incrementAndGet());
        occupyTheWorker();
        member.set(NONE);

        assertThat(group.closeMembers(false, null, NONE).members()).hasSize(1);
        assertThat(member.set(SECOND)).isFalse();
        this.workerIsFree.countDown();
        pass(SECOND.plus(MILLI));

        assertRuns(2);
        group.closeMembers(false, null);
    }

    @Test
    void aBoundedQueueRefusesNoTimer() throws Exception {
        TpPool bounded = TpPool.builder("bounded").clock(this.clock).threadMaximum(1).queueCapacity(1).build();
        TpEnvironment own = TpEnvironment.of(bounded);
        CountDownLatch free = new CountDownLatch(1);
        TpTimer member = own.timer(this.runs::incrementAndGet);
        TpWork blocking = own.work((instance, context, self) -> free.await(), null);
        blocking.submit();
        await().until(() -> blocking.running() == 1);

        for (int i = 0; i < 10; i++) {
            member.set(NONE);
        }
        blocking.submit();
        member.set(SECOND);
        pass(SECOND.plus(MILLI));

        assertThat(member.pending()).isEqualTo(11);
        free.countDown();
        member.waitForCallbacks(false);
        blocking.waitForCallbacks(false);
        assertThat(this.runs).hasValue(11);
        assertThat(bounded.snapshot().rejected()).isZero();
        // What was not counted was not given back either.
        TpWork again = own.work(() -> {
        });
        for (int i = 0; i < 5; i++) {
            again.submit();
            again.waitForCallbacks(false);
        }
        assertThat(member.cancelPendingCallbacks()).isZero();
        List.of(member, blocking, again).forEach(TpObject::close);
        bounded.close();
    }

    @Test
    void callbacksRunOnTheTimersOwnPool() throws Exception {
        TpPool other = TpPool.builder("other").clock(this.clock).build();
        ConcurrentLinkedQueue<String> pools = new ConcurrentLinkedQueue<>();
        TpTimer here = this.environment.timer((instance, context, self) -> pools.add(Thread.currentThread().getName()),
                null);
        TpTimer there = TpEnvironment.of(other)
            .timer((instance, context, self) -> pools.add(Thread.currentThread().getName()), null);

        here.set(SECOND);
        pass(SECOND.plus(MILLI));
        here.waitForCallbacks(false);
        there.set(SECOND);
        pass(SECOND.plus(MILLI));
        there.waitForCallbacks(false);
        here.close();
        there.close();
        other.close();

        assertThat(pools).hasSize(2).first().asString().contains("timers");
        assertThat(pools).last().asString().contains("other");
    }

    @Test
    void theMonitorIsToldOfEveryCallback() throws Exception {
        AtomicInteger queued = new AtomicInteger();
        AtomicInteger started = new AtomicInteger();
        TpMonitor monitor = new TpMonitor() {

            @Override
            public void callbackQueued(TpCallbackSource source) {
                queued.incrementAndGet();
            }

            @Override
            public void callbackStarted(TpCallbackSource source, long queueNanos) {
                started.incrementAndGet();
            }

        };
        TpPool watched = TpPool.builder("watched").clock(this.clock).monitor(monitor).threadMaximum(1).build();
        TpTimer own = TpEnvironment.of(watched).timer(this.runs::incrementAndGet);

        own.set(NONE);
        own.set(NONE, SECOND, NONE);
        pass(SECOND.plus(MILLI));
        pass(SECOND);
        own.unset();
        own.waitForCallbacks(false);
        own.close();
        watched.close();

        assertThat(started).hasValue(4);
        assertThat(queued).hasValue(4);
    }

    @Test
    void timersFireInTheOrderOfTheirDueTimesThoughTheseAreYearsApart() throws Exception {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<TpTimer> timers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            timers.add(this.environment.timer(() -> order.add(number)));
        }
        Duration years = Duration.ofDays(10 * 365);

        for (int i = 1; i < 300; i++) {
            timers.get(i).set(years.plusNanos(i));
        }
        // Served after the others, if they were not served together.
        timers.get(0).set(SECOND, NONE, years.multipliedBy(2));
        pass(years.multipliedBy(3));
        for (TpTimer each : timers) {
            each.waitForCallbacks(false);
            each.close();
        }

        assertThat(order).hasSize(300).isSorted();
    }

    @Test
    void manyThatAreDueTogetherRunEachInItsOwnPoolByPriorityAndInOrder() throws Exception {
        TpPool other = TpPool.builder("other").clock(this.clock).threadMaximum(1).build();
        List<TpEnvironment> environments = List.of(this.environment,
                this.environment.toBuilder().priority(TpPriority.HIGH).build(),
                this.environment.toBuilder().priority(TpPriority.LOW).build(), TpEnvironment.of(other));
        List<List<Integer>> order = environments.stream()
            .map((each) -> Collections.synchronizedList(new ArrayList<Integer>()))
            .toList();
        List<TpTimer> timers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            int number = i;
            // Now and then a few of the same in a row.
            int where = (i / (1 + i % 7)) % environments.size();
            timers.add(environments.get(where).timer(() -> order.get(where).add(number)));
            timers.get(i).set(SECOND);
        }

        pass(SECOND.plus(MILLI));
        for (TpTimer each : timers) {
            each.waitForCallbacks(false);
            each.close();
        }
        other.close();

        assertThat(order.stream().mapToInt(List::size).sum()).isEqualTo(2000);
        assertThat(order).allSatisfy((numbers) -> assertThat(numbers).isNotEmpty().isSorted());
    }

    @Test
    void theMonitorIsToldOfEachOfManyBeforeItIsQueued() throws Exception {
        AtomicInteger queued = new AtomicInteger();
        ConcurrentLinkedQueue<Long> waited = new ConcurrentLinkedQueue<>();
        AtomicLong ticks = new AtomicLong(1000);
        TpMonitor monitor = new TpMonitor() {

            @Override
            public void callbackQueued(TpCallbackSource source) {
                queued.incrementAndGet();
                throw new IllegalStateException("meant to be seen in the log");
            }

            @Override
            public void callbackStarted(TpCallbackSource source, long queueNanos) {
                waited.add(queueNanos);
            }

        };
        TpPool watched = TpPool.builder("watched")
            .clock(this.clock)
            .monitor(monitor)
            .ticker(ticks::get)
            .threadMaximum(1)
            .build();
        TpEnvironment own = TpEnvironment.of(watched);
        List<TpTimer> timers = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            timers.add(own.timer(this.runs::incrementAndGet));
            timers.get(i).set(SECOND);
        }

        TpWork blocking = own.work((instance, context, self) -> this.workerIsFree.await(), null);
        blocking.submit();
        await().until(() -> blocking.running() == 1);
        waited.clear();
        pass(SECOND.plus(MILLI));
        ticks.addAndGet(7);
        this.workerIsFree.countDown();
        for (TpTimer each : timers) {
            each.waitForCallbacks(false);
            each.close();
        }
        blocking.close();
        watched.close();

        assertThat(queued).hasValue(601);
        assertThat(waited).hasSize(600).containsOnly(7L);
        assertThat(this.runs).hasValue(600);
    }

    @Test
    void aFailingCallbackDoesNotStopThePeriod() throws Exception {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        TpTimer failing = this.environment.toBuilder()
            .exceptionHandler((source, failure) -> failures.add(failure))
            .build()
            .timer((instance, context, self) -> {
                throw new IllegalStateException("failed");
            }, null);

        failing.set(SECOND, SECOND, NONE);
        for (int i = 0; i < 3; i++) {
            pass(SECOND.plus(MILLI));
            failing.waitForCallbacks(false);
        }
        failing.close();

        assertThat(failures).hasSize(3);
    }

    @Test
    void theProcessClockServesTimersWithoutAThreadOfThePool() throws Exception {
        TpPool real = TpPool.builder("real").build();
        AtomicLong firedAt = new AtomicLong();
        TpTimer own = TpEnvironment.of(real).timer(() -> firedAt.set(System.nanoTime()));
        long began = System.nanoTime();

        own.set(Duration.ofMillis(20));
        assertThat(real.snapshot().running()).isZero();
        await().until(() -> firedAt.get() != 0);

        assertThat(firedAt.get() - began).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
        own.close();
        real.close();
        assertThat(real.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void whatCannotBeCountedIsNotPosted() throws Exception {
        occupyTheWorker();
        this.timer.set(NONE);
        long most = ObjectState.MAX_PENDING - ObjectState.PENDING_HEADROOM;
        this.timer.addBackByState(Integer.MAX_VALUE);
        this.timer.addBackByState(most - this.timer.pending());

        this.timer.set(NONE);

        assertThat(this.timer.pending()).isEqualTo(most);
        assertThat(this.timer.running()).isZero();
        assertThat(this.timer.cancelPendingCallbacks()).isEqualTo(most);
        this.workerIsFree.countDown();
        assertRuns(0);
    }

    private TpTimer memberOf(TpCleanupGroup group, TpTimerCallback<Object> callback) {
        return this.environment.toBuilder().cleanupGroup(group).build().timer(callback, new Object());
    }

    private void occupyTheWorker() throws InterruptedException {
        CountDownLatch occupied = new CountDownLatch(1);
        this.environment.trySubmit((instance, context) -> {
            occupied.countDown();
            this.workerIsFree.await();
        }, null);
        assertThat(occupied.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private void pass(Duration duration) {
        this.time.pass(duration);
        this.clock.serve();
    }

    private void assertRuns(int expected) throws InterruptedException {
        if (!this.timer.isClosed()) {
            this.timer.waitForCallbacks(false);
        }
        await().pollDelay(NONE)
            .pollInterval(MILLI)
            .until(() -> this.pool.snapshot()
                .objects()
                .stream()
                .allMatch((object) -> object.pending() + object.running() == 0));
        assertThat(this.runs).hasValue(expected);
    }

}
