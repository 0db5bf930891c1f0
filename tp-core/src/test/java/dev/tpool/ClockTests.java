package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The clock without any object: what it serves, when, and in which order.
 */
class ClockTests {

    /** The clock counts in ticks, so it serves up to this much late, and never early. */
    private static final Duration TICK = Duration.ofNanos(1 << 16);

    private static final Duration MONTHS = Duration.ofDays(100);

    private final ManualTime time = new ManualTime();

    private final Clock clock = new Clock(this.time);

    private final List<Entry> served = new ArrayList<>();

    @AfterEach
    void letItsThreadGo() {
        this.time.close();
    }

    @Test
    void servesWhatIsDueAndNotBefore() {
        Entry entry = arm(Duration.ofMillis(10));

        pass(Duration.ofMillis(10).minusNanos(1));
        assertThat(this.served).isEmpty();
        assertThat(entry.isArmed()).isTrue();

        pass(TICK.plusNanos(1));
        assertThat(this.served).containsExactly(entry);
        assertThat(entry.isArmed()).isFalse();
    }

    @Test
    void neverServesEarlyNorATickLate() {
        Random random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            arm(Duration.ofNanos(random.nextLong() >>> (20 + random.nextInt(44))));
        }

        while (this.served.size() < 3000) {
            long wait = this.clock.serve();
            this.time.pass(Duration.ofNanos(wait));
        }

        assertThat(this.served).allSatisfy((entry) -> {
            assertThat(entry.servedAfter).isGreaterThanOrEqualTo(entry.delay.toNanos());
            assertThat(entry.servedAfter).isLessThanOrEqualTo(entry.delay.plus(TICK).toNanos());
        });
    }

    @Test
    void saysHowLongToWaitAtMost() {
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);

        arm(Duration.ofMillis(1));

        assertThat(this.clock.serve()).isBetween(1L, Duration.ofMillis(1).plus(TICK).toNanos());
    }

    @Test
    void servesInTheOrderOfDueTimes() {
        Entry third = arm(Duration.ofMillis(30));
        Entry first = arm(Duration.ofMillis(10));
        Entry second = arm(Duration.ofMillis(20));

        pass(Duration.ofSeconds(1));

        assertThat(this.served).containsExactly(first, second, third);
    }

    @Test
    void servesInTheOrderOfDueTimesWithinATick() {
        Entry second = arm(Duration.ofNanos(1002));
        Entry first = arm(Duration.ofNanos(1001));

        pass(TICK.multipliedBy(2));

        assertThat(this.served).containsExactly(first, second);
    }

    @Test
    void servesManyInTheOrderOfDueTimesAndThatOfSetting() {
        Random random = new Random(7);
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            // Within three ticks, and many of them at the same time.
            set.add(arm(Duration.ofNanos(random.nextInt(200) * 1000L)));
        }

        pass(Duration.ofSeconds(1));

        List<Entry> expected = new ArrayList<>(set);
        expected.sort(Comparator.comparing((entry) -> entry.delay));
        assertThat(this.served).containsExactlyElementsOf(expected);
    }

    @Test
    void whatIsStillInLineMayBeDisarmedAndArmedAnew() {
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            set.add(arm(Duration.ofMillis(1)));
        }
        Entry disarmed = set.get(600);
        Entry putOff = set.get(700);
        Entry disarmedAndArmed = set.get(800);
        set.get(0).whileServed = () -> {
            assertThat(disarmed.isArmed()).isTrue();
            assertThat(disarm(disarmed)).isTrue();
            assertThat(disarm(disarmed)).isFalse();
            arm(putOff, Duration.ofMillis(1));
            disarm(disarmedAndArmed);
            arm(disarmedAndArmed, Duration.ofMillis(1));
        };

        pass(Duration.ofMillis(2));
        List<Entry> expected = new ArrayList<>(set);
        expected.removeAll(List.of(disarmed, putOff, disarmedAndArmed));
        assertThat(this.served).containsExactlyElementsOf(expected);

        pass(Duration.ofMillis(2));
        expected.add(putOff);
        expected.add(disarmedAndArmed);
        assertThat(this.served).containsExactlyElementsOf(expected);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void servesAbsoluteTimesInLineThoughTheWallClockIsSetMeanwhile() {
        Instant due = ManualTime.START.plusMillis(1);
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            set.add(armAbsolute(due));
        }
        Entry later = new Entry();
        set.get(0).whileServed = () -> {
            this.time.sleep(Duration.ofHours(1));
            armAbsolute(later, this.time.instant().plusSeconds(1));
        };

        pass(Duration.ofMillis(2));
        pass(Duration.ofMillis(2));

        assertThat(this.served).hasSize(1000).containsExactlyInAnyOrderElementsOf(set);
        pass(Duration.ofSeconds(2));
        assertThat(this.served).hasSize(1001).endsWith(later);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void losesNoneOfManyWhenMemoryRunsOutWhileItServes() {
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            set.add(arm(Duration.ofMillis(1)));
        }
        set.get(100).shortages = 1;

        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> pass(Duration.ofMillis(2)));
        pass(TICK.multipliedBy(2));
        pass(TICK.multipliedBy(2));

        set.add(set.remove(100));
        assertThat(this.served).containsExactlyElementsOf(set);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void servesEqualDueTimesInTheOrderInWhichTheyWereSet() {
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            set.add(arm(Duration.ofMillis(10)));
        }

        pass(Duration.ofSeconds(1));

        assertThat(this.served).containsExactlyElementsOf(set);
    }

    @Test
    void servesEqualMomentsInTheOrderInWhichTheyWereSet() {
        Instant due = ManualTime.START.plusMillis(100);
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            set.add(armAbsolute(due));
            // The two clocks are never read at the same moment.
            this.time.sleep(Duration.ofNanos(300));
        }

        pass(Duration.ofSeconds(1));

        assertThat(this.served).containsExactlyElementsOf(set);
    }

    @Test
    void servesInTheOrderOfDueTimesWhoeverMadeTheEntries() {
        Random random = new Random(3);
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            // Within three ticks, and none at the same time as another one.
            set.add(arm(inShard(random.nextInt(Shards.COUNT)), Duration.ofNanos(random.nextInt(200) * 1000L + i)));
        }

        pass(Duration.ofSeconds(1));

        List<Entry> expected = new ArrayList<>(set);
        expected.sort(Comparator.comparing((entry) -> entry.delay));
        assertThat(this.served).containsExactlyElementsOf(expected);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void servesEqualMomentsInTheOrderInWhichTheyWereSetWhoeverMadeTheEntries() {
        Instant due = ManualTime.START.plusMillis(100);
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            set.add(armAbsolute(inShard((i * 7) % Shards.COUNT), due));
            this.time.sleep(Duration.ofNanos(30_000));
        }

        pass(Duration.ofSeconds(1));

        assertThat(this.served).containsExactlyElementsOf(set);
    }

    @Test
    void sleepsUntilTheFirstOfAllShards() {
        for (int i = 0; i < Shards.COUNT; i++) {
            Entry entry = arm(inShard(i), Duration.ofMillis(1L << (Shards.COUNT - i)));

            assertThat(this.clock.serve()).isBetween(1L, entry.delay.plus(TICK).toNanos());
        }
    }

    @Test
    void losesNoneOfAnyShardWhenMemoryRunsOutWhileItServes() {
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Entry entry = inShard(i % Shards.COUNT);
            entry.shortages = (i % 100 == 50) ? 1 : 0;
            set.add(arm(entry, Duration.ofMillis(1).plusNanos(i)));
        }

        int shortages = 0;
        while (this.served.size() < set.size()) {
            try {
                pass(TICK.multipliedBy(20));
            }
            catch (OutOfMemoryError ex) {
                shortages++;
            }
        }

        assertThat(shortages).isPositive();
        assertThat(this.served).containsExactlyInAnyOrderElementsOf(set);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsStillInLineOfAnotherShardMayBeDisarmedAndArmedAnew() {
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            set.add(arm(inShard(i % Shards.COUNT), Duration.ofMillis(1).plusNanos(i)));
        }
        Entry disarmed = set.get(601);
        Entry putOff = set.get(702);
        set.get(0).whileServed = () -> {
            assertThat(disarm(disarmed)).isTrue();
            arm(putOff, Duration.ofMillis(1));
        };

        pass(Duration.ofMillis(2));
        List<Entry> expected = new ArrayList<>(set);
        expected.removeAll(List.of(disarmed, putOff));
        assertThat(this.served).containsExactlyElementsOf(expected);

        pass(Duration.ofMillis(2));
        expected.add(putOff);
        assertThat(this.served).containsExactlyElementsOf(expected);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void disarmsAnEntryOnce() {
        Entry entry = arm(Duration.ofMillis(10));

        assertThat(disarm(entry)).isTrue();
        assertThat(disarm(entry)).isFalse();

        pass(Duration.ofSeconds(1));
        assertThat(this.served).isEmpty();
        assertThat(disarm(entry)).isFalse();
    }

    @Test
    void armingAgainReplaces() {
        Entry entry = arm(Duration.ofMillis(10));
        arm(entry, Duration.ofMillis(50));

        pass(Duration.ofMillis(40));
        assertThat(this.served).isEmpty();

        armAbsolute(entry, this.time.instant().plusMillis(5));
        pass(Duration.ofMillis(6));
        assertThat(this.served).containsExactly(entry);

        pass(Duration.ofSeconds(1));
        assertThat(this.served).hasSize(1);
    }

    @Test
    void servesAnAbsoluteTimeByTheWallClock() {
        Entry entry = armAbsolute(ManualTime.START.plusSeconds(10));

        pass(Duration.ofSeconds(10).minusNanos(1));
        assertThat(this.served).isEmpty();

        pass(TICK);
        assertThat(this.served).containsExactly(entry);
    }

    @Test
    void servesAnAbsoluteTimeThatHasPassedNext() {
        Entry entry = armAbsolute(ManualTime.START.minusSeconds(10));
        Entry longAgo = armAbsolute(Instant.MIN);

        pass(TICK);

        assertThat(this.served).containsExactly(longAgo, entry);
    }

    @Test
    void servesAtOnceWhatAJumpOfTheWallClockHasPassed() {
        Entry entry = armAbsolute(ManualTime.START.plus(Duration.ofHours(5)));
        Entry relative = arm(Duration.ofHours(5));

        this.time.sleep(Duration.ofHours(6));
        assertThat(this.clock.serve()).isLessThanOrEqualTo(TICK.toNanos());
        pass(TICK);

        assertThat(this.served).containsExactly(entry);
        assertThat(relative.isArmed()).isTrue();
    }

    @Test
    void servesInTheOrderOfDueTimesWhatAJumpOfTheWallClockHasPassed() {
        List<Entry> expected = new ArrayList<>();
        for (int i = 20; i > 0; i--) {
            expected.add(0, armAbsolute(ManualTime.START.plusSeconds(i)));
        }

        this.time.sleep(Duration.ofHours(6));
        this.clock.serve();
        pass(TICK);

        assertThat(this.served).containsExactlyElementsOf(expected);
    }

    @Test
    void keepsTheOrderOfSettingOverAJumpOfTheWallClock() {
        List<Entry> set = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            set.add(armAbsolute(ManualTime.START.plusSeconds(60)));
        }

        this.time.sleep(Duration.ofSeconds(30));
        this.clock.serve();
        pass(Duration.ofSeconds(31));

        assertThat(this.served).containsExactlyElementsOf(set);
    }

    @Test
    void waitsLongerWhenTheWallClockIsSetBack() {
        Entry entry = armAbsolute(ManualTime.START.plusSeconds(10));

        this.time.sleep(Duration.ofHours(-1));
        pass(Duration.ofMinutes(59));
        pass(Duration.ofSeconds(59));
        assertThat(this.served).isEmpty();

        pass(Duration.ofSeconds(12));
        assertThat(this.served).containsExactly(entry);
    }

    @Test
    void waitsLongerWhenTheWallClockIsSetBackUnnoticed() {
        Entry entry = armAbsolute(ManualTime.START.plusSeconds(10));

        // Less than what makes the clock look again at all that is armed.
        this.time.sleep(Duration.ofNanos(-900_000));
        pass(Duration.ofSeconds(10));
        assertThat(this.served).isEmpty();

        pass(Duration.ofMillis(1));
        assertThat(this.served).containsExactly(entry);
    }

    @Test
    void looksAtTheWallClockEverySecondWhileAnAbsoluteTimeIsArmed() {
        arm(MONTHS);
        assertThat(this.clock.serve()).isGreaterThan(Duration.ofSeconds(1).toNanos());

        Entry entry = armAbsolute(ManualTime.START.plus(MONTHS));
        assertThat(this.clock.serve()).isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());

        disarm(entry);
        assertThat(this.clock.serve()).isGreaterThan(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void relativeTimesTakeNoNoticeOfTheWallClock() {
        Entry entry = arm(Duration.ofSeconds(10));

        this.time.sleep(Duration.ofDays(1));
        this.clock.serve();
        pass(Duration.ofSeconds(9));
        this.time.sleep(Duration.ofDays(-2));
        this.clock.serve();
        assertThat(this.served).isEmpty();

        pass(Duration.ofSeconds(1).plus(TICK));
        assertThat(this.served).containsExactly(entry);
    }

    @Test
    void absoluteTimesCountWhatTheMachineSleeps() {
        Entry entry = armAbsolute(ManualTime.START.plusSeconds(60));

        pass(Duration.ofSeconds(10));
        this.time.sleep(Duration.ofSeconds(45));
        pass(Duration.ofSeconds(4));
        assertThat(this.served).isEmpty();

        pass(Duration.ofSeconds(1).plus(TICK));
        assertThat(this.served).containsExactly(entry);
    }

    @Test
    void nothingIsTooFarAway() {
        Entry century = armAbsolute(ManualTime.START.plus(Duration.ofDays(36_525)));
        Entry end = armAbsolute(Instant.MAX);
        Entry longest = arm(Duration.ofSeconds(Long.MAX_VALUE));
        Entry near = arm(Duration.ofMillis(1));

        pass(Duration.ofMillis(2));
        assertThat(this.served).containsExactly(near);
        assertThat(List.of(century, end, longest)).allMatch(Entry::isArmed);

        pass(Duration.ofDays(36_524));
        assertThat(this.served).containsExactly(near, longest);
        pass(Duration.ofDays(1));
        assertThat(this.served).containsExactly(near, longest, century);
        assertThat(end.isArmed()).isTrue();
    }

    @Test
    void aDurationIsNeverTooLongToAdd() {
        assertThat(Clock.nanosOf(Duration.ZERO)).isZero();
        assertThat(Clock.nanosOf(Duration.ofNanos(-1))).isZero();
        assertThat(Clock.nanosOf(Duration.ofSeconds(Long.MIN_VALUE))).isZero();
        assertThat(Clock.nanosOf(Duration.ofNanos(7))).isEqualTo(7);
        assertThat(Clock.nanosOf(Duration.ofSeconds(Long.MAX_VALUE))).isLessThan(Long.MAX_VALUE / 3);
    }

    @Test
    void instantsBeyondALongAreAtItsEnds() {
        assertThat(TimeSource.toNanos(Instant.MAX)).isEqualTo(Long.MAX_VALUE);
        assertThat(TimeSource.toNanos(Instant.MIN)).isEqualTo(Long.MIN_VALUE);
        assertThat(TimeSource.toNanos(Instant.ofEpochSecond(0, 1))).isEqualTo(1);
        assertThat(TimeSource.toNanos(Instant.ofEpochSecond(-1, 1))).isEqualTo(-999_999_999);
    }

    @Test
    void servesWithinTheWindow() {
        Random random = new Random(2);
        for (int i = 0; i < 2000; i++) {
            Entry entry = new Entry();
            entry.window = Duration.ofNanos(random.nextLong() >>> (25 + random.nextInt(35)));
            arm(entry, Duration.ofNanos(random.nextLong() >>> (25 + random.nextInt(35))));
        }

        while (this.served.size() < 2000) {
            this.time.pass(Duration.ofNanos(this.clock.serve()));
        }

        assertThat(this.served).allSatisfy((entry) -> {
            assertThat(entry.servedAfter).isGreaterThanOrEqualTo(entry.delay.toNanos());
            assertThat(entry.servedAfter).isLessThanOrEqualTo(entry.delay.plus(entry.window).plus(TICK).toNanos());
        });
    }

    @Test
    void servesThoseWhoseWindowsOverlapTogether() {
        for (int i = 0; i < 50; i++) {
            Entry entry = new Entry();
            entry.window = Duration.ofMillis(200);
            arm(entry, Duration.ofMillis(100 + i));
        }

        int servings = 0;
        while (this.served.size() < 50) {
            int before = this.served.size();
            this.time.pass(Duration.ofNanos(this.clock.serve()));
            servings += (this.served.size() > before) ? 1 : 0;
        }

        assertThat(servings).isEqualTo(1);
        assertThat(this.served).allSatisfy((entry) -> assertThat(entry.servedAfter).isBetween(entry.delay.toNanos(),
                entry.delay.plus(entry.window).toNanos()));
    }

    @Test
    void aWindowAsLongAsCanBeDoesNoHarm() {
        Entry entry = new Entry();
        entry.window = Duration.ofSeconds(Long.MAX_VALUE);
        arm(entry, Duration.ofMillis(1));
        Entry near = arm(Duration.ofMillis(1));

        pass(Duration.ofMillis(2));

        assertThat(this.served).contains(near);
        assertThat(entry.isArmed() || this.served.contains(entry)).isTrue();
    }

    @Test
    void anEntryMayArmItselfAgainWhenItExpires() {
        Entry entry = new Entry();
        entry.again = Duration.ofMillis(10);
        arm(entry, Duration.ofMillis(10));

        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(1));
        }

        assertThat(this.served).hasSizeBetween(9, 10).containsOnly(entry);
    }

    @Test
    void whatThrowsKeepsNothingElseFromBeingServed() {
        Entry first = arm(Duration.ofMillis(1));
        Entry second = arm(Duration.ofMillis(1));
        first.failure = new IllegalStateException("meant to be seen in the log");

        pass(Duration.ofMillis(2));

        assertThat(this.served).containsExactly(first, second);
    }

    @Test
    void losesNothingWhenMemoryRunsOutWhileItServes() {
        Entry first = arm(Duration.ofMillis(1));
        Entry second = arm(Duration.ofMillis(1));
        Entry third = arm(Duration.ofMillis(1));
        second.shortages = 2;

        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> pass(Duration.ofMillis(2)));
        assertThat(this.served).as("what needs no memory").containsExactly(first, third);
        assertThat(second.isArmed()).isTrue();

        Entry later = arm(Duration.ofMillis(1));
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> pass(Duration.ofMillis(2)));
        assertThat(this.served).containsExactly(first, third, later);

        pass(TICK);
        assertThat(this.served).containsExactly(first, third, later, second);
    }

    @Test
    void losesNoAbsoluteTimeWhenMemoryRunsOutWhileTheWallClockIsFoundToBeSet() {
        for (int looks = 0; looks < 4; looks++) {
            ShortTime shortTime = new ShortTime(this.time);
            Clock own = new Clock(shortTime, (run) -> new Thread());
            this.served.clear();
            Entry first = new Entry();
            Entry second = new Entry();
            Instant due = this.time.instant().plusSeconds(3600);
            armAbsoluteOn(own, first, TimeSource.toNanos(due));
            armAbsoluteOn(own, second, TimeSource.toNanos(due));

            this.time.sleep(Duration.ofHours(1));
            shortTime.looksLeft = looks;
            try {
                own.serve();
            }
            catch (OutOfMemoryError ex) {
                assertThat(ex).hasMessage("on purpose");
            }
            shortTime.looksLeft = Integer.MAX_VALUE;
            this.time.pass(TICK.multipliedBy(2));
            own.serve();
            this.time.pass(TICK.multipliedBy(2));
            own.serve();
            assertThat(this.served).as("after %d looks", looks).containsExactly(first, second);
            assertThat(own.serve()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void servesTheOtherShardsWhenThereIsNoMemoryForOne() {
        for (int shard = 0; shard < Shards.COUNT; shard++) {
            ShortTime shortTime = new ShortTime(this.time);
            Clock own = new Clock(shortTime, (run) -> new Thread());
            this.served.clear();
            Entry absolute = inShard(shard);
            armAbsoluteOn(own, absolute, TimeSource.toNanos(this.time.instant().plusMillis(1)));
            List<Entry> relative = new ArrayList<>();
            for (int other = 0; other < Shards.COUNT; other++) {
                relative.add(inShard(other));
            }
            relative.remove(shard);
            relative.forEach((entry) -> armOn(own, entry, Duration.ofMillis(1)));

            this.time.pass(Duration.ofMillis(2));
            shortTime.looksLeft = 0;
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(own::serve);
            assertThat(this.served).containsExactlyInAnyOrderElementsOf(relative);

            shortTime.looksLeft = Integer.MAX_VALUE;
            own.serve();
            assertThat(this.served).hasSize(Shards.COUNT).endsWith(absolute);
        }
    }

    @Test
    void hasNoThreadUntilSomethingIsArmed() {
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);

        Entry entry = new Entry();
        own.lock(entry);
        own.unlock(entry);
        own.serve();

        assertThat(running.threads).isEmpty();
    }

    @Test
    void hasOneThreadThatLeavesSecondsAfterNothingIsArmed() {
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);
        running.stop();
        Entry entry = new Entry();
        armOn(own, entry, Duration.ofHours(1));
        await().until(() -> running.parked.get() > 0);

        own.lock(entry);
        own.disarm(entry);
        own.unlock(entry);
        running.go();

        await().until(() -> running.threads.stream().noneMatch(Thread::isAlive));
        assertThat(running.threads).hasSize(1).allMatch(Thread::isDaemon);
        // It is not woken when the last entry is disarmed, so it finds out some time
        // later.
        assertThat(running.passed()).isBetween(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(11));
    }

    @ParameterizedTest
    @CsvSource({ "1, 3600000", "1, 6000", "2000, 3600000", "2000, 10", "20, 4000", "2000, 300" })
    void itsThreadLeavesSecondsAfterAllHasBecomeIdle(int count, long millisApart) {
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);
        running.stop();
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Entry entry = new Entry();
            armOn(own, entry, Duration.ofMillis(i * millisApart));
            entries.add(entry);
        }
        await().until(() -> running.parked.get() > 0);

        entries.forEach((entry) -> entry.setIdle(true));
        running.go();

        await().until(() -> running.threads.stream().noneMatch(Thread::isAlive));
        assertThat(running.threads).hasSize(1);
        assertThat(entries).noneMatch(ClockEntry::isArmed).allMatch((entry) -> entry.expired.getCount() == 1);
        assertThat(running.passed()).isBetween(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(11));
    }

    @Test
    void whatIsIdleKeepsItsPlaceForASecondAndWhatIsNotStays() {
        Entry idle = arm(Duration.ofHours(1));
        Entry near = arm(Duration.ofHours(2));
        idle.setIdle(true);

        pass(Duration.ofSeconds(1).minusNanos(1));
        assertThat(idle.isArmed()).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(idle.isArmed()).isFalse();

        arm(idle, Duration.ofHours(1));
        idle.setIdle(true);
        pass(Duration.ofMillis(999));
        assertThat(idle.isArmed()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(idle.isArmed()).isFalse();
        assertThat(near.isArmed()).isTrue();
    }

    @Test
    void takesOutWhatIsIdleBitByBitAndServesInBetween() {
        List<Entry> idle = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            idle.add(arm(Duration.ofHours(1)));
        }
        idle.forEach((entry) -> entry.setIdle(true));

        this.time.pass(Duration.ofSeconds(1));
        assertThat(this.clock.serve()).as("it is called again at once").isZero();
        assertThat(idle).anyMatch(ClockEntry::isArmed).anyMatch((entry) -> !entry.isArmed());
        Entry near = arm(Duration.ZERO);
        pass(TICK);
        assertThat(this.served).containsExactly(near);
        while (this.clock.serve() == 0) {
            assertThat(idle).anyMatch(ClockEntry::isArmed);
        }

        assertThat(idle).noneMatch(ClockEntry::isArmed);
        assertThat(this.clock.serve()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void hasAThreadAgainAfterItHasLeft() {
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);
        armOn(own, new Entry(), Duration.ofMillis(1));
        await().until(() -> !running.threads.isEmpty() && running.threads.stream().noneMatch(Thread::isAlive));

        Entry entry = new Entry();
        CountDownLatch expired = entry.expired;
        armOn(own, entry, Duration.ofMillis(1));

        assertThat(awaitLatch(expired)).isTrue();
        await().until(() -> running.threads.stream().noneMatch(Thread::isAlive));
        assertThat(running.threads).hasSize(2);
    }

    @Test
    void isWokenForWhatComesBeforeWhatItWaitsFor() {
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);
        running.stop();
        armOn(own, new Entry(), Duration.ofHours(1));
        await().until(() -> running.parked.get() > 0);

        armOn(own, new Entry(), Duration.ofSeconds(1));

        await().until(() -> running.lastPark <= Duration.ofSeconds(1).plus(TICK).toNanos());
        running.go();
    }

    @Test
    void isWokenToWatchTheWallClock() {
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);
        running.stop();
        armOn(own, new Entry(), Duration.ofHours(1));
        await().until(() -> running.parked.get() > 0);

        armAbsoluteOn(own, new Entry(), running.wallNanos() + TimeUnit.HOURS.toNanos(2));

        await().until(() -> running.lastPark <= TimeUnit.SECONDS.toNanos(1));
        running.go();
    }

    @Test
    void missesNothingThatIsArmedInAnyShardWhileItDecidesHowLongToPark() {
        int last = Shards.COUNT - 1;
        // It looks at the time once for each look at the shard that has an absolute time,
        // and once between the two.
        for (int look = 1; look <= 3; look++) {
            for (int shard = 0; shard < last; shard++) {
                RunningTime running = new RunningTime();
                Clock own = new Clock(running);
                running.stop();
                Entry late = inShard(shard);
                Entry first = new Entry();
                AtomicInteger looks = new AtomicInteger();
                int when = look;
                running.onLook = () -> {
                    if (first.expired.getCount() == 0 && looks.incrementAndGet() == when) {
                        armOn(own, late, Duration.ofMillis(1));
                        // As a lock does for which it has to wait: it spends a wake-up.
                        LockSupport.parkNanos(1);
                    }
                };
                armAbsoluteOn(own, inShard(last), running.wallNanos() + TimeUnit.HOURS.toNanos(2));
                armOn(own, first, Duration.ofNanos(1));
                running.jump(TICK);

                await().until(() -> first.expired.getCount() == 0 || wake(running));
                await().untilAsserted(
                        () -> assertThat(running.lastPark).isBetween(1L, Duration.ofMillis(1).plus(TICK).toNanos()));
                running.go();
            }
        }
    }

    @Test
    void missesNothingThatIsArmedInAnyShardWhileItLeaves() {
        Random random = new Random(5);
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);
        List<Entry> entries = new ArrayList<>();
        for (int shard = 0; shard < Shards.COUNT; shard++) {
            entries.add(inShard(shard));
        }

        // It parks in no time, and so leaves at once when nothing is armed.
        for (int i = 0; i < 3000; i++) {
            Entry entry = entries.get(random.nextInt(entries.size()));
            entry.expired = new CountDownLatch(1);
            armOn(own, entry, Duration.ofMillis(1));
            assertThat(awaitLatch(entry.expired)).isTrue();
            for (int spins = random.nextInt(20_000); spins > 0; spins--) {
                Thread.onSpinWait();
            }
        }

        await().until(() -> running.threads.stream().noneMatch(Thread::isAlive));
        assertThat(running.threads).as("it did leave").hasSizeGreaterThan(100);
    }

    @Test
    void missesNothingThatIsArmedWhileItTellsOfAnExpiry() throws Exception {
        RunningTime running = new RunningTime();
        Clock own = new Clock(running);
        running.stop();
        Semaphore busy = new Semaphore(0);
        Entry slow = new Entry();
        slow.whileServed = busy::acquireUninterruptibly;
        armOn(own, new Entry(), Duration.ofHours(1));
        armOn(own, slow, Duration.ZERO);
        running.jump(TICK.multipliedBy(2));
        await().until(() -> busy.hasQueuedThreads() || wake(running));

        // The thread waits for a lock, which takes the wake-up that is meant for it.
        armOn(own, new Entry(), Duration.ofSeconds(1));
        Thread waiting = running.threads.iterator().next();
        await().until(() -> waiting.getState() == Thread.State.WAITING);
        int before = running.parked.get();
        busy.release();

        await().until(() -> running.parked.get() > before);
        await().untilAsserted(
                () -> assertThat(running.lastPark).isLessThanOrEqualTo(Duration.ofSeconds(1).plus(TICK).toNanos()));
        running.go();
    }

    @Test
    void goesOnAfterAFailureOfItsOwn() {
        RunningTime running = new RunningTime();
        running.failures.set(3);
        Clock own = new Clock(running);
        Entry entry = new Entry();

        armAbsoluteOn(own, entry, running.wallNanos() + 1000);

        assertThat(awaitLatch(entry.expired)).isTrue();
        assertThat(running.failures).hasValue(0);
    }

    private static boolean wake(RunningTime running) {
        running.threads.forEach(LockSupport::unpark);
        return false;
    }

    private static boolean awaitLatch(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        }
        catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    /**
     * An entry that a thread of that shard has made.
     */
    private Entry inShard(int shard) {
        return OfShard.make(shard, Entry::new);
    }

    private Entry arm(Duration delay) {
        return arm(new Entry(), delay);
    }

    private Entry arm(Entry entry, Duration delay) {
        entry.armedAt = this.time.nanoTime();
        entry.delay = delay;
        armOn(this.clock, entry, delay);
        return entry;
    }

    private static void armOn(Clock clock, Entry entry, Duration delay) {
        clock.lock(entry);
        try {
            clock.arm(entry, clock.now() + Clock.nanosOf(delay), Clock.nanosOf(entry.window), entry.window.isZero());
        }
        finally {
            clock.unlock(entry);
        }
    }

    private static void armAbsoluteOn(Clock clock, Entry entry, long wallNanos) {
        clock.lock(entry);
        try {
            clock.armAbsolute(entry, wallNanos, 0);
        }
        finally {
            clock.unlock(entry);
        }
    }

    private Entry armAbsolute(Instant due) {
        return armAbsolute(new Entry(), due);
    }

    private Entry armAbsolute(Entry entry, Instant due) {
        armAbsoluteOn(this.clock, entry, TimeSource.toNanos(due));
        return entry;
    }

    private boolean disarm(Entry entry) {
        this.clock.lock(entry);
        try {
            return this.clock.disarm(entry);
        }
        finally {
            this.clock.unlock(entry);
        }
    }

    private void pass(Duration duration) {
        this.time.pass(duration);
        this.clock.serve();
    }

    private final class Entry extends BareEntry {

        private volatile CountDownLatch expired = new CountDownLatch(1);

        private Duration delay = Duration.ZERO;

        private Duration window = Duration.ZERO;

        private Duration again = Duration.ZERO;

        private RuntimeException failure;

        private int shortages;

        private Runnable whileServed = () -> {
        };

        private long armedAt;

        private long servedAfter;

        @Override
        Post expire(Clock clock, long now) {
            if (isIdle()) {
                return Post.REFUSED;
            }
            if (this.shortages > 0) {
                this.shortages--;
                throw new OutOfMemoryError("on purpose");
            }
            if (!this.again.isZero()) {
                clock.arm(this, due() + this.again.toNanos(), 0, true);
            }
            return Post.COUNTED;
        }

        @Override
        void afterExpiry(Post post) {
            this.whileServed.run();
            this.servedAfter = ClockTests.this.time.manualNanos() - this.armedAt;
            ClockTests.this.served.add(this);
            this.expired.countDown();
            if (this.failure != null) {
                throw this.failure;
            }
        }

    }

    /**
     * A wall clock that takes memory to be read, of which there is some left.
     */
    private static final class ShortTime implements TimeSource {

        private final TimeSource time;

        private int looksLeft = Integer.MAX_VALUE;

        ShortTime(TimeSource time) {
            this.time = time;
        }

        @Override
        public long nanoTime() {
            return this.time.nanoTime();
        }

        @Override
        public long wallNanos() {
            if (this.looksLeft == 0) {
                throw new OutOfMemoryError("on purpose");
            }
            this.looksLeft--;
            return this.time.wallNanos();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            this.time.parkNanos(blocker, nanos);
        }

    }

    /**
     * Time that runs as fast as the clock's thread parks, or stands still while it parks.
     */
    private static final class RunningTime implements TimeSource {

        private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

        private final AtomicLong nanos = new AtomicLong();

        private final AtomicInteger parked = new AtomicInteger();

        private final AtomicInteger failures = new AtomicInteger();

        private volatile boolean stopped;

        private volatile long lastPark;

        private volatile Runnable onLook = () -> {
        };

        void stop() {
            this.stopped = true;
        }

        void go() {
            this.stopped = false;
            this.threads.forEach(LockSupport::unpark);
        }

        void jump(Duration duration) {
            this.nanos.addAndGet(duration.toNanos());
        }

        long passed() {
            return this.nanos.get();
        }

        @Override
        public long nanoTime() {
            if (Thread.currentThread().getName().equals("tp-clock")) {
                this.threads.add(Thread.currentThread());
                this.onLook.run();
            }
            return this.nanos.get();
        }

        @Override
        public long wallNanos() {
            if (this.threads.contains(Thread.currentThread())
                    && this.failures.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("meant to be seen in the log");
            }
            return TimeSource.toNanos(ManualTime.START) + this.nanos.get();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            this.lastPark = nanos;
            this.parked.incrementAndGet();
            if (this.stopped) {
                LockSupport.park(blocker);
            }
            if (!this.stopped) {
                this.nanos.addAndGet(nanos);
            }
        }

    }

}
