package dev.tpool.stress;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpObject;

/**
 * An object of the pool, and the account of it. It is settled, and its account checked,
 * once it is closed and nothing can happen to it any more.
 */
abstract class Subject {

    /** How long the numbers of an object that is quiet may take to agree. */
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private static final int SETTLING = -1;

    final Load load;

    final String name;

    final Surroundings around;

    /** The posts that were accepted, as far as the soak can count them itself. */
    final AtomicLong posts = new AtomicLong();

    final AtomicLong begun = new AtomicLong();

    /** As the monitor was told, if there is one. */
    final AtomicLong toldQueued = new AtomicLong();

    final AtomicLong toldDropped = new AtomicLong();

    /** Orders the setters, so that it is known which setting was taken back. */
    final ReentrantLock setters = new ReentrantLock();

    /** Whether {@link #posts} is exact; else it is the most there can be. */
    volatile boolean exact = true;

    private final AtomicLong ended = new AtomicLong();

    /** What cancels and group closes have said. */
    private final AtomicLong dropped = new AtomicLong();

    private final AtomicInteger users = new AtomicInteger();

    private volatile boolean droppedUntold;

    private volatile boolean settled;

    /** The executions when its group close returned, or -1. */
    private volatile long releasedAt = -1;

    private long quietSince;

    Subject(Load load, String name, Surroundings around) {
        this.load = load;
        this.name = name;
        this.around = around;
    }

    abstract TpObject object();

    /**
     * Makes a callback come, or takes care that none does.
     */
    abstract void post(Random random);

    /**
     * Whether nothing outside the object can make a callback come any more.
     */
    boolean isOver() {
        return true;
    }

    void beforeClose() {
    }

    /**
     * The account is right, and closed.
     */
    void settled(long cancelled) {
    }

    /**
     * Runs something on the object, unless it is settled already.
     */
    final void use(Runnable action) {
        int seen;
        do {
            seen = this.users.get();
            if (seen == SETTLING) {
                return;
            }
        }
        while (!this.users.compareAndSet(seen, seen + 1));
        try {
            action.run();
        }
        catch (IllegalStateException ex) {
            this.load.ledger.check(object().isClosed(), describe() + " refused though it is open: " + ex);
        }
        finally {
            this.users.decrementAndGet();
        }
    }

    final void cancel() {
        use(() -> this.dropped.addAndGet(object().cancelPendingCallbacks()));
    }

    /**
     * Waits for the callbacks, from outside or from the callback of another object.
     */
    final void await(boolean cancelPending, Duration timeout) {
        use(() -> {
            // Nobody says how many that drops but the monitor.
            boolean untold = cancelPending && (this.around.pool().monitored || this instanceof WorkSubject);
            if (untold) {
                this.droppedUntold = true;
            }
            try {
                object().waitForCallbacks(untold, timeout);
            }
            catch (InterruptedException ex) {
                // An earlier callback on this thread has interrupted it.
            }
            catch (IllegalStateException ex) {
                // From its own callback, through a pool whose callers run.
                if (TpCallbackInstance.currentOrNull() == null) {
                    throw ex;
                }
            }
        });
    }

    final void close() {
        use(() -> {
            this.setters.lock();
            try {
                if (!object().isClosed()) {
                    beforeClose();
                }
                object().close();
            }
            finally {
                this.setters.unlock();
            }
        });
        // Settled already, or about to be: closing twice does nothing.
        object().close();
    }

    final void run(TpCallbackInstance instance) throws Exception {
        this.begun.incrementAndGet();
        this.load.ledger.check(!this.settled && this.releasedAt < 0, describe() + " runs after its end");
        try {
            this.load.callback(instance, this.name, this.around);
        }
        catch (Throwable ex) {
            this.load.ledger.thrownToHandler.increment();
            throw ex;
        }
        finally {
            this.ended.incrementAndGet();
        }
    }

    final void droppedByGroup(long count) {
        this.dropped.addAndGet(count);
    }

    final void releasedByGroup() {
        long executions = this.begun.get();
        this.load.ledger.check(this.ended.get() == executions, describe() + " runs though its group close returned");
        this.load.ledger.check(object().isClosed(), describe() + " is open though its group close returned");
        this.releasedAt = executions;
    }

    /**
     * Checks the account if the object has come to its end.
     * @return whether it had, so that this was the last one hears of it
     */
    final boolean settle() {
        if (!this.users.compareAndSet(0, SETTLING)) {
            return false;
        }
        // First the object, then its group: a close that is still to come drops nothing.
        boolean quiet = object().isClosed() && object().pending() == 0 && object().running() == 0 && isOver()
                && (this.around.group() == null || this.around.group().activeCloses.get() == 0);
        if (quiet && this.quietSince == 0) {
            this.quietSince = System.nanoTime();
        }
        boolean balanced = quiet && isBalanced();
        if (!balanced && !(quiet && System.nanoTime() - this.quietSince > PATIENCE_NANOS)) {
            this.users.set(0);
            return false;
        }
        this.settled = true;
        if (!balanced) {
            this.load.ledger.violation("executions + cancelled = posts does not hold: " + describe());
        }
        this.load.ledger.check(this.releasedAt < 0 || this.releasedAt == this.begun.get(),
                describe() + " has run after its group close returned");
        if (!isExact()) {
            this.load.ledger.objectsNotExact.increment();
        }
        long cancelled = cancelled();
        settled(cancelled);
        this.load.ledger.posts.add(this.exact ? this.posts.get() : this.begun.get() + cancelled);
        this.around.pool().droppedByObjects.add(cancelled);
        this.around.pool().unsettled.decrementAndGet();
        return true;
    }

    final String describe() {
        return object() + " of " + this.around.environment() + ": begun " + this.begun + ", ended " + this.ended
                + ", cancelled " + this.dropped + (this.droppedUntold ? " and more" : "") + ", posts " + this.posts
                + (this.exact ? "" : " at most")
                + (this.around.pool().monitored
                        ? ", monitor: queued " + this.toldQueued + ", dropped " + this.toldDropped : "")
                + ", pending " + object().pending() + ", running " + object().running() + ", closed "
                + object().isClosed() + ", users " + this.users + ", group closes "
                + ((this.around.group() != null) ? this.around.group().activeCloses : "none") + ", over " + isOver();
    }

    private boolean isExact() {
        return this.exact || this.around.pool().monitored;
    }

    private long cancelled() {
        if (this.around.pool().monitored) {
            return this.toldDropped.get();
        }
        return this.droppedUntold ? this.posts.get() - this.begun.get() : this.dropped.get();
    }

    private boolean isBalanced() {
        long runs = this.begun.get();
        long cancelled = cancelled();
        boolean lostReport = this.around.group() != null && this.around.group().monitoredOnly;
        if (this.ended.get() != runs || cancelled < this.dropped.get()
                || (cancelled > this.dropped.get() && !this.droppedUntold && !lostReport)) {
            return false;
        }
        boolean watched = this.around.pool().monitored && !(this instanceof WorkSubject);
        if (watched && this.toldQueued.get() != runs + cancelled) {
            return false;
        }
        return this.exact ? this.posts.get() == runs + cancelled : runs + cancelled <= this.posts.get();
    }

}
