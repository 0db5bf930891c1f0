package dev.tpool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The entries of all shards of the clock that are due, in the order in which they are to
 * expire: that of their due times, and that of setting if those are equal. A list, since
 * entries that are linked are fetched one after the other. An entry may leave the line
 * before it has its turn; its shard knows. Used by one thread.
 */
final class DueLine {

    private static final long[] NONE = {};

    /** So much is kept for the next line. */
    private static final int KEPT = 1024;

    private final ArrayList<ClockEntry> entries = new ArrayList<>();

    /** When each of them is due, on the monotonic clock. */
    private long[] dues = NONE;

    /** In which order absolute times were set; empty if there is none among them. */
    private long[] numbers = NONE;

    /** Of how many it is known when they are due. */
    private int known;

    /**
     * Wall clock less monotonic clock, the same for all absolute times in line.
     */
    private long wallOffset;

    /** How many had their turn. */
    private int begin;

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
     * Says when the next one of whom that is not known yet is due, on the monotonic
     * clock.
     */
    void isDue(long nanos) {
        if (this.known == this.dues.length) {
            this.dues = Arrays.copyOf(this.dues, Math.max(this.entries.size(), KEPT));
        }
        this.dues[this.known] = nanos;
        this.known++;
    }

    /**
     * As {@link #isDue}, on the wall clock.
     * @param number the higher, the later the time was set
     * @param offset wall clock less monotonic clock, as the entry's shard knows it; the
     * first one is taken for all, so that equal moments are due at the same time
     */
    void isDueAbsolutely(long wallNanos, long number, long offset) {
        if (this.numbers.length == 0) {
            this.wallOffset = offset;
        }
        if (this.numbers.length <= this.known) {
            this.numbers = Arrays.copyOf(this.numbers, Math.max(this.entries.size(), KEPT));
        }
        this.numbers[this.known] = number;
        isDue(Clock.difference(wallNanos, this.wallOffset));
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
            inOrder &= due > latest || (due == latest && this.numbers.length == 0);
            earliest = Math.min(earliest, due);
            latest = Math.max(latest, due);
        }
        if (inOrder) {
            return;
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
        long range = latest - earliest;
        boolean fits = range >= 0 && range < 1L << (Long.SIZE - 1 - bits);
        if (fits && this.numbers.length == 0) {
            sortByNumbers(count, earliest, bits);
        }
        else {
            // Absolute times, or windows of years.
            sortByComparison(count);
        }
    }

    /**
     * Does not touch the entries again and again.
     */
    private void sortByNumbers(int count, long earliest, int bits) {
        for (int i = 0; i < count; i++) {
            this.dues[i] = ((this.dues[i] - earliest) << bits) | i;
        }
        Arrays.sort(this.dues, 0, count);
        ClockEntry[] before = this.entries.toArray(new ClockEntry[0]);
        for (int i = 0; i < count; i++) {
            this.entries.set(i, before[(int) this.dues[i] & ((1 << bits) - 1)]);
        }
    }

    private void sortByComparison(int count) {
        Integer[] order = new Integer[count];
        Arrays.setAll(order, (i) -> i);
        Arrays.sort(order,
                Comparator.<Integer>comparingLong((i) -> this.dues[i]).thenComparingLong((i) -> numberOf(i)));
        ClockEntry[] before = this.entries.toArray(new ClockEntry[0]);
        for (int i = 0; i < count; i++) {
            this.entries.set(i, before[order[i]]);
        }
    }

    private long numberOf(int index) {
        return (index < this.numbers.length) ? this.numbers[index] : 0;
    }

    /**
     * Whether everybody had a turn.
     */
    boolean isOver() {
        return this.entries.isEmpty();
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

    private void forget() {
        boolean large = this.entries.size() > KEPT;
        this.entries.clear();
        this.begin = 0;
        this.known = 0;
        this.numbers = NONE;
        if (large) {
            this.entries.trimToSize();
            this.dues = NONE;
        }
    }

}
