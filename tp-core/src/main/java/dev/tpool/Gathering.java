package dev.tpool;

/**
 * Whether a worker that has nothing to do leaves the queue alone for a moment, so that
 * posts gather there. If it runs callbacks faster than they are posted it comes back for
 * each of them, and takes the cache lines of the object and of the lane away from the
 * poster, who then waits for them at the next post: less gets done than if the worker
 * came for several at once. Whether that is so is measured, again and again: the time
 * from one moment without work to the next, for each callback that was run in between,
 * with a pause and without. Used by one thread.
 */
final class Gathering {

    /** Less than what a park and a wake-up cost. */
    private static final long PAUSE_NANOS = 6_000;

    /**
     * Who was without work for longer, or had something to do that takes long, is not
     * what posters wait for.
     */
    private static final long LONGEST_CYCLE_NANOS = 20_000;

    /** From one moment without work to the next: so many are measured together. */
    private static final int CYCLES = 16;

    /**
     * And for so long: a few short cycles without a pause say nothing about what many
     * take, and would be compared with some that last a multiple.
     */
    private static final long ROUND_NANOS = 100_000;

    /** After so much of it the other way is measured again. */
    private static final int MOST_ROUNDS_WITH = 64;

    private static final int MOST_ROUNDS_WITHOUT = 4_096;

    /** A pause delays whoever comes first: it has to be worth it. */
    private static final double WORTHWHILE = 7.0 / 8;

    private boolean pauses;

    /** How many rounds are left before the other way is tried. */
    private int roundsLeft = 1;

    /** How many rounds without a pause follow those with it. */
    private int roundsWithout = 1;

    /** What a callback took without a pause; zero if there was none. */
    private double nanosWithout;

    private int cycles;

    private int longCycles;

    private long nanos;

    private long callbacks;

    private long since;

    private long begunBefore;

    /**
     * The worker has nothing to do.
     * @param now the time
     * @param begun how many callbacks it has begun so far
     * @return for how long it should not look at the queue
     */
    long idle(long now, long begun) {
        long cycle = now - this.since;
        long ran = begun - this.begunBefore;
        this.since = now;
        this.begunBefore = begun;
        if (cycle >= 0 && cycle <= LONGEST_CYCLE_NANOS) {
            count(cycle, ran);
        }
        else {
            this.longCycles++;
            if (this.pauses && this.longCycles >= CYCLES) {
                // There is no such stream any more.
                endRound(false);
            }
        }
        return this.pauses ? PAUSE_NANOS : 0;
    }

    private void count(long cycle, long ran) {
        this.nanos += cycle;
        this.callbacks += ran;
        this.cycles++;
        if (this.cycles >= CYCLES && this.nanos >= ROUND_NANOS) {
            double nanosEach = (this.callbacks > 0) ? (double) this.nanos / this.callbacks : 0;
            if (!this.pauses) {
                this.nanosWithout = nanosEach;
            }
            // Otherwise posts have only become more frequent than they were without a
            // pause.
            boolean gathered = this.callbacks >= 2L * this.cycles;
            endRound(gathered && nanosEach < WORTHWHILE * this.nanosWithout);
        }
    }

    /**
     * Goes on to the next round.
     * @param worthwhile whether this one has shown that to pause is worth it, if it was
     * one with pauses
     */
    private void endRound(boolean worthwhile) {
        this.cycles = 0;
        this.longCycles = 0;
        this.nanos = 0;
        this.callbacks = 0;
        this.roundsLeft--;
        boolean other = this.roundsLeft == 0;
        if (this.pauses) {
            this.roundsWithout = worthwhile ? Math.max(1, this.roundsWithout / 2)
                    : Math.min(MOST_ROUNDS_WITHOUT, 4 * this.roundsWithout);
            other |= !worthwhile;
        }
        if (other) {
            this.pauses = !this.pauses;
            this.roundsLeft = this.pauses ? MOST_ROUNDS_WITH : this.roundsWithout;
        }
    }

}
