package dev.tpool;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

/**
 * Timers that have expired one after another and go to the same lane: they are put into
 * the queue in one step, with one look whether somebody has to be woken. Not for use by
 * several threads at once.
 */
final class PostBatch {

    private static final System.Logger logger = System.getLogger(TpTimer.class.getName());

    private @Nullable TpPool pool;

    private TpPriority priority = TpPriority.NORMAL;

    private @Nullable QueueNode newest;

    private @Nullable QueueNode oldest;

    /**
     * Adds a timer whose post was counted and took its place in the queue.
     * @param own where those before it go, see {@link #flush}
     */
    void add(TpTimer timer, @Nullable Stripe own) {
        TpEnvironment environment = timer.environment();
        TpPool itsPool = environment.pool();
        if (itsPool != this.pool || environment.priority() != this.priority) {
            flush(own);
            this.pool = itsPool;
            this.priority = environment.priority();
        }
        timer.next = this.newest;
        this.newest = timer;
        if (this.oldest == null) {
            this.oldest = timer;
        }
        itsPool.postedForQueue(timer);
    }

    /**
     * Puts all of them into the queue. Never throws.
     * @param own the stripe of a worker of their pool that does it, if one does
     */
    void flush(@Nullable Stripe own) {
        QueueNode last = this.newest;
        QueueNode first = this.oldest;
        TpPool target = this.pool;
        if (last != null && first != null && target != null) {
            this.newest = null;
            this.oldest = null;
            // The clock outlives it, and the application that it belongs to.
            this.pool = null;
            try {
                target.enqueue(last, first, this.priority, own);
            }
            catch (Throwable ex) {
                // They are in the queue, and whoever comes next wakes somebody.
                Failures.log(logger, Level.ERROR, () -> "nobody could be woken for timers that have expired", ex);
            }
        }
    }

}
