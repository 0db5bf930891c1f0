package dev.tpool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The wheel by itself: no thread, no time but the ticks that a test names.
 */
class TimerWheelTests {

    private final TimerWheel wheel = new TimerWheel(new CoarseTime(() -> 0));

    @Test
    void isEmptyAtFirst() {
        assertThat(this.wheel.size()).isZero();
        assertThat(this.wheel.nextTick()).isEqualTo(Long.MAX_VALUE);
        assertThat(advance(1_000_000)).isEmpty();
        assertThat(this.wheel.present()).isEqualTo(1_000_000);
    }

    @Test
    void servesAnEntryInItsTickAndNotBefore() {
        for (long distance = 1; distance < 1L << 46; distance = distance * 3 + 1) {
            Entry entry = add(this.wheel.present() + distance);

            assertThat(advance(entry.tick - 1)).isEmpty();
            assertThat(entry.isArmed()).isTrue();
            assertThat(advance(entry.tick)).containsExactly(entry);
            assertThat(entry.isArmed()).isFalse();
        }
        assertThat(this.wheel.size()).isZero();
    }

    @Test
    void servesOnBothSidesOfEveryBorderBetweenLevels() {
        List<Entry> expected = new ArrayList<>();
        for (int level = 1; level <= 7; level++) {
            long border = 1L << (6 * level);
            expected.add(add(border - 1));
            expected.add(add(border));
            expected.add(add(border + 1));
        }

        for (Entry entry : expected) {
            assertThat(advance(entry.tick - 1)).isEmpty();
            assertThat(advance(entry.tick)).containsExactly(entry);
        }
    }

    @Test
    void servesNextWhatIsAddedForATickThatHasPassed() {
        advance(1000);

        Entry late = add(10);
        Entry present = add(1000);

        assertThat(this.wheel.nextTick()).isEqualTo(1001);
        assertThat(advance(1000)).isEmpty();
        assertThat(advance(1001)).containsExactly(late, present);
    }

    @Test
    void keepsTheOrderOfAddingWithinATickOnEveryLevel() {
        for (long tick = 7; tick < 1L << 45; tick *= 11) {
            TimerWheel fresh = new TimerWheel(new CoarseTime(() -> 0));
            List<Entry> added = new ArrayList<>();
            // From afar, from the levels in between, and from close by.
            for (long distance = tick; distance > 0; distance /= 5) {
                fresh.advance(tick - distance, new ArrayList<>());
                added.add(add(fresh, tick));
                added.add(add(fresh, tick));
            }

            assertThat(advance(fresh, tick)).containsExactlyElementsOf(added);
        }
    }

    @Test
    void servesManyTicksAtOnceInTheirOrder() {
        Entry far = add(1L << 40);
        Entry middle = add(70_000);
        Entry near = add(3);

        assertThat(advance(Long.MAX_VALUE >> 16)).containsExactly(near, middle, far);
    }

    @Test
    void forgetsWhatIsRemoved() {
        Entry first = add(500);
        Entry second = add(500);
        Entry third = add(500);
        Entry far = add(1L << 30);

        remove(second);
        remove(far);

        assertThat(this.wheel.size()).isEqualTo(2);
        assertThat(second.isArmed()).isFalse();
        assertThat(advance(1L << 31)).containsExactly(first, third);
        assertThat(this.wheel.nextTick()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void removesFirstAndLastOfASlot() {
        Entry first = add(500);
        Entry second = add(500);
        Entry third = add(500);

        remove(first);
        remove(third);
        Entry fourth = add(500);
        remove(second);

        assertThat(advance(500)).containsExactly(fourth);
    }

    @Test
    void removesWhatHasMovedDown() {
        Entry stays = add(64 * 64 + 130);
        Entry goes = add(64 * 64 + 130);

        advance(64 * 64 + 1);
        remove(goes);
        advance(64 * 64 + 128);
        remove(stays);

        assertThat(this.wheel.nextTick()).isEqualTo(Long.MAX_VALUE);
        assertThat(advance(1 << 20)).isEmpty();
    }

    @Test
    void takesTheSameEntryAgainAfterItWasServedOrRemoved() {
        Entry entry = add(10);
        advance(10);

        add(this.wheel, entry, 20);
        remove(entry);
        add(this.wheel, entry, 15);

        assertThat(advance(20)).containsExactly(entry);
        assertThat(this.wheel.size()).isZero();
    }

    @Test
    void servesAnEntryThatIsPutOffInItsNewTickAlone() {
        for (long distance = 1; distance < 1L << 40; distance = distance * 3 + 1) {
            Entry entry = add(this.wheel.present() + distance);
            Entry other = add(entry.tick);

            move(entry, entry.tick + distance);

            assertThat(advance(other.tick)).containsExactly(other);
            assertThat(advance(entry.tick - 1)).isEmpty();
            assertThat(advance(entry.tick)).containsExactly(entry);
            assertThat(this.wheel.size()).isZero();
        }
    }

    @Test
    void servesAnEntryThatIsBroughtForwardInItsNewTickAlone() {
        for (long distance = 1; distance < 1L << 40; distance = distance * 3 + 1) {
            Entry entry = add(this.wheel.present() + 2 * distance);
            Entry other = add(entry.tick);

            move(entry, entry.tick - distance);

            assertThat(advance(entry.tick - 1)).isEmpty();
            assertThat(advance(entry.tick)).containsExactly(entry);
            assertThat(advance(other.tick)).containsExactly(other);
            assertThat(this.wheel.size()).isZero();
        }
    }

    @Test
    void forgetsAnEntryThatWasPutOffAndRemoved() {
        Entry entry = add(500);
        Entry other = add(500);
        move(entry, 70_000);

        remove(entry);

        assertThat(entry.isArmed()).isFalse();
        assertThat(advance(100_000)).containsExactly(other);
        assertThat(this.wheel.nextTick()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void dropsAnEntryThatIsIdleWhenItsSlotIsReachedBeforeItsTick() {
        for (long distance = 1; distance < 1L << 40; distance = distance * 3 + 1) {
            Entry entry = add(this.wheel.present() + distance);
            Entry other = add(entry.tick);
            becomeIdle(entry);
            assertThat(entry.isArmed()).isTrue();
            assertThat(this.wheel.size()).isEqualTo(2);

            long slot = this.wheel.nextTick();
            assertThat(advance(slot)).isEqualTo((slot == other.tick) ? List.of(entry, other) : List.of());

            assertThat(entry.isArmed()).isFalse();
            assertThat(entry.dueWord()).as("nobody puts it off from there").isNotNegative();
            advance(other.tick);
            assertThat(this.wheel.size()).isZero();
            assertThat(this.wheel.nextTick()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void servesAnEntryThatWasIdleInItsNewTickAlone() {
        for (long distance = 1; distance < 1L << 40; distance = distance * 3 + 1) {
            Entry later = add(this.wheel.present() + 2 * distance);
            Entry sooner = add(this.wheel.present() + 2 * distance);
            becomeIdle(later);
            becomeIdle(sooner);

            putOff(later, later.tick + distance);
            putOff(sooner, sooner.tick - distance);

            assertThat(advance(sooner.tick - 1)).isEmpty();
            assertThat(advance(sooner.tick)).containsExactly(sooner);
            assertThat(advance(later.tick - 1)).isEmpty();
            assertThat(advance(later.tick)).containsExactly(later);
            assertThat(this.wheel.size()).isZero();
        }
    }

    @Test
    void takesOutAsManyIdleEntriesAsItMayLookAt() {
        List<Entry> idle = new ArrayList<>();
        // Rings of three, in many slots of all levels.
        for (long tick = 7; tick < 1L << 45; tick *= 3) {
            for (int i = 0; i < 3; i++) {
                idle.add(becomeIdle(add(tick)));
            }
        }

        int left = idle.size();
        assertThat(left).isGreaterThan(70);
        for (; left >= 7; left -= 7) {
            assertThat(this.wheel.removeIdle(7)).as("there may be more").isTrue();
            assertThat(this.wheel.size()).isEqualTo(left - 7);
            int taken = idle.size() - this.wheel.size();
            assertThat(idle.subList(0, taken)).noneMatch(ClockEntry::isArmed);
            assertThat(idle.subList(taken, idle.size())).allMatch(ClockEntry::isArmed);
        }
        assertThat(this.wheel.removeIdle(7)).isFalse();

        assertThat(this.wheel.size()).isZero();
        assertThat(this.wheel.nextTick()).isEqualTo(Long.MAX_VALUE);
        assertThat(this.wheel.removeIdle(7)).isFalse();
    }

    @Test
    void leavesWhatIsNotIdleWhereItIs() {
        List<Entry> armed = new ArrayList<>();
        List<Entry> idle = new ArrayList<>();
        for (long tick = 7; tick < 1L << 45; tick *= 3) {
            for (int i = 0; i < 5; i++) {
                ((i % 2 != 0) ? armed : idle).add(add(tick));
            }
        }
        idle.forEach(TimerWheelTests::becomeIdle);

        assertThat(this.wheel.removeIdle(3)).as("the second of them is not").isFalse();
        assertThat(this.wheel.size()).isEqualTo(armed.size() + idle.size() - 2);
        assertThat(this.wheel.removeIdle(armed.size() + idle.size())).isFalse();

        assertThat(this.wheel.size()).isEqualTo(armed.size());
        assertThat(advance(1L << 45)).containsExactlyElementsOf(armed);
    }

    @Test
    void losesNothingThatIsNotIdleWhenMemoryRunsOut() {
        Entry first = add(10);
        Entry second = add(10);
        Entry idle = add(10);
        Entry third = add(10);
        putOff(idle, 90);
        becomeIdle(idle);
        ShortList expired = new ShortList(1);

        this.wheel.advance(10, expired);
        assertThat(expired).containsExactly(first);
        assertThat(idle.isArmed()).isFalse();
        assertThat(this.wheel.size()).isEqualTo(2);

        expired.room = 3;
        this.wheel.advance(12, expired);
        assertThat(expired).containsExactly(first, second, third);
        assertThat(this.wheel.size()).isZero();
    }

    @Test
    void losesNothingWhenMemoryRunsOutWhileASlotIsServed() {
        Entry first = add(10);
        Entry second = add(10);
        Entry third = add(10);
        Entry fourth = add(11);
        ShortList expired = new ShortList(1);

        this.wheel.advance(12, expired);
        assertThat(expired).containsExactly(first);
        assertThat(expired.refusals).as("each takes a garbage collection").isEqualTo(1);
        assertThat(this.wheel.size()).isEqualTo(3);
        assertThat(this.wheel.nextTick()).isEqualTo(11);

        expired.room = 4;
        this.wheel.advance(12, expired);
        assertThat(expired).hasSize(4).contains(first, second, third, fourth);
        assertThat(this.wheel.size()).isZero();
    }

    @Test
    void saysSoWhenThereIsNoMemoryForASingleOne() {
        Entry first = add(10);
        Entry second = add(10);
        ShortList expired = new ShortList(0);

        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> this.wheel.advance(1000, expired));
        assertThat(expired.refusals).isEqualTo(1);

        expired.room = 2;
        this.wheel.advance(1000, expired);
        assertThat(expired).containsExactly(first, second);
    }

    @Test
    void namesTheNextTickExactlyWhenItIsNear() {
        add(40);
        assertThat(this.wheel.nextTick()).isEqualTo(40);

        add(25);
        assertThat(this.wheel.nextTick()).isEqualTo(25);
    }

    @Test
    void needsNoMoreThanOneStepPerLevelToReachAFarEntry() {
        Entry far = add((1L << 42) + 12_345_678_901L);

        int steps = 0;
        while (far.isArmed()) {
            long next = this.wheel.nextTick();
            assertThat(next).isGreaterThan(this.wheel.present()).isLessThanOrEqualTo(far.tick);
            advance(next);
            steps++;
        }

        assertThat(steps).isLessThanOrEqualTo(8);
    }

    @Test
    void whatWasArmedTooEarlyByTheCoarseTimeIsPutOffWhenItWouldBeDue() {
        AtomicLong now = new AtomicLong();
        CoarseTime coarse = new CoarseTime(now::get);
        TimerWheel wheel = new TimerWheel(coarse);
        Entry entry = add(wheel, 1);
        Entry held = add(wheel, 1);
        coarse.begin();
        now.set(TimeUnit.MILLISECONDS.toNanos(500));
        for (Entry each : List.of(entry, held)) {
            assertThat(each.putOff(each.dueWord(), coarse.dueIn(TimeUnit.SECONDS.toNanos(2)))).isTrue();
        }
        coarse.replace();

        long due = TimerWheel.tickFor(TimeUnit.MILLISECONDS.toNanos(2_500));
        assertThat(advance(wheel, due - 1)).isEmpty();
        assertThat(entry.dueWord()).as("may be armed anew").isNegative();
        assertThat(TimerWheel.tickFor(entry.due())).isBetween(due, due + 2);
        wheel.remove(held);
        assertThat(advance(wheel, due + 2)).containsExactly(entry);
    }

    @RepeatedTest(40)
    void doesWhatASortedListDoes(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        TreeMap<Long, List<Entry>> model = new TreeMap<>();
        List<Entry> armed = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int action = random.nextInt(10);
            if (action < 5) {
                Entry entry = add(tickSomewhere(random, armed));
                model.computeIfAbsent(entry.tick, (tick) -> new ArrayList<>()).add(entry);
                armed.add(entry);
            }
            else if (action < 7 && !armed.isEmpty()) {
                Entry entry = armed.remove(random.nextInt(armed.size()));
                remove(entry);
                model.get(entry.tick).remove(entry);
            }
            else {
                long until = (action == 9) ? this.wheel.nextTick() : this.wheel.present() + distance(random) / 8;
                if (until == Long.MAX_VALUE) {
                    continue;
                }
                List<Entry> expected = model.headMap(until, true).values().stream().flatMap(List::stream).toList();
                assertThat(advance(until)).containsExactlyElementsOf(expected);
                assertThat(this.wheel.present()).isEqualTo(until);
                model.headMap(until, true).clear();
                armed.removeAll(expected);
            }
            assertThat(this.wheel.size()).isEqualTo(armed.size());
            assertThat(this.wheel.nextTick()).isGreaterThan(this.wheel.present())
                .isLessThanOrEqualTo(armed.stream()
                    .map((entry) -> entry.tick)
                    .min(Comparator.naturalOrder())
                    .orElse(Long.MAX_VALUE));
        }
    }

    @RepeatedTest(40)
    void servesWhatIsMovedAboutInItsLastTick(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<Entry> armed = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int action = random.nextInt(10);
            if (action < 3 || armed.isEmpty()) {
                armed.add(add(tickSomewhere(random, armed)));
            }
            else if (action < 8) {
                move(armed.get(random.nextInt(armed.size())), tickSomewhere(random, armed));
            }
            else if (action == 8) {
                remove(armed.remove(random.nextInt(armed.size())));
            }
            else {
                long until = this.wheel.present() + distance(random) / 8;
                List<Entry> expected = armed.stream().filter((entry) -> entry.tick <= until).toList();
                assertThat(advance(until)).containsExactlyInAnyOrderElementsOf(expected)
                    .isSortedAccordingTo(Comparator.comparingLong((entry) -> ((Entry) entry).tick));
                armed.removeAll(expected);
            }
            assertThat(this.wheel.size()).isEqualTo(armed.size());
        }
    }

    @RepeatedTest(40)
    void servesWhatBecomesIdleAndIsPutOffInItsLastTick(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<Entry> armed = new ArrayList<>();
        List<Entry> idle = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int action = random.nextInt(11);
            if (action < 3 || armed.isEmpty()) {
                armed.add(add(tickSomewhere(random, armed)));
            }
            else if (action < 6) {
                idle.add(becomeIdle(armed.remove(random.nextInt(armed.size()))));
            }
            else if (action < 9 && !idle.isEmpty()) {
                Entry again = idle.remove(random.nextInt(idle.size()));
                putOff(again, tickSomewhere(random, armed));
                armed.add(again);
            }
            else if (action == 9) {
                this.wheel.removeIdle(random.nextInt(10));
            }
            else {
                long until = this.wheel.present() + distance(random) / 8;
                List<Entry> expected = armed.stream().filter((entry) -> entry.tick <= until).toList();
                // What is idle may have been taken out before, or is served in vain.
                assertThat(advance(until)).filteredOn((entry) -> !((Entry) entry).isIdle())
                    .containsExactlyInAnyOrderElementsOf(expected)
                    .isSortedAccordingTo(Comparator.comparingLong((entry) -> ((Entry) entry).tick));
                armed.removeAll(expected);
            }
            idle.removeIf((entry) -> !entry.isArmed());
            assertThat(this.wheel.size()).isEqualTo(armed.size() + idle.size());
        }
    }

    /**
     * Often a tick that is taken already, so that order within a tick is seen.
     */
    private long tickSomewhere(Random random, List<Entry> armed) {
        if (!armed.isEmpty() && random.nextInt(3) == 0) {
            return armed.get(random.nextInt(armed.size())).tick + random.nextInt(3) - 1;
        }
        return this.wheel.present() + distance(random);
    }

    /**
     * As likely in one order of magnitude as in another, up to years of ticks.
     */
    private static long distance(Random random) {
        return random.nextLong() >>> (20 + random.nextInt(43));
    }

    private Entry add(long tick) {
        return add(this.wheel, tick);
    }

    private static Entry add(TimerWheel wheel, long tick) {
        return add(wheel, new Entry(), tick);
    }

    private static Entry add(TimerWheel wheel, Entry entry, long tick) {
        entry.tick = Math.max(wheel.present() + 1, tick);
        entry.setDue(tick << TimerWheel.TICK_SHIFT, isMovable(tick));
        wheel.add(entry);
        return entry;
    }

    private void move(Entry entry, long tick) {
        entry.tick = Math.max(this.wheel.present() + 1, tick);
        this.wheel.move(entry, tick << TimerWheel.TICK_SHIFT, isMovable(tick));
    }

    /**
     * What is movable is due within a lifetime.
     */
    private static boolean isMovable(long tick) {
        return tick < Clock.FARTHEST_NANOS >> TimerWheel.TICK_SHIFT;
    }

    private static Entry becomeIdle(Entry entry) {
        entry.setIdle(true);
        return entry;
    }

    /**
     * As whoever does so without a lock.
     */
    private void putOff(Entry entry, long tick) {
        entry.setIdle(false);
        entry.tick = Math.max(this.wheel.present() + 1, tick);
        assertThat(entry.putOff(entry.dueWord(), tick << TimerWheel.TICK_SHIFT)).isTrue();
        if (!this.wheel.reachesInTime(entry, entry.tick)) {
            this.wheel.bringForward(entry);
        }
    }

    private void remove(Entry entry) {
        this.wheel.remove(entry);
    }

    private List<ClockEntry> advance(long tick) {
        return advance(this.wheel, tick);
    }

    private static List<ClockEntry> advance(TimerWheel wheel, long tick) {
        List<ClockEntry> expired = new ArrayList<>();
        wheel.advance(tick, expired);
        return expired;
    }

    /**
     * Has room for so many, and no memory for more.
     */
    @SuppressWarnings("serial")
    private static final class ShortList extends ArrayList<ClockEntry> {

        private int room;

        private int refusals;

        ShortList(int room) {
            this.room = room;
        }

        @Override
        public boolean add(ClockEntry entry) {
            if (size() == this.room) {
                this.refusals++;
                throw new OutOfMemoryError("on purpose");
            }
            return super.add(entry);
        }

    }

    private static final class Entry extends BareEntry {

        /** When it is to be served. */
        private long tick;

        @Override
        Post expire(Clock clock, long now) {
            return Post.REFUSED;
        }

        @Override
        void afterExpiry(Post post) {
        }

    }

}
