package dev.tpool;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Lets the entries that are due expire, in the order of their line. The clock's thread
 * does that, and hands them over to their pools; workers that find nothing to do help it
 * with the timers of their own pool.
 */
final class DueService {

    /*-
     * When many are due together the clock's thread is slower than the workers, if the callbacks are short:
     * all that it does for an entry waits for memory that another processor has written to. A worker that
     * finds nothing to do lets those that are next expire itself, as long as they are timers of its own pool,
     * and puts them in line in its own stripe, where they are near when it runs them. That is before what the
     * clock's thread puts into the lane next, which is due later. Others may steal them, as all that is there.
     *
     * Whoever has the lock has the line, and what was taken out of it until that is queued: so once the clock's
     * thread sees the line at its end, all of it is in the queues. Only that thread puts anything in line,
     * without the lock: while the line is at its end nobody else looks at it, since the field next, which is
     * written under the lock, names no pool then. It names none either when a wait is next: what that asks the
     * clock is for the clock's thread alone.
     *
     * After a batch of its own, if that began with timers of the pool that is next, so that its workers are awake,
     * the clock's thread stands back for as long as they get on, and looks after them every 0.1 ms. If
     * they do not, say because the callbacks take longer, it goes on by itself, and after some such pauses in
     * vain it makes no more of them in this line. So helpers are needed for nothing. Others who are due wait
     * behind them, longer than behind the clock's thread, which runs no callbacks in between: that is what
     * SLOWEST_NANOS bounds.
     *
     * A worker that is not let in soon waits for a moment, since whoever has the line may have lost its processor, and
     * comes back some times (Worker). After that it parks as if there were nothing in line: a monitor of somebody's
     * may be being called, which may take for ever.
     */

    /** How many a worker lets expire at once: few enough that others find some, too. */
    private static final int MOST_HELPED = 128;

    /** Longer than it takes to hand over {@link ExpiredEntries#MOST}, mostly. */
    private static final long LONGEST_SPIN_NANOS = 50_000;

    /** What helpers may take for each, so as not to keep those who are behind. */
    private static final long SLOWEST_NANOS = 200;

    /** Pauses in vain until no more are made. */
    private static final int HOPES = 4;

    private static final long PAUSE_NANOS = 100_000;

    private final ClockShard[] shards;

    private final DueLine line = new DueLine();

    private final ExpiredEntries expired = new ExpiredEntries();

    /** Not a brief one: what is handed over may call others. */
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * Whose timer is next in line; {@code null} if nobody can help. Written under the
     * lock.
     */
    private volatile @Nullable TpPool next;

    /**
     * The pool that is next if the last batch of the clock's thread began with it, too.
     * Owned by that thread.
     */
    private @Nullable TpPool awake;

    /**
     * How often the clock's thread may wait in vain for helpers; as often again once it
     * has not. Owned by that thread.
     */
    private int hopes = HOPES;

    /** How many helpers have let expire. */
    private final AtomicLong helped = new AtomicLong();

    /** Waits for helpers. */
    private volatile @Nullable Thread waiting;

    /**
     * Nobody is in line yet.
     * @param shards where the entries are kept
     */
    DueService(ClockShard[] shards) {
        this.shards = shards;
    }

    /**
     * Those in line, for the clock's thread to add to while the line is at its end.
     */
    DueLine line() {
        return this.line;
    }

    /**
     * All that are due are in line. By the clock's thread.
     */
    void begin() {
        this.line.sort();
        // Those who could not help lately are not waited for long again.
        this.hopes = Math.max(this.hopes, 1);
    }

    /**
     * Whether everybody has expired and was handed over.
     */
    boolean isOver() {
        this.lock.lock();
        try {
            return this.line.isOver();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Lets those expire that are next, as many as can be handed over while their memory
     * is near, and no lock is held for long. By the clock's thread.
     * @param now on the monotonic clock
     */
    void expireSome(long now) {
        this.lock.lock();
        try {
            TpPool first = this.line.helperOfNext();
            this.awake = null;
            expire(now, ExpiredEntries.MOST, null);
            this.awake = (first == this.next) ? first : null;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Waits for a moment if workers help. By the clock's thread.
     * @return whether they do
     */
    boolean standBack() {
        TpPool helper = this.next;
        if (helper == null || helper != this.awake || this.hopes == 0) {
            return false;
        }
        long before = this.helped.get();
        long began = System.nanoTime();
        this.waiting = Thread.currentThread();
        if (this.next == helper) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
        this.waiting = null;
        if (this.next != helper) {
            return false;
        }
        boolean getOn = (this.helped.get() - before) * SLOWEST_NANOS >= System.nanoTime() - began;
        this.hopes = getOn ? HOPES : this.hopes - 1;
        return getOn;
    }

    /**
     * Whether timers of a pool are next in line, and workers of it may let them expire.
     */
    boolean isNext(TpPool pool) {
        return this.next == pool;
    }

    /**
     * Lets timers of a pool expire if they are next in line. By a worker that has nothing
     * else to do.
     * @param clock tells the time
     * @param own the worker's stripe
     * @return whether they were next, though it may have waited in vain to be let in: it
     * is to look for something to do again
     */
    boolean help(TpPool pool, Clock clock, @Nullable Stripe own) {
        if (!tryLock(pool)) {
            return isNext(pool);
        }
        try {
            if (this.next != pool) {
                return false;
            }
            int count = this.line.countOf(pool, MOST_HELPED);
            expire(clock.now(), count, own);
            this.helped.addAndGet(count);
            return true;
        }
        finally {
            this.lock.unlock();
            if (this.next != pool) {
                // Nobody may be left who helps.
                LockSupport.unpark(this.waiting);
            }
        }
    }

    private boolean tryLock(TpPool pool) {
        if (this.lock.tryLock()) {
            return true;
        }
        long began = System.nanoTime();
        while (this.next == pool && System.nanoTime() - began < LONGEST_SPIN_NANOS) {
            if (!this.lock.isLocked() && this.lock.tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        if (this.next == pool) {
            // Gives up the processor, which whoever has the line may be waiting for.
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
        return false;
    }

    private void expire(long now, int most, @Nullable Stripe own) {
        try {
            expire(now, most);
        }
        finally {
            // First, so that who is woken for them knows that there is more.
            this.next = this.line.helperOfNext();
            this.expired.finish(own);
        }
    }

    private void expire(long now, int most) {
        // What is late by periods is due next, in the order in which it expires now.
        long moment = Math.max(now, this.line.lastMoment() + 1);
        OutOfMemoryError lacked = null;
        ClockShard locked = null;
        try {
            for (int i = 0; i < most; i++) {
                ClockEntry entry = this.line.next();
                if (entry == null) {
                    break;
                }
                ClockShard shard = this.shards[entry.shard()];
                if (shard != locked) {
                    if (locked != null) {
                        locked.unlock();
                    }
                    shard.lock();
                    locked = shard;
                }
                try {
                    this.expired.add(entry, shard.expire(entry, moment));
                }
                catch (OutOfMemoryError ex) {
                    // Served next. Most entries need no memory. One that needs more than
                    // there will ever be must not be in the way of all others.
                    lacked = ex;
                }
                moment++;
            }
        }
        finally {
            if (locked != null) {
                locked.unlock();
            }
            this.line.lastMoment(moment);
        }
        if (lacked != null) {
            throw lacked;
        }
    }

}
