package dev.tpool;

/**
 * Into how many parts that is divided which many threads change at the same time: the
 * clock, and the list of a pool's timers and waits. Each of them has a lock of its own,
 * so that threads which make, arm and close what is theirs do not meet.
 */
final class Shards {

    private static final int MOST = 16;

    /** Twice as many as processors at least, as far as there may be so many. */
    static final int COUNT = Math.min(MOST,
            2 * Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

    private Shards() {
    }

    /**
     * The one that this thread uses for what it makes. The threads of a pool are numbered
     * one after the other as a rule, and so use different ones.
     */
    static int ofThisThread() {
        return (int) Thread.currentThread().getId() & (COUNT - 1);
    }

}
