package dev.tpool.spring.annotation;

import java.time.Duration;

import dev.tpool.TpPool;
import dev.tpool.TpTimer;
import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * One wait for the owner of a lock to let go of it. An owner that ends without doing so
 * tells nobody, so a timer of the pool looks after it.
 */
final class OwnerWatch implements Runnable {

    private static final Duration PERIOD = Duration.ofMillis(250);

    private final EntryLock lock;

    private final TpWaitable.Waiter waiter;

    private volatile @Nullable TpTimer timer;

    private volatile boolean over;

    OwnerWatch(EntryLock lock, TpWaitable.Waiter waiter) {
        this.lock = lock;
        this.waiter = waiter;
    }

    void begin(TpPool pool) {
        if (!this.lock.tellWhenFree(this)) {
            run();
            return;
        }
        try {
            TpTimer look = pool.housekeepingTimer("wait for the owner of " + this.lock, this::look);
            this.timer = look;
            look.set(PERIOD, PERIOD, Duration.ZERO);
        }
        catch (IllegalStateException ex) {
            // The pool is being closed, and the callback is dropped with it; or it is
            // over.
        }
        if (this.over) {
            closeTimer();
        }
    }

    /**
     * Told that the lock was let go.
     */
    @Override
    public void run() {
        this.over = true;
        closeTimer();
        if (this.waiter.claim()) {
            this.waiter.signalled();
        }
    }

    boolean isOver() {
        return this.over;
    }

    void end() {
        this.over = true;
        this.lock.forget(this);
        closeTimer();
    }

    private void look() {
        Thread owner = this.lock.owner();
        if ((owner == null || !owner.isAlive()) && this.lock.forget(this)) {
            run();
        }
    }

    private void closeTimer() {
        TpTimer look = this.timer;
        if (look != null) {
            look.close();
        }
    }

}
