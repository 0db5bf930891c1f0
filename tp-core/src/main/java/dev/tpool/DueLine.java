package dev.tpool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * The entries of all shards of the clock that are due, in the order in which they are to
 * expire: that of their due times, and if those are equal that of setting, as far as that
 * is known: within a shard, and of absolute times. A list, since entries that are linked
 * are fetched one after the other. An entry may leave the line before it has its turn;
 * its shard knows. Used by one thread at a time.
 */
final class DueLine {

    private static final long[] NONE = {};

    /** So much is kept for the next line. */
    private static final int KEPT = 1024;

    private final ArrayList<ClockEntry> entries = new ArrayList<>();

    /** When each of them is due, on the monotonic clock. */
    private long[] dues = NONE;

    /** The order in which absolute times were set; zero for others. */
    private long[] numbers = NONE;

    /** Whether there is an absolute time, so that the numbers are valid. */
    private boolean numbered;

    /** Of how many it is known when they are due. */
    private int known;

    /**
     * Wall clock less monotonic clock, the same for all absolute times in line.
     */
    private long wallOffset;

    /** How many had their turn. */
    private int begin;

    /** No entry of this line or an earlier one has expired later. */
    private long lastMoment = Long.MIN_VALUE;

    /**
     * To be added to before anybody has a turn.
     */
    List<ClockEntry> entries() {
        return this.entries;
    }

    int size() {
        return this.entries.size();
    }

    /**
     * Says when the next one of whom that is not known yet is due.
     * @param nanos on the monotonic clock
     */
    void addDue(long nanos) {
        this.dues = withRoom(this.dues);
        if (this.numbered) {
            this.numbers = withRoom(this.numbers);
            this.numbers[this.known] = 0;
        }
        this.dues[this.known] = nanos;
        this.known++;
    }

    /**
     * Says when the next one of whom that is not known yet is due.
     * @param wallNanos on the wall clock
     * @param number the higher, the later the time was set
     * @param offset wall clock less monotonic clock, as the entry's shard knows it; the
     * first one is taken for all, so that equal moments are due at the same time
     */
    void addMoment(long wallNanos, long number, long offset) {
        this.dues = withRoom(this.dues);
        this.numbers = withRoom(this.numbers);
        if (!this.numbered) {
            Arrays.fill(this.numbers, 0, this.known, 0);
            this.wallOffset = offset;
            this.numbered = true;
        }
        this.numbers[this.known] = number;
        this.dues[this.known] = Clock.difference(wallNanos, this.wallOffset);
        this.known++;
    }

    private long[] withRoom(long[] array) {
        return (this.known < array.length) ? array : Arrays.copyOf(array, Math.max(this.entries.size(), KEPT));
    }

    /**
     * Puts them in order.
     */
    void sort() {
        int count = this.entries.size();
        if (this.known < count) {
            // Memory has run out: any order is better than none of them.
            return;
        }
        long earliest = Long.MAX_VALUE;
        long latest = Long.MIN_VALUE;
        boolean inOrder = true;
        for (int i = 0; i < count; i++) {
            long due = this.dues[i];
            inOrder &= due > latest || (due == latest && !this.numbered);
            earliest = Math.min(earliest, due);
            latest = Math.max(latest, due);
        }
        if (inOrder) {
            return;
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
        long range = latest - earliest;
        if (range < 0 || range >= 1L << (Long.SIZE - 1 - bits)) {
            // Some of them have windows of years.
            sortByComparison(count);
            return;
        }
        // Sorting numbers does not touch the entries again and again.
        for (int i = 0; i < count; i++) {
            this.dues[i] = ((this.dues[i] - earliest) << bits) | i;
        }
        Arrays.sort(this.dues, 0, count);
        if (this.numbered) {
            sortEqualDues(count, bits);
        }
        arrange((i) -> (int) this.dues[i] & ((1 << bits) - 1));
    }

    private void arrange(IntUnaryOperator indexBefore) {
        ClockEntry[] before = this.entries.toArray(new ClockEntry[0]);
        for (int i = 0; i < before.length; i++) {
            this.entries.set(i, before[indexBefore.applyAsInt(i)]);
        }
    }

    private void sortEqualDues(int count, int bits) {
        // There are far fewer settings than numbers that are left with the index in it.
        int first = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || this.dues[i] >> bits != this.dues[first] >> bits) {
                for (int equal = first; equal < i; equal++) {
                    int index = (int) this.dues[equal] & ((1 << bits) - 1);
                    this.dues[equal] = (this.numbers[index] << bits) | index;
                }
                Arrays.sort(this.dues, first, i);
                first = i;
            }
        }
    }

    private void sortByComparison(int count) {
        Integer[] order = new Integer[count];
        Arrays.setAll(order, (i) -> i);
        Arrays.sort(order, Comparator.<Integer>comparingLong((i) -> this.dues[i])
            .thenComparingLong((i) -> this.numbered ? this.numbers[i] : 0));
        arrange((i) -> order[i]);
    }

    /**
     * Whether everybody had a turn.
     */
    boolean isOver() {
        return this.entries.isEmpty();
    }

    /**
     * The pool whose workers may let the next one expire.
     * @return {@code null} if everybody had a turn, it is no timer or its pool does not
     * do that
     */
    @Nullable TpPool helperOfNext() {
        if (isOver()) {
            return null;
        }
        ClockEntry entry = this.entries.get(this.begin);
        TpPool pool = (entry instanceof TpTimer) ? entry.environment().pool() : null;
        return (pool != null && pool.helpsClock()) ? pool : null;
    }

    /**
     * How many timers of a pool are next. Looks at all of them, and at what they call,
     * before anything is done with the first, so that the processor fetches them
     * together: whoever changes one waits until it has come, and only then the next one
     * is asked for.
     * @param most so many at most
     */
    int countOf(TpPool pool, int most) {
        int end = Math.min(this.begin + most, this.entries.size());
        int i = this.begin;
        while (i < end && isTimerOf(pool, this.entries.get(i))) {
            i++;
        }
        return i - this.begin;
    }

    private static boolean isTimerOf(TpPool pool, ClockEntry entry) {
        return entry instanceof TpTimer timer && timer.environment().pool() == pool && timer.isToBeCalled();
    }

    /**
     * The next one.
     * @return the entry, or {@code null} if everybody had a turn
     */
    @Nullable ClockEntry next() {
        if (isOver()) {
            return null;
        }
        ClockEntry entry = this.entries.get(this.begin);
        this.begin++;
        if (this.begin == this.entries.size()) {
            forget();
        }
        return entry;
    }

    /**
     * The moment at which the last entry expired, or later.
     */
    long lastMoment() {
        return this.lastMoment;
    }

    void lastMoment(long moment) {
        this.lastMoment = moment;
    }

    private void forget() {
        boolean large = this.entries.size() > KEPT;
        this.entries.clear();
        this.begin = 0;
        this.known = 0;
        this.numbered = false;
        if (large) {
            this.entries.trimToSize();
            this.dues = NONE;
            this.numbers = NONE;
        }
    }

}
