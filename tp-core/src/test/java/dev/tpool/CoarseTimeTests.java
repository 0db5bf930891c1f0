package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CoarseTime}.
 */
class CoarseTimeTests {

    private static final long MILLI = 1_000_000;

    private static final long SECOND = 1_000 * MILLI;

    private static final long TICK = 1L << TimerWheel.TICK_SHIFT;

    private long now = 12_345 * SECOND;

    private final CoarseTime coarse = new CoarseTime(() -> this.now);

    @Test
    void isAskedForByThoseWhoReadTheClockVeryOften() {
        assertThat(this.coarse.isWanted()).isFalse();
        assertThat(readOften(3_000, 10_000)).isFalse();
        assertThat(this.coarse.isWanted()).isFalse();

        assertThat(readOften(3_000, 100)).isTrue();
        assertThat(this.coarse.isWanted()).isTrue();
        // Somebody has said it.
        assertThat(readOften(3_000, 100)).isFalse();
    }

    @Test
    void endsUnlessItIsAskedForAgain() {
        assertThat(this.coarse.dueIn(10 * SECOND)).isNegative();
        assertThat(readOften(3_000, 100)).isTrue();
        this.coarse.begin();
        int rounds = 0;
        do {
            assertThat(this.coarse.dueIn(10 * SECOND)).isPositive();
            this.now += MILLI;
            rounds++;
        }
        while (this.coarse.goesOn() && rounds <= 100);
        assertThat(rounds).isBetween(10, 100);
        assertThat(this.coarse.dueIn(10 * SECOND)).isNegative();
        assertThat(this.coarse.isWanted()).isFalse();

        assertThat(readOften(3_000, 100)).isTrue();
        this.coarse.begin();
        assertThat(this.coarse.dueIn(10 * SECOND)).isPositive();
    }

    @Test
    void isForWhatIsDueNeitherSoonNorLate() {
        this.coarse.begin();
        assertThat(this.coarse.dueIn(2 * SECOND - 1)).isNegative();
        assertThat(this.coarse.dueIn(2 * SECOND)).isPositive();
        assertThat(this.coarse.dueIn(1_800 * SECOND)).isPositive();
        assertThat(this.coarse.dueIn(1_800 * SECOND + 1)).isNegative();
        assertThat(this.coarse.dueIn(Clock.FARTHEST_NANOS)).isNegative();
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 7, 40, 3_000 })
    void isLateByTheSlackAtMostIfItIsWrittenDownInTime(int periods) {
        this.coarse.begin();
        this.now += periods * SECOND;
        this.coarse.replace();
        long armed = this.now;
        for (int i = 0; i < 20; i++) {
            this.now += MILLI / 10;
            long due = this.coarse.dueIn(5 * SECOND);
            assertThat(CoarseTime.isCoarse(due)).isTrue();
            this.coarse.replace();
            assertThat(this.coarse.exactly(due)).isEqualTo(CoarseTime.earliest(due));
            long served = TimerWheel.tickFor(CoarseTime.earliest(due)) * TICK;
            assertThat(served - armed - 5 * SECOND).isBetween(0L, CoarseTime.SLACK_NANOS + MILLI / 10 * (i + 1) + TICK);
        }
    }

    @Test
    void whatIsArmedWhileTheThreadIsHeldUpIsDueAsMuchLater() {
        this.coarse.begin();
        this.now += 300 * MILLI;
        long due = this.coarse.dueIn(5 * SECOND);
        long armed = this.now;
        this.now += 4 * MILLI;
        this.coarse.replace();

        assertThat(this.coarse.exactly(due)).isGreaterThanOrEqualTo(armed + 5 * SECOND);
        assertThat(this.coarse.exactly(due) - armed).isLessThan(5 * SECOND + 5 * MILLI);
        long later = this.coarse.dueIn(5 * SECOND);
        assertThat(TimerWheel.tickFor(CoarseTime.earliest(later)) * TICK).isGreaterThanOrEqualTo(this.now + 5 * SECOND);
    }

    @Test
    void whatWasArmedLongBeforeTheThreadWasHeldUpIsNotLater() {
        this.coarse.begin();
        long due = this.coarse.dueIn(5 * SECOND);
        this.now += 100 * MILLI;
        this.coarse.end();
        this.coarse.begin();
        this.now += 300 * MILLI;
        this.coarse.replace();

        assertThat(this.coarse.exactly(due) - CoarseTime.earliest(due)).isLessThan(100 * MILLI);
        long other = this.coarse.dueIn(5 * SECOND);
        this.now += 8 * SECOND;
        this.coarse.replace();
        assertThat(this.coarse.exactly(due)).isLessThan(this.now);
        assertThat(this.coarse.exactly(other)).isGreaterThan(this.now);
    }

    @Test
    void whatIsArmedWhileItEndsIsDueLater() {
        this.coarse.begin();
        this.now += 30 * MILLI;
        long due = this.coarse.dueIn(5 * SECOND);
        long armed = this.now;
        this.coarse.end();

        assertThat(this.coarse.exactly(due)).isGreaterThanOrEqualTo(armed + 5 * SECOND);
    }

    @Test
    void forgetsWhatWasLackingAnHourAgo() {
        this.coarse.begin();
        this.now += 300 * MILLI;
        this.coarse.replace();
        long wrap = 4096L << 30;
        this.now += wrap - 10 * SECOND;
        // As often as not nobody asks for a long time.
        this.coarse.end();
        this.now += 10 * SECOND - 300 * MILLI;
        this.coarse.begin();
        long due = this.coarse.dueIn(5 * SECOND);
        this.coarse.replace();

        assertThat(this.coarse.exactly(due)).isEqualTo(CoarseTime.earliest(due));
    }

    /**
     * Random arming, in a random world: the thread may be held up anywhere, for any time.
     */
    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
    void nothingIsEverEarly(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Armed> armed = new ArrayList<>();
        int expired = 0;
        for (int step = 0; step < 200_000; step++) {
            pass(random);
            switch (random.nextInt(8)) {
                case 0 -> this.coarse.begin();
                case 1 -> this.coarse.replace();
                case 2 -> {
                    if (random.nextInt(10) == 0) {
                        this.coarse.end();
                    }
                }
                case 3, 4, 5 -> {
                    long delay = random.nextLong(CoarseTime.SHORTEST_NANOS,
                            random.nextBoolean() ? 4 * SECOND : CoarseTime.LONGEST_NANOS);
                    long began = this.now;
                    long due = this.coarse.dueIn(delay);
                    if (due >= 0) {
                        armed.add(new Armed(due, began + delay));
                    }
                }
                default -> expired += serve(random, armed);
            }
        }
        assertThat(expired).isGreaterThan(10_000);
    }

    private int serve(SplittableRandom random, List<Armed> armed) {
        long tick = this.now / TICK;
        pass(random);
        this.coarse.replace();
        pass(random);
        int expired = 0;
        for (Iterator<Armed> left = armed.iterator(); left.hasNext();) {
            Armed each = left.next();
            if (TimerWheel.tickFor(CoarseTime.earliest(each.due)) > tick) {
                continue;
            }
            long exactly = this.coarse.exactly(each.due);
            each.due = exactly;
            if (TimerWheel.tickFor(exactly) <= tick) {
                assertThat(tick * TICK).isGreaterThanOrEqualTo(each.notBefore);
                left.remove();
                expired++;
            }
        }
        return expired;
    }

    private void pass(SplittableRandom random) {
        int kind = random.nextInt(1_000);
        if (kind < 900) {
            this.now += random.nextLong(MILLI);
        }
        else if (kind < 998) {
            this.now += random.nextLong(100 * MILLI);
        }
        else if (random.nextInt(50) > 0) {
            this.now += random.nextLong(10 * SECOND);
        }
        else {
            this.now += random.nextLong(Duration.ofMinutes(20).toNanos());
        }
    }

    private boolean readOften(int times, long nanosApart) {
        boolean asked = false;
        for (int i = 0; i < times; i++) {
            this.now += nanosApart;
            asked |= this.coarse.isToBeAskedFor(this.now);
        }
        return asked;
    }

    private static final class Armed {

        private final long notBefore;

        private long due;

        Armed(long due, long notBefore) {
            this.due = due;
            this.notBefore = notBefore;
        }

    }

}
