package dev.tpool;

import java.util.concurrent.TimeUnit;

/**
 * Tells when a pool at its maximum does not get on any more: something is queued, every
 * worker is blocked, and no callback has ended for a while. It is reported once; and so
 * that a pool whose callbacks always take long does not report every one of them, the
 * next time it takes twice as long, until the backlog is gone.
 */
final class StarvationWatch {

    static final long FIRST_AFTER = TimeUnit.SECONDS.toNanos(1);

    static final long LAST_AFTER = TimeUnit.SECONDS.toNanos(64);

    private boolean stuck;

    private boolean reported;

    private long since;

    private long completed;

    private long after = FIRST_AFTER;

    /**
     * Takes note of a look.
     * @param stuck whether everybody is blocked
     * @param completed how many callbacks have ended so far
     * @return whether this is the moment to report it
     */
    boolean isToBeReported(long now, boolean stuck, long completed) {
        if (!stuck || !this.stuck || this.completed != completed) {
            this.stuck = stuck;
            this.reported = false;
            this.since = now;
            this.completed = completed;
            return false;
        }
        if (this.reported || stuckFor(now) < this.after) {
            return false;
        }
        this.reported = true;
        this.after = Math.min(LAST_AFTER, this.after * 2);
        return true;
    }

    /**
     * For how long nothing has moved.
     */
    long stuckFor(long now) {
        return now - this.since;
    }

    /**
     * Somebody is idle, or the crew may grow.
     */
    void getsOn() {
        this.stuck = false;
    }

    /**
     * The backlog is gone.
     */
    void reset() {
        this.stuck = false;
        this.after = FIRST_AFTER;
    }

}
