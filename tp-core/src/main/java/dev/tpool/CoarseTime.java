package dev.tpool;

import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The time to which entries are armed anew while that happens so often that reading the
 * clock would be most of it: a moment of the last milliseconds, which the clock's thread
 * writes down. What is armed by it is never early, and late by up to {@link #SLACK_NANOS}
 * in return, or by as much as the thread was held up about that time.
 */
final class CoarseTime {

    /*-
     * Whoever reads the clock waits until the processor has loaded all that was asked for before, so that the
     * memory of one entry is fetched only after that of the last one has come. That, and not the 25 ns of the
     * reading itself, is most of what it takes to arm one of many entries anew.
     *
     * What is written down is always too early for whoever reads it, by as much as has passed since then. As a
     * rule that is less than the slack, which is added to each due time. How much it can have been is known
     * only when the next moment has been written down: no thread reads the old one after that. So the time is
     * read once more then, and if more than the slack has passed since the old moment (the thread had no
     * processor, or the process was stopped), the difference is remembered with that moment, and added to
     * what was armed by it when it would be due. Nobody decides that something is due before the moment that
     * was there when the time was read has been replaced.
     *
     * An entry that is armed so has to say by which moment. What says when it is due has room for that, since
     * entries are served by ticks of 2^16 nanoseconds:
     *
     *   62      COARSE  the rest is to be read so
     *   61..0   when    in the 2^16 nanoseconds before the tick in which it is served; which of them says the
     *                   period, of 2^26 nanoseconds, of the moment
     *
     * What was armed by another moment of that period is as much later, too. After PERIODS of these the numbers
     * begin anew, and what is remembered of a period is forgotten. By then nothing is armed any more that was
     * armed in it: PERIODS is more than twice LONGEST_NANOS, the rest is for what was late itself.
     *
     * The word moment is OFF until somebody asks for it, and again a little later: who arms is to ask anew, which
     * shows that it is still wanted. It is changed by the clock's thread alone:
     *
     *   from        to          when
     *   OFF         a moment    it is about to park, and somebody has asked
     *   a moment    a later one a moment is a millisecond old; many have expired; before it is decided what is due
     *   a moment    OFF         that was done ROUNDS times
     */

    /** What is added to every due time. */
    static final long SLACK_NANOS = 2_000_000;

    /** How long a moment stays. */
    static final long AGE_NANOS = 1_000_000;

    /** So long a time that nobody minds the slack. */
    static final long SHORTEST_NANOS = 2_000_000_000L;

    /** See above. */
    static final long LONGEST_NANOS = 30 * 60 * 1_000_000_000L;

    private static final long COARSE = 1L << 62;

    private static final long OFF = -1;

    private static final int PERIOD_SHIFT = 26;

    private static final int PERIODS = 1 << 16;

    /** How many moments there are before somebody has to ask anew. */
    private static final int ROUNDS = 64;

    /**
     * So often has the clock to be read by the same threads, in so short a time, that a
     * thread which wakes up every millisecond takes less.
     */
    private static final int READINGS = 1_000;

    private static final long READINGS_NANOS = 2_000_000;

    /** Each on a cache line of its own. */
    private static final int GAP = 16;

    private final LongSupplier clock;

    private volatile long moment = OFF;

    private volatile boolean wanted;

    /**
     * Of each group of threads: how often the clock was read, and since when. Several
     * threads may spoil it for each other: then they ask late, or once too often.
     */
    private final long[] readings = new long[GAP * (Shards.COUNT + 1)];

    /** All from here on is owned by the thread that serves. */
    private int roundsLeft;

    /**
     * By period: how many ticks have to be added to what was armed in it. There is none
     * as long as nobody has asked.
     */
    private int @Nullable [] lacking;

    /** The last period from which on that is known. */
    private long period;

    /**
     * Nobody has asked yet.
     * @param clock the nanoseconds since some moment
     */
    CoarseTime(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * When something is due, with the moment by which that is said.
     * @param delay from now
     * @return negative if the clock has to be read for it
     */
    long dueIn(long delay) {
        long from = this.moment;
        if (from < 0 || !isFor(delay)) {
            return -1;
        }
        long tick = TimerWheel.tickFor(from + delay + SLACK_NANOS);
        return COARSE | (((tick - 1) << TimerWheel.TICK_SHIFT) + 1 + indexOf(from));
    }

    /**
     * Whether there is an answer for so long a time.
     */
    static boolean isFor(long delay) {
        return delay >= SHORTEST_NANOS && delay <= LONGEST_NANOS;
    }

    /**
     * Whether {@link #dueIn} has said so.
     */
    static boolean isCoarse(long due) {
        return due >= COARSE;
    }

    /**
     * When something is due at the earliest; in the same tick in which it is due if
     * nothing is lacking.
     * @param due any time, or what {@link #dueIn} said
     */
    static long earliest(long due) {
        return due & ~COARSE;
    }

    /**
     * When something is due. To be called by the thread that serves, for what would be
     * due by now.
     * @param due any time, or what {@link #dueIn} said
     */
    long exactly(long due) {
        int[] known = this.lacking;
        long earliest = earliest(due);
        if (!isCoarse(due) || known == null) {
            return earliest;
        }
        return earliest + ((long) known[(int) (earliest - 1) & (PERIODS - 1)] << TimerWheel.TICK_SHIFT);
    }

    /**
     * The clock was read to arm something anew.
     * @param now what it said
     * @return whether that happens so often that the thread that serves has to be told
     */
    boolean isToBeAskedFor(long now) {
        int index = GAP * (Shards.ofThisThread() + 1);
        long count = this.readings[index] + 1;
        if (count >= READINGS) {
            boolean often = now - this.readings[index + 1] <= READINGS_NANOS;
            this.readings[index] = 0;
            this.readings[index + 1] = now;
            if (often && !this.wanted) {
                this.wanted = true;
                return true;
            }
            return false;
        }
        this.readings[index] = count;
        return false;
    }

    /**
     * Whether somebody has asked.
     */
    boolean isWanted() {
        return this.wanted;
    }

    /**
     * Begins, or goes on, to write down what time it is.
     */
    void begin() {
        if (this.moment < 0) {
            if (this.lacking == null) {
                this.lacking = new int[PERIODS];
            }
            this.roundsLeft = ROUNDS;
            long now = this.clock.getAsLong();
            reach(now);
            this.moment = now;
        }
    }

    /**
     * Ends a round, and begins the next one if there is to be another.
     * @return whether there is
     */
    boolean goesOn() {
        this.roundsLeft--;
        if (this.roundsLeft > 0) {
            replace();
            return true;
        }
        end();
        return false;
    }

    /**
     * Writes down what time it is, if that is done at all.
     */
    void replace() {
        long before = this.moment;
        if (before >= 0) {
            long now = this.clock.getAsLong();
            reach(now);
            this.moment = now;
            close(before);
        }
    }

    /**
     * Whoever arms something has to read the clock again.
     */
    void end() {
        long before = this.moment;
        if (before >= 0) {
            this.moment = OFF;
            close(before);
        }
        this.wanted = false;
    }

    /**
     * Forgets what is remembered of periods whose numbers come again.
     */
    private void reach(long now) {
        int[] known = this.lacking;
        long reached = now >> PERIOD_SHIFT;
        if (known != null) {
            for (long next = Math.max(this.period + 1, reached - PERIODS + 1); next <= reached; next++) {
                known[(int) next & (PERIODS - 1)] = 0;
            }
        }
        this.period = reached;
    }

    /**
     * Nobody reads a moment any more, since another one has been written. The time is
     * read after that.
     */
    private void close(long before) {
        VarHandle.fullFence();
        long lacked = this.clock.getAsLong() - before - SLACK_NANOS;
        int[] known = this.lacking;
        if (lacked > 0 && known != null) {
            int index = indexOf(before);
            // What the word says may be almost a tick too early.
            long ticks = TimerWheel.tickFor(lacked) + 1;
            known[index] = (int) Math.max(known[index], Math.min(ticks, Integer.MAX_VALUE));
        }
    }

    private static int indexOf(long moment) {
        return (int) (moment >> PERIOD_SHIFT) & (PERIODS - 1);
    }

}
