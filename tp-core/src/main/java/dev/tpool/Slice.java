package dev.tpool;

/**
 * How many callbacks a worker takes from what is near before it looks at what is waiting
 * for anybody: the more, the shorter they are. While callbacks take long the answer is
 * one, and the pool's queue is one queue in strict order. Used by one thread.
 */
final class Slice extends Apart {

    static final int LONGEST = 64;

    private static final long NANOS = 100_000;

    private static final long UNKNOWN = Long.MIN_VALUE;

    private int length = 1;

    private int left;

    private long began = UNKNOWN;

    /** Whether no slice has begun since the worker had nothing to do. */
    private boolean idle;

    int length() {
        return this.length;
    }

    boolean isOver() {
        return this.left <= 0;
    }

    /**
     * How many callbacks are left of it.
     */
    int left() {
        return this.left;
    }

    /**
     * Counts one callback.
     */
    void count() {
        this.left--;
    }

    /**
     * The worker has nothing to do: how long this slice takes says nothing.
     */
    void idle() {
        this.left = 0;
        this.began = UNKNOWN;
        this.idle = true;
    }

    /**
     * Begins the first slice after the worker had nothing to do, and leaves it
     * unmeasured: whoever has posted is waiting, and a look at the clock takes as long as
     * all else that a worker does for a callback.
     * @return {@code false} if this is not the first one, and nothing was done
     */
    boolean nextAfterIdleness() {
        if (!this.idle) {
            return false;
        }
        this.idle = false;
        this.left = this.length;
        return true;
    }

    /**
     * Begins the next slice.
     */
    void next(long now) {
        if (this.began != UNKNOWN) {
            long took = now - this.began;
            this.length = (took <= NANOS) ? Math.min(LONGEST, 2 * this.length)
                    : (int) Math.max(1, this.length * NANOS / took);
        }
        this.began = now;
        this.left = this.length;
    }

}
