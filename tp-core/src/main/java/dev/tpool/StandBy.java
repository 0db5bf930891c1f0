package dev.tpool;

/**
 * How fast callbacks are begun, as a worker sees it that has nothing to do, and when it
 * looks by itself whether they still are. Used by one thread.
 */
final class StandBy {

    /**
     * If a callback is begun every so often, the next one is over before a worker that is
     * woken for it has a processor, which it may take from those who run them.
     */
    private static final long BRISK_NANOS = 2_000;

    private static final long SHORTEST_NANOS = 100_000;

    /**
     * Whoever gets stuck right after a look may seem to have been brisk at the next one.
     */
    private static final long LONGEST_NANOS = 400_000;

    private final long shortest;

    private final long longest;

    private long nanos;

    private long since;

    private long begunBefore;

    StandBy() {
        this(SHORTEST_NANOS, LONGEST_NANOS);
    }

    /**
     * Looks sooner or later than is usual.
     * @param shortest the nanoseconds until the first look
     * @param longest the nanoseconds from one look to the next at most
     */
    StandBy(long shortest, long longest) {
        this.shortest = shortest;
        this.longest = longest;
        this.nanos = shortest;
    }

    /**
     * The time is measured from here on.
     * @param now the time
     * @param begun how many callbacks all workers have begun so far
     */
    void begin(long now, long begun) {
        this.since = now;
        this.begunBefore = begun;
    }

    /**
     * How fast callbacks were begun since the last look.
     * @param now the time
     * @param begun how many callbacks all workers have begun so far
     * @param workers how many are there to begin them
     */
    Pace look(long now, long begun, int workers) {
        long elapsed = now - this.since;
        long ran = begun - this.begunBefore;
        begin(now, begun);
        // Fewer have begun than before if a worker has left.
        if (ran <= 0 || elapsed <= 0 || elapsed / ran > BRISK_NANOS) {
            return Pace.SLOW;
        }
        return (elapsed / ran * Math.max(1, workers) <= Worker.SHORT_CALLBACK_NANOS) ? Pace.SHORT : Pace.BRISK;
    }

    /**
     * For how long to stand by: longer, the longer nobody needed the worker.
     */
    long nanosToNextLook() {
        long next = this.nanos;
        this.nanos = Math.min(this.longest, 2 * next);
        return next;
    }

    /**
     * The worker had something to run when it came back.
     */
    void wasNeeded() {
        this.nanos = this.shortest;
    }

    /**
     * How soon one callback is begun after another.
     */
    enum Pace {

        /** So soon that one more worker would be in the way of those who do it. */
        SHORT,

        /** So soon that it is too late to wake somebody for the next one. */
        BRISK,

        /** Otherwise. */
        SLOW

    }

}
