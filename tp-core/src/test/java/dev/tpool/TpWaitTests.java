package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/**
 * Waits, their time-outs on time that the test moves.
 */
class TpWaitTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final Duration MILLI = Duration.ofMillis(1);

    private final ManualTime time = new ManualTime();

    private final Clock clock = new Clock(this.time);

    private final TpPool pool = TpPool.builder("waits").clock(this.clock).threadMaximum(1).build();

    private final TpEnvironment environment = TpEnvironment.of(this.pool);

    private final ConcurrentLinkedQueue<TpWaitResult> results = new ConcurrentLinkedQueue<>();

    private final TpWait wait = this.environment.wait((instance, context, self, result) -> this.results.add(result),
            null);

    private final TpEvent event = TpEvent.autoReset();

    private final CountDownLatch workerIsFree = new CountDownLatch(1);

    @AfterEach
    void thePoolEndsClean() throws Exception {
        this.workerIsFree.countDown();
        this.wait.close();
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
        assertThat(this.event.waiting()).as("nothing is left registered").isZero();
        assertThat(this.clock.serve()).as("nothing is left armed").isEqualTo(Long.MAX_VALUE);
        this.time.close();
    }

    @Test
    void isNotSetAtFirst() throws Exception {
        assertThat(this.wait.isSet()).isFalse();
        this.event.set();

        assertResults();
        assertThat(this.event.isSet()).isTrue();
    }

    @Test
    void firesWhenTheEventIsSetAndConsumesIt() throws Exception {
        this.wait.set(this.event);
        assertResults();
        assertThat(this.event.waiting()).isOne();

        this.event.set();

        assertThat(this.event.isSet()).isFalse();
        assertThat(this.wait.isSet()).isFalse();
        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void firesPromptlyWhenTheEventIsSetAlready() throws Exception {
        this.event.set();

        this.wait.set(this.event);

        assertThat(this.event.isSet()).isFalse();
        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void firesOnceForEachSetting() throws Exception {
        TpEvent manual = TpEvent.manualReset(true);

        this.wait.set(manual);
        assertResults(TpWaitResult.SIGNALLED);
        manual.reset();
        manual.set();
        assertResults(TpWaitResult.SIGNALLED);

        this.wait.set(manual);
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED);
    }

    @Test
    void aSemaphoreGivesOnePermitToEachCallback() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(3, 3);

        this.wait.set(semaphore);
        this.wait.set(semaphore);

        assertThat(semaphore.availablePermits()).isOne();
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED);
    }

    @Test
    void timesOutAndLeavesTheSignal() throws Exception {
        this.wait.set(this.event, SECOND);

        pass(SECOND.minusNanos(1));
        assertResults();
        pass(MILLI);
        assertResults(TpWaitResult.TIMED_OUT);

        assertThat(this.wait.isSet()).isFalse();
        assertThat(this.event.waiting()).isZero();
        this.event.set();
        assertThat(this.event.isSet()).isTrue();
        assertResults(TpWaitResult.TIMED_OUT);
    }

    @Test
    void timesOutAtAMomentOnTheWallClock() throws Exception {
        this.wait.set(this.event, ManualTime.START.plusSeconds(10));

        this.time.sleep(Duration.ofSeconds(9));
        pass(SECOND.minusNanos(1));
        assertResults();
        pass(MILLI);

        assertResults(TpWaitResult.TIMED_OUT);
    }

    @Test
    void aRelativeTimeOutTakesNoNoticeOfTheWallClock() throws Exception {
        this.wait.set(this.event, SECOND);

        this.time.sleep(Duration.ofDays(1));
        pass(SECOND.minusNanos(1));
        assertResults();
        pass(MILLI);

        assertResults(TpWaitResult.TIMED_OUT);
    }

    @Test
    void zeroAndThePastTimeOutBeforeTheSetterReturnsAndLeaveTheSignal() throws Exception {
        occupyTheWorker();
        this.event.set();

        this.wait.set(this.event, Duration.ZERO);
        this.wait.set(this.event, ManualTime.START);
        this.wait.set(this.event, Instant.MIN);

        assertThat(this.wait.pending()).isEqualTo(3);
        assertThat(this.wait.isSet()).isFalse();
        assertThat(this.event.isSet()).isTrue();
        this.workerIsFree.countDown();
        assertResults(TpWaitResult.TIMED_OUT, TpWaitResult.TIMED_OUT, TpWaitResult.TIMED_OUT);
    }

    @Test
    void aTimeOutFarAwayIsNeverReached() throws Exception {
        this.wait.set(this.event, Duration.ofSeconds(Long.MAX_VALUE));
        pass(Duration.ofDays(365));
        this.wait.set(this.event, Instant.MAX);
        pass(Duration.ofDays(365));
        assertResults();

        this.event.set();

        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void aSignalThatComesFirstDisarmsTheTimeOut() throws Exception {
        this.wait.set(this.event, SECOND);
        this.event.set();

        pass(SECOND);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        pass(Duration.ofDays(1));

        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void aNewSettingReplacesHandleAndTimeOut() throws Exception {
        TpEvent other = TpEvent.autoReset();
        this.wait.set(this.event, SECOND);

        this.wait.set(other, Duration.ofSeconds(5));

        assertThat(this.event.waiting()).isZero();
        assertThat(other.waiting()).isOne();
        pass(Duration.ofSeconds(2));
        this.event.set();
        assertThat(this.event.isSet()).isTrue();
        assertResults();
        other.set();
        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void unsettingLeavesALaterSignal() throws Exception {
        this.wait.set(this.event, SECOND);

        assertThat(this.wait.unset()).isTrue();

        assertThat(this.event.waiting()).isZero();
        pass(SECOND);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        this.event.set();
        assertThat(this.event.isSet()).isTrue();
        assertResults();
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 1_000, 9_999, 10_000, 10_001, 3_600_000 })
    void aTimeOutThatIsSetAgainAfterASignalComesAtItsOwnTime(long millis) throws Exception {
        this.wait.set(this.event, Duration.ofSeconds(10));
        this.event.set();
        assertThat(this.clock.serve()).as("it keeps its place").isNotEqualTo(Long.MAX_VALUE);
        pass(Duration.ofMillis(500));

        this.wait.set(this.event, Duration.ofMillis(millis));

        pass(Duration.ofMillis(millis).minusNanos(1));
        assertResults(TpWaitResult.SIGNALLED);
        assertThat(this.wait.isSet()).isTrue();
        pass(MILLI);
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);
        assertThat(this.event.waiting()).isZero();
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aTimeOutThatIsSetAgainAndAgainComesOnceAtTheEnd() throws Exception {
        List<TpWaitResult> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            this.wait.set(this.event, Duration.ofMillis(100 + i % 7));
            pass(Duration.ofMillis(i % 100));
            this.event.set();
            expected.add(TpWaitResult.SIGNALLED);
        }

        this.wait.set(this.event, SECOND);

        pass(SECOND.minusNanos(1));
        assertResults(expected.toArray(TpWaitResult[]::new));
        pass(MILLI);
        expected.add(TpWaitResult.TIMED_OUT);
        assertResults(expected.toArray(TpWaitResult[]::new));
        pass(Duration.ofDays(1));
        assertResults(expected.toArray(TpWaitResult[]::new));
    }

    @Test
    void theClocksThreadIsWokenForATimeOutThatIsSetAgainToComeEarlier() {
        StillTime still = new StillTime();
        TpPool own = TpPool.builder("woken").clock(new Clock(still)).threadMaximum(1).build();
        TpWait woken = TpEnvironment.of(own).wait((instance, context, self, result) -> this.results.add(result), null);
        woken.set(this.event, Duration.ofHours(1));
        await().until(() -> still.parked() > 0);
        assertThat(still.lastPark()).isGreaterThan(SECOND.toNanos());
        this.event.set();

        woken.set(this.event, Duration.ofMillis(10));

        try {
            await()
                .untilAsserted(() -> assertThat(still.lastPark()).isLessThanOrEqualTo(Duration.ofMillis(11).toNanos()));
            still.goOn();
            await().until(() -> this.results.contains(TpWaitResult.TIMED_OUT));
        }
        finally {
            woken.close();
            own.close();
            still.goOn();
        }
    }

    @Test
    void aSettingWithoutATimeOutIsNotTimedOutByAnOlderOne() throws Exception {
        this.wait.set(this.event, SECOND);
        this.event.set();
        this.wait.set(this.event);
        pass(SECOND.multipliedBy(2));
        assertThat(this.wait.isSet()).isTrue();

        this.wait.set(this.event, SECOND);
        this.wait.set(this.event);
        pass(SECOND.multipliedBy(2));
        this.wait.set(this.event, SECOND);
        this.wait.unset();
        this.wait.set(this.event);
        pass(Duration.ofDays(1));
        assertThat(this.wait.isSet()).isTrue();
        assertResults(TpWaitResult.SIGNALLED);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);

        this.event.set();
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED);
        this.wait.set(this.event, SECOND);
        pass(SECOND.plus(MILLI));
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 5, 6 })
    void aSettingThatReplacesOthersHasItsOwnTimeOut(int replaced) throws Exception {
        TpEvent other = TpEvent.autoReset();
        for (int i = 0; i < replaced; i++) {
            // Now an earlier one, now a later one.
            this.wait.set(other, Duration.ofMillis((i % 2 != 0) ? 300 : 5000));
            pass(Duration.ofMillis(100));
        }

        this.wait.set(this.event, SECOND);

        assertThat(other.waiting()).isZero();
        pass(SECOND.minusNanos(1));
        assertResults();
        pass(MILLI);
        assertResults(TpWaitResult.TIMED_OUT);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aTimeOutThatIsSetAgainAfterItWasUnsetComesAtItsOwnTime() throws Exception {
        for (Duration next : List.of(SECOND.multipliedBy(3), Duration.ofMillis(50), SECOND)) {
            this.wait.set(this.event, SECOND);
            pass(Duration.ofMillis(700));
            this.wait.unset();
            this.wait.set(this.event, next);

            pass(next.minusNanos(1));
            assertThat(this.wait.isSet()).isTrue();
            pass(MILLI);
            assertThat(this.wait.isSet()).isFalse();
        }
        assertResults(TpWaitResult.TIMED_OUT, TpWaitResult.TIMED_OUT, TpWaitResult.TIMED_OUT);
    }

    @Test
    void aMomentAfterATimeAndATimeAfterAMomentComeAtTheirOwn() throws Exception {
        this.wait.set(this.event, Duration.ofMillis(600));
        this.event.set();
        this.wait.set(this.event, ManualTime.START.plusSeconds(2));
        pass(SECOND);
        assertThat(this.wait.isSet()).isTrue();
        this.time.sleep(SECOND);
        pass(MILLI);
        pass(MILLI);
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);

        this.wait.set(this.event, this.time.instant().plusMillis(300));
        this.event.set();
        this.wait.set(this.event, SECOND);
        this.time.sleep(Duration.ofDays(1));
        pass(SECOND.minusNanos(1));
        assertThat(this.wait.isSet()).isTrue();
        pass(MILLI);
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT, TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);

        this.wait.set(this.event, SECOND);
        this.wait.set(this.event, this.time.instant().plusMillis(300));
        this.time.sleep(Duration.ofMillis(300));
        pass(MILLI);
        pass(MILLI);
        assertThat(this.wait.isSet()).isFalse();
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aTimeOutThatIsSetAgainForLongerThanItLastsComesOnlyAtTheEnd() throws Exception {
        Duration timeout = Duration.ofMillis(10);
        List<TpWaitResult> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            this.wait.set(this.event, timeout);
            pass(Duration.ofMillis(i % 10));
            assertThat(this.wait.isSet()).isTrue();
            this.event.set();
            expected.add(TpWaitResult.SIGNALLED);
        }

        this.wait.set(this.event, timeout);

        pass(timeout.minusNanos(1));
        assertThat(this.wait.isSet()).isTrue();
        pass(MILLI);
        expected.add(TpWaitResult.TIMED_OUT);
        assertResults(expected.toArray(TpWaitResult[]::new));
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void timeOutsThatBecomeShorterAndLongerComeAtTheirOwnTime() throws Exception {
        List<TpWaitResult> expected = new ArrayList<>();
        long[] millis = { 3_600_000, 10, 2_000, 1, 86_400_000, 300, 5, 40_000 };
        for (int i = 0; i < 5 * millis.length; i++) {
            Duration timeout = Duration.ofMillis(millis[i % millis.length]);
            this.wait.set(this.event, timeout);
            pass(timeout.dividedBy(2));
            assertThat(this.wait.isSet()).as("half of %s", timeout).isTrue();
            if (i % 3 != 2) {
                this.event.set();
                expected.add(TpWaitResult.SIGNALLED);
                continue;
            }
            pass(timeout.dividedBy(2).minusNanos(1));
            assertThat(this.wait.isSet()).as("almost %s", timeout).isTrue();
            pass(MILLI);
            assertThat(this.wait.isSet()).as("more than %s", timeout).isFalse();
            assertThat(this.event.waiting()).isZero();
            expected.add(TpWaitResult.TIMED_OUT);
        }
        assertResults(expected.toArray(TpWaitResult[]::new));
    }

    @Test
    void aPermitThatIsThereIsTakenAtOnceThoughTheClockIsArmedAlready() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(2, 2);
        this.wait.set(semaphore, SECOND);
        pass(Duration.ofMillis(500));

        this.wait.set(semaphore, SECOND);

        assertThat(this.wait.isSet()).isFalse();
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED);
        this.wait.set(semaphore, SECOND);
        pass(SECOND.minusNanos(1));
        assertThat(this.wait.isSet()).isTrue();
        pass(MILLI);
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);
        semaphore.release();
        assertThat(semaphore.availablePermits()).as("nobody is left in line").isOne();
    }

    @Test
    void momentsAndTimesThatAreSignalledInTurnLeaveNothingToEachOther() throws Exception {
        for (int i = 0; i < 3; i++) {
            this.wait.set(this.event, Duration.ofMillis(600));
            this.event.set();
            this.wait.set(this.event, this.time.instant().plusMillis(300));
            this.event.set();
        }
        pass(SECOND);
        pass(MILLI);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);

        this.wait.set(this.event, this.time.instant().plusMillis(300));
        this.event.set();
        this.wait.set(this.event, Duration.ofMillis(600));
        this.event.set();
        this.wait.set(this.event, Duration.ofMillis(600));
        this.time.sleep(Duration.ofDays(1));
        pass(Duration.ofMillis(600).minusNanos(1));
        assertThat(this.wait.isSet()).isTrue();
        pass(MILLI);

        assertThat(this.results).filteredOn((result) -> result == TpWaitResult.SIGNALLED).hasSizeLessThanOrEqualTo(8);
        this.wait.waitForCallbacks(false);
        assertThat(this.results).hasSize(9).last().isEqualTo(TpWaitResult.TIMED_OUT);
        assertThat(this.results).containsOnlyOnce(TpWaitResult.TIMED_OUT);
    }

    @Test
    void aTimeOutComesBehindTheSignalsThatArePendingAndLeavesTheNextOneAlone() throws Exception {
        occupyTheWorker();
        for (int i = 0; i < 3; i++) {
            this.wait.set(this.event, SECOND);
            this.event.set();
        }

        this.wait.set(this.event, SECOND);
        pass(SECOND.plus(MILLI));
        this.event.set();
        assertThat(this.event.isSet()).isTrue();
        this.wait.set(this.event, SECOND);
        this.wait.set(this.event, SECOND);
        pass(SECOND.plus(MILLI));
        this.wait.set(this.event, SECOND);
        this.event.set();
        assertThat(this.wait.pending()).isEqualTo(7);
        this.workerIsFree.countDown();

        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT,
                TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT, TpWaitResult.SIGNALLED);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aTimeThatIsOverWhileTheLineIsServedIsOverSoonAfter(boolean signalled) throws Exception {
        this.wait.set(this.event, MILLI);
        this.event.set();
        AtomicBoolean served = new AtomicBoolean();
        this.event.register(new TpWaitable.Waiter() {

            @Override
            public boolean claim() {
                // The clock must not wait for the line.
                pass(SECOND.plus(MILLI));
                served.set(TpWaitTests.this.wait.isSet());
                return !signalled;
            }

            @Override
            public void signalled() {
                // Nothing is done.
            }

        });
        this.wait.set(this.event, SECOND);

        this.event.set();

        assertThat(served).as("still set").isTrue();
        assertThat(this.wait.isSet()).isNotEqualTo(signalled);
        pass(MILLI);
        assertThat(this.wait.isSet()).isFalse();
        assertThat(this.event.waiting()).isZero();
        assertThat(this.event.isSet()).isFalse();
        assertResults(TpWaitResult.SIGNALLED, signalled ? TpWaitResult.SIGNALLED : TpWaitResult.TIMED_OUT);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aSettingBeforeTheLastOneWasToldKeepsItsTimeOut(boolean byWallClock) throws Exception {
        TpEvent other = TpEvent.autoReset();
        TpEvent manual = TpEvent.manualReset(false);
        manual.register(new TpWaitable.Waiter() {

            @Override
            public boolean claim() {
                return true;
            }

            @Override
            public void signalled() {
                // The wait has the signal, and is told next.
                assertThat(TpWaitTests.this.wait.isSet()).isFalse();
                if (byWallClock) {
                    TpWaitTests.this.wait.set(other, TpWaitTests.this.time.instant().plusSeconds(1));
                }
                else {
                    TpWaitTests.this.wait.set(other, SECOND);
                }
            }

        });
        this.wait.set(manual, this.time.instant().plusSeconds(5));

        manual.set();

        assertThat(this.wait.isSet()).isTrue();
        pass(SECOND.minus(MILLI));
        assertThat(this.wait.isSet()).isTrue();
        pass(MILLI.multipliedBy(2));
        pass(MILLI);
        assertThat(this.wait.isSet()).isFalse();
        assertThat(other.waiting()).isZero();
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);
    }

    @Test
    void aWaitThatIsClosedWhileItsPutOffTimeIsOverLeavesTheClockAndTheSignal() throws Exception {
        this.wait.set(this.event, MILLI);
        this.event.set();
        this.wait.set(this.event, SECOND);
        this.time.pass(SECOND.plus(MILLI));

        this.wait.close();

        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        assertThat(this.event.waiting()).isZero();
        this.event.set();
        assertThat(this.event.isSet()).isTrue();
        await().until(() -> this.results.size() == 1);
        assertThat(this.results).containsExactly(TpWaitResult.SIGNALLED);
    }

    @Test
    void aWaitThatHasLostItsPlaceAtTheClockWorksAsBefore() throws Exception {
        Duration half = Duration.ofMillis(500);
        for (Duration timeout : List.of(half, Duration.ofHours(1))) {
            this.wait.set(this.event, timeout);
            this.event.set();
            assertThat(this.clock.serve()).as("it keeps its place").isNotEqualTo(Long.MAX_VALUE);

            // The slot is reached, or the clock looks for what is idle.
            pass((timeout == half) ? half.plus(MILLI) : SECOND);

            assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
            this.wait.set(this.event, half);
            pass(half.minusNanos(1));
            assertThat(this.wait.isSet()).isTrue();
            pass(MILLI);
            assertThat(this.wait.isSet()).isFalse();
        }
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT, TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);
    }

    @Test
    void aWaitThatIsClosedLeavesTheClockAtOnceThoughItKeptItsPlace() {
        this.wait.set(this.event, Duration.ofHours(1));
        this.event.set();
        assertThat(this.clock.serve()).as("it keeps its place").isNotEqualTo(Long.MAX_VALUE);

        this.wait.close();

        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aWaitThatIsClosedWhileItIsSetLeavesTheClockAtOnce() {
        this.wait.set(this.event, Duration.ofHours(1));
        assertThat(this.clock.serve()).isNotEqualTo(Long.MAX_VALUE);

        this.wait.close();

        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aWaitThatIsClosedByAClaimOfItsLineLeavesTheClockAtOnce() {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        TpWait own = this.environment.toBuilder()
            .exceptionHandler((source, failure) -> failures.add(failure))
            .build()
            .wait((instance, context, self, result) -> this.results.add(result), null);
        this.event.register(closing(own));
        own.set(this.event, Duration.ofHours(1));
        own.unset();
        own.set(this.event, Duration.ofHours(1));

        this.event.set();

        assertThat(failures).singleElement(InstanceOfAssertFactories.THROWABLE)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("claim() must not call");
        assertThat(own.isSet()).isFalse();
        assertThat(own.isFreed()).isTrue();
        assertThat(this.event.isSet()).isTrue();
        assertThat(this.results).isEmpty();
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aPoolThatDisarmsItsWaitsTakesThemFromTheClockAndTheyMayBeSetAgain() throws Exception {
        this.wait.set(this.event, Duration.ofHours(1));
        this.event.set();
        assertThat(this.clock.serve()).as("it keeps its place").isNotEqualTo(Long.MAX_VALUE);

        assertThat(this.pool.disarm()).as("armed").isZero();

        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        this.wait.set(this.event, SECOND);
        pass(SECOND.plus(MILLI));
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);
    }

    @Test
    void theCloseOfTheGroupTakesAWaitFromTheClockAtOnceThoughItKeptItsPlace() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment inGroup = this.environment.toBuilder().cleanupGroup(group).build();
        TpWait member = inGroup.wait((instance, context, self, result) -> this.results.add(result), null);
        occupyTheWorker();
        inGroup.work(() -> {
        }).submit();
        member.set(this.event, Duration.ofHours(1));
        member.unset();
        assertThat(this.clock.serve()).as("it keeps its place").isNotEqualTo(Long.MAX_VALUE);

        assertThat(group.closeMembers(false, null, Duration.ZERO).complete()).isFalse();

        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        this.workerIsFree.countDown();
        group.closeMembers(false, null);
    }

    @Test
    void aWaitThatHasCapturedSomethingKeepsItsPlaceAtTheClockToo() throws Exception {
        TpWait own = this.environment.toBuilder().contextCapture(() -> () -> () -> {
        }).build().wait((instance, context, self, result) -> this.results.add(result), null);

        own.set(this.event, Duration.ofHours(1));
        this.event.set();
        assertThat(this.clock.serve()).isNotEqualTo(Long.MAX_VALUE);
        own.set(this.event, Duration.ofHours(1));
        own.unset();
        assertThat(this.clock.serve()).isNotEqualTo(Long.MAX_VALUE);

        own.set(this.event, SECOND);
        pass(SECOND.plus(MILLI));
        quiet(own);
        own.close();
        assertThat(this.results).containsExactly(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT);
    }

    @Test
    void whatIsQueuedRunsThoughUnsetOrSetAnew() throws Exception {
        occupyTheWorker();
        this.event.set();
        this.wait.set(this.event);
        this.wait.set(this.event, SECOND);
        this.wait.unset();

        this.workerIsFree.countDown();

        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void aSetterSaysWhetherItTookASettingBack() throws Exception {
        assertThat(this.wait.set(this.event)).as("never set").isFalse();
        assertThat(this.wait.set(this.event)).as("live").isTrue();
        assertThat(this.wait.set(this.event, SECOND)).as("live").isTrue();
        assertThat(this.wait.unset()).as("live").isTrue();
        assertThat(this.wait.unset()).as("unset").isFalse();
        this.wait.set(this.event);
        this.event.set();
        assertThat(this.wait.set(this.event)).as("signalled").isFalse();
        assertThat(this.wait.set(this.event, Duration.ZERO)).as("live").isTrue();
        assertThat(this.wait.set(this.event, SECOND)).as("timed out at once").isFalse();
        pass(SECOND.plus(MILLI));
        assertThat(this.wait.unset()).as("timed out").isFalse();
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT, TpWaitResult.TIMED_OUT);
    }

    @Test
    void aSignalOfAnAutoResetEventGoesToOneWaitAndTheOthersStay() throws Exception {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        TpWait a = counting(first);
        TpWait b = counting(second);
        a.set(this.event);
        b.set(this.event);

        this.event.set();
        quiet(a, b);
        assertThat(first).hasValue(1);
        assertThat(second).hasValue(0);
        assertThat(b.isSet()).isTrue();

        this.event.set();
        quiet(a, b);
        assertThat(second).hasValue(1);
        assertThat(this.event.isSet()).isFalse();
        a.close();
        b.close();
    }

    @Test
    void aManualResetEventLetsAllGo() throws Exception {
        TpEvent manual = TpEvent.manualReset();
        AtomicInteger count = new AtomicInteger();
        List<TpWait> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waits.add(counting(count));
            waits.get(i).set(manual);
        }

        manual.set();

        quiet(waits.toArray(TpWait[]::new));
        assertThat(count).hasValue(10);
        assertThat(manual.isSet()).isTrue();
        waits.forEach(TpWait::close);
    }

    @Test
    void waitsOnOneSemaphoreAreServedInTheOrderInWhichTheyWereSet() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 100);
        List<Integer> order = new ArrayList<>();
        List<TpWait> waits = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            waits.add(this.environment.wait((instance, context, self, result) -> order.add(number), null));
        }
        for (int i = 19; i >= 0; i--) {
            waits.get(i).set(semaphore);
        }

        semaphore.release(5);
        quiet(waits.toArray(TpWait[]::new));
        assertThat(order).containsExactly(19, 18, 17, 16, 15);
        assertThat(semaphore.waiting()).isEqualTo(15);

        semaphore.release(16);
        quiet(waits.toArray(TpWait[]::new));
        assertThat(order).hasSize(20).isSortedAccordingTo((left, right) -> right - left);
        assertThat(semaphore.availablePermits()).isOne();
        waits.forEach(TpWait::close);
    }

    @Test
    void aWaitMaySetItselfAgainFromItsCallback() throws Exception {
        AtomicInteger count = new AtomicInteger();
        TpWait again = this.environment.wait((instance, context, self, result) -> {
            count.incrementAndGet();
            self.set(this.event);
        }, null);
        again.set(this.event);

        for (int i = 1; i <= 10; i++) {
            this.event.set();
            int expected = i;
            await().pollDelay(Duration.ZERO).pollInterval(MILLI).until(() -> count.get() == expected && again.isSet());
        }

        again.close();
    }

    @Test
    void resultsComeInTheOrderInWhichTheyOccurred() throws Exception {
        occupyTheWorker();
        TpSemaphore semaphore = TpSemaphore.of(3, 3);

        this.wait.set(semaphore, Duration.ZERO);
        this.wait.set(semaphore);
        this.wait.set(semaphore, Instant.MIN);
        this.wait.set(this.event, SECOND);
        pass(SECOND.plus(MILLI));
        this.wait.set(semaphore);
        this.workerIsFree.countDown();

        assertResults(TpWaitResult.TIMED_OUT, TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT, TpWaitResult.TIMED_OUT,
                TpWaitResult.SIGNALLED);
    }

    @Test
    void aSignalThatComesWhileOtherResultsArePendingComesInItsOrder() throws Exception {
        occupyTheWorker();

        for (int i = 0; i < 2; i++) {
            this.wait.set(this.event, Duration.ZERO);
            this.wait.set(this.event);
            this.event.set();
        }
        this.wait.set(this.event, Duration.ZERO);
        this.workerIsFree.countDown();

        assertResults(TpWaitResult.TIMED_OUT, TpWaitResult.SIGNALLED, TpWaitResult.TIMED_OUT, TpWaitResult.SIGNALLED,
                TpWaitResult.TIMED_OUT);
    }

    @Test
    void aWaitForCallbacksDoesNotWaitForTheHandle() throws Exception {
        this.wait.set(this.event);

        this.wait.waitForCallbacks(false);
        this.wait.waitForCallbacks(true);

        assertThat(this.wait.isSet()).isTrue();
        this.event.set();
        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void cancellingDropsWhatIsQueuedWithItsSignalAndLeavesItSet() throws Exception {
        occupyTheWorker();
        this.event.set();
        this.wait.set(this.event);
        this.wait.set(this.event, SECOND);

        this.wait.waitForCallbacks(true);

        assertThat(this.wait.pending()).isZero();
        assertThat(this.event.isSet()).as("gone with the callback").isFalse();
        assertThat(this.wait.isSet()).isTrue();
        pass(SECOND.plus(MILLI));
        this.workerIsFree.countDown();
        assertResults(TpWaitResult.TIMED_OUT);
    }

    @Test
    void aClosedWaitLeavesTheSignalAndCannotBeUsed() {
        this.wait.set(this.event, SECOND);
        this.wait.close();

        assertThat(this.event.waiting()).isZero();
        this.event.set();
        assertThat(this.event.isSet()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> this.wait.set(this.event));
        assertThatIllegalStateException().isThrownBy(() -> this.wait.set(this.event, Duration.ZERO));
        assertThatIllegalStateException().isThrownBy(() -> this.wait.set(this.event, Instant.MIN));
        assertThatIllegalStateException().isThrownBy(this.wait::unset);
        assertThatIllegalStateException().isThrownBy(() -> this.wait.waitForCallbacks(false));
        assertThat(this.event.isSet()).isTrue();
        this.wait.close();
    }

    @Test
    void whatIsQueuedRunsAfterTheCloseWithItsResult() throws Exception {
        occupyTheWorker();
        this.event.set();
        this.wait.set(this.event);
        this.wait.close();

        this.workerIsFree.countDown();

        await().until(() -> this.results.contains(TpWaitResult.SIGNALLED));
    }

    @Test
    void aWaitMayCloseItselfFromItsCallback() {
        AtomicBoolean refused = new AtomicBoolean();
        TpWait own = this.environment.wait((instance, context, self, result) -> {
            self.set(this.event);
            self.close();
            assertThatIllegalStateException().isThrownBy(() -> self.set(this.event));
            refused.set(true);
        }, null);

        own.set(this.event, Duration.ZERO);

        await().untilTrue(refused);
        await().until(own::isFreed);
    }

    @Test
    void timeOutsMustNotBeNegativeAndAWaitableIsNeeded() {
        assertThatIllegalArgumentException().isThrownBy(() -> this.wait.set(this.event, Duration.ofNanos(-1)));
        assertThatNullPointerException().isThrownBy(() -> this.wait.set(null));
        assertThat(this.wait.isSet()).isFalse();
    }

    @Test
    void theCallbackGetsItsContextAndItsWait() throws Exception {
        ConcurrentLinkedQueue<Object> seen = new ConcurrentLinkedQueue<>();
        TpWait named = this.environment.wait("named", (instance, context, self, result) -> {
            seen.add(context);
            seen.add(self);
        }, "context");

        named.set(this.event, Duration.ZERO);
        named.waitForCallbacks(false);
        named.close();

        assertThat(seen).containsExactly("context", named);
        assertThat(named.kind()).isEqualTo(TpObjectKind.WAIT);
    }

    @Test
    void waitsForAStage() throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        TpWaitable waitable = TpWaitable.of(stage);
        this.wait.set(waitable);
        assertResults();

        stage.completeExceptionally(new IllegalStateException("either way"));
        assertResults(TpWaitResult.SIGNALLED);

        this.wait.set(waitable);
        assertResults(TpWaitResult.SIGNALLED, TpWaitResult.SIGNALLED);
    }

    @Test
    void waitsForAProcess() throws Exception {
        Process process = new ProcessBuilder("cat").start();
        this.wait.set(TpWaitable.of(process));
        assertResults();

        process.getOutputStream().close();

        await().until(() -> !this.results.isEmpty());
        assertResults(TpWaitResult.SIGNALLED);
        assertThat(process.isAlive()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = { 64, 64 * 63 + 1 })
    void anyNumberOfWaitsMayBeSetAndNoneHoldsAWorker(int count) throws Exception {
        Set<Integer> fired = ConcurrentHashMap.newKeySet();
        List<TpEvent> events = new ArrayList<>();
        List<TpWait> waits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            events.add(TpEvent.autoReset());
            waits.add(this.environment.wait((instance, context, self, result) -> {
                if (result == TpWaitResult.SIGNALLED) {
                    fired.add(number);
                }
            }, null));
            waits.get(i).set(events.get(i), SECOND);
        }

        // The pool's one worker is there for others.
        CountDownLatch free = new CountDownLatch(1);
        this.environment.trySubmit(free::countDown);
        assertThat(free.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(this.pool.threads()).isOne();
        assertThat(fired).isEmpty();
        events.forEach(TpEvent::set);

        quiet(waits.toArray(TpWait[]::new));
        assertThat(fired).hasSize(count);
        waits.forEach(TpWait::close);
    }

    @Test
    void takesAWaitableOfAnybodys() throws Exception {
        List<TpWaitable.Waiter> registered = new ArrayList<>();
        AtomicInteger cancelled = new AtomicInteger();
        TpWaitable own = (waiter) -> {
            registered.add(waiter);
            return () -> cancelled.incrementAndGet() > 0;
        };

        this.wait.set(own, SECOND);
        assertThat(registered).hasSize(1);
        assertThat(registered.get(0).claim()).isTrue();
        assertThat(registered.get(0).claim()).isFalse();
        registered.get(0).signalled();
        assertResults(TpWaitResult.SIGNALLED);

        this.wait.set(own);
        this.wait.unset();
        assertThat(cancelled.get()).isPositive();
        assertThat(registered.get(1).claim()).isFalse();
        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void aWaitableMayServeWithinItsRegistration() throws Exception {
        TpWaitable signalled = (waiter) -> {
            assertThat(waiter.claim()).isTrue();
            waiter.signalled();
            return () -> false;
        };

        this.wait.set(signalled, SECOND);

        assertThat(this.wait.isSet()).isFalse();
        pass(SECOND.plus(MILLI));
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void aWaitableThatRefusesLeavesTheWaitUnset() throws Exception {
        TpWaitable refusing = (waiter) -> {
            throw new UnsupportedOperationException("refused");
        };
        this.wait.set(this.event, SECOND);

        assertThatExceptionOfType(UnsupportedOperationException.class)
            .isThrownBy(() -> this.wait.set(refusing, SECOND));

        assertThat(this.wait.isSet()).isFalse();
        assertThat(this.event.waiting()).isZero();
        pass(SECOND.plus(MILLI));
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
        assertThat(this.wait.set(this.event)).isFalse();
        this.event.set();
        assertResults(TpWaitResult.SIGNALLED);
    }

    @Test
    void aWaitableThatFailsToForgetDisturbsNobody() throws Exception {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        TpWaitable failing = (waiter) -> () -> {
            throw new IllegalStateException("failed");
        };
        TpWait own = this.environment.toBuilder()
            .exceptionHandler((source, failure) -> failures.add(failure))
            .build()
            .wait((instance, context, self, result) -> this.results.add(result), null);

        own.set(failing, SECOND);
        assertThat(own.set(failing, Duration.ZERO)).isTrue();
        own.set(failing, SECOND);
        pass(SECOND.plus(MILLI));
        own.set(failing, SECOND);
        assertThat(own.set(this.event)).isTrue();
        this.event.set();
        quiet(own);
        own.set(failing);
        own.close();

        assertThat(this.results).containsExactly(TpWaitResult.TIMED_OUT, TpWaitResult.TIMED_OUT,
                TpWaitResult.SIGNALLED);
        assertThat(failures).hasSize(4);
        assertThat(own.isFreed()).isTrue();
    }

    @Test
    void aWaitThatSomebodyElsesClaimClosesLeavesTheSignal() {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        TpWait own = this.environment.toBuilder()
            .exceptionHandler((source, failure) -> failures.add(failure))
            .build()
            .wait((instance, context, self, result) -> this.results.add(result), null);
        this.event.register(closing(own));
        own.set(this.event);

        this.event.set();

        assertThat(failures).singleElement(InstanceOfAssertFactories.THROWABLE)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("claim() must not call");
        assertThat(own.isSet()).isFalse();
        assertThat(own.isFreed()).isTrue();
        assertThat(this.event.isSet()).isTrue();
        assertThat(this.results).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void theCloseOfTheGroupUnregistersAtOnce(boolean cancelPending) throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment inGroup = this.environment.toBuilder().cleanupGroup(group).build();
        occupyTheWorker();
        TpWork busy = inGroup.work(() -> {
        });
        busy.submit();
        TpWait member = inGroup.wait((instance, context, self, result) -> this.results.add(result), null);
        member.set(this.event, SECOND);

        assertThat(group.closeMembers(false, null, Duration.ZERO).complete()).isFalse();

        assertThat(this.event.waiting()).isZero();
        assertThat(member.isSet()).isFalse();
        this.event.set();
        pass(Duration.ofDays(1));
        this.workerIsFree.countDown();
        group.closeMembers(cancelPending, null);
        assertResults();
        assertThat(this.event.isSet()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> member.set(this.event));
        assertThatIllegalStateException().isThrownBy(member::unset);
    }

    @Test
    void theCloseOfTheGroupDropsWhatIsQueuedAndCallsTheCancelCallbackOnce() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        List<Object> cancelled = new ArrayList<>();
        TpEnvironment inGroup = this.environment.toBuilder()
            .cleanupGroup(group, (context, cleanupContext) -> cancelled.add(context))
            .build();
        TpWait idle = inGroup.wait((instance, context, self, result) -> this.results.add(result), "idle");
        TpWait queued = inGroup.wait((instance, context, self, result) -> this.results.add(result), "queued");
        occupyTheWorker();
        for (int i = 0; i < 3; i++) {
            queued.set(this.event, Duration.ZERO);
        }

        TpCloseReport report = group.closeMembers(true, null);
        this.workerIsFree.countDown();

        assertThat(report.dropped()).isEqualTo(3);
        assertThat(cancelled).containsExactly("idle", "queued");
        assertThat(idle.isClosed()).isTrue();
        assertResults();
    }

    @Test
    void aWaitThatSetsItselfWhileItsGroupIsClosedIsNotDisturbed() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean closing = new AtomicBoolean();
        AtomicBoolean failed = new AtomicBoolean();
        TpWait member = this.environment.toBuilder()
            .cleanupGroup(group)
            .build()
            .wait((instance, context, self, result) -> {
                running.countDown();
                await().untilTrue(closing);
                try {
                    failed.compareAndSet(false, self.set(this.event) || self.set(this.event, Duration.ZERO));
                }
                catch (IllegalStateException ex) {
                    failed.set(true);
                }
                this.results.add(result);
            }, null);
        this.event.set();
        member.set(this.event);
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
        this.event.set();
        closing.set(true);
        closer.join(60_000);

        assertThat(closer.isAlive()).isFalse();
        assertThat(failed).isFalse();
        assertThat(this.event.isSet()).isTrue();
        assertResults(TpWaitResult.SIGNALLED);
        assertThatIllegalStateException().isThrownBy(() -> member.set(this.event));
    }

    @Test
    void aBoundedQueueRefusesNoWait() throws Exception {
        TpPool bounded = TpPool.builder("bounded").clock(this.clock).threadMaximum(1).queueCapacity(1).build();
        TpEnvironment own = TpEnvironment.of(bounded);
        CountDownLatch free = new CountDownLatch(1);
        TpWork blocking = own.work((instance, context, self) -> free.await(), null);
        blocking.submit();
        await().until(() -> blocking.running() == 1);
        blocking.submit();
        TpWait unrefused = own.wait((instance, context, self, result) -> this.results.add(result), null);

        for (int i = 0; i < 5; i++) {
            unrefused.set(this.event, Duration.ZERO);
        }
        free.countDown();
        unrefused.waitForCallbacks(false);

        assertThat(this.results).hasSize(5);
        unrefused.close();
        blocking.close();
        bounded.close();
    }

    private TpWait counting(AtomicInteger count) {
        return this.environment.wait((instance, context, self, result) -> count.incrementAndGet(), null);
    }

    private static void quiet(TpWait... waits) throws InterruptedException {
        for (TpWait each : waits) {
            each.waitForCallbacks(false);
        }
    }

    private void occupyTheWorker() throws InterruptedException {
        CountDownLatch occupied = new CountDownLatch(1);
        this.environment.trySubmit((instance, context) -> {
            occupied.countDown();
            this.workerIsFree.await();
        }, null);
        assertThat(occupied.await(60, TimeUnit.SECONDS)).isTrue();
    }

    /**
     * Somebody in line who closes a wait when his turn comes, and leaves the signal.
     */
    private static TpWaitable.Waiter closing(TpWait wait) {
        return new TpWaitable.Waiter() {

            @Override
            public boolean claim() {
                wait.close();
                return false;
            }

            @Override
            public void signalled() {
                throw new AssertionError("it has declined");
            }

        };
    }

    private void pass(Duration duration) {
        this.time.pass(duration);
        this.clock.serve();
    }

    private void assertResults(TpWaitResult... expected) throws InterruptedException {
        this.wait.waitForCallbacks(false);
        assertThat(this.results).containsExactly(expected);
    }

}
