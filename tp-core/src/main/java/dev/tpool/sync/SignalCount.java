package dev.tpool.sync;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * A number of signals and the one line of those who wait for them, threads and registered
 * waiters alike: what an event and a semaphore have in common.
 */
abstract sealed class SignalCount implements TpWaitable permits TpEvent, TpSemaphore {

    /*-
     * The word
     *
     *   count >= 0   that many signals are there, and nobody stands in line
     *   count < 0    frozen: only the holder of the lock may change anything; the number of
     *                signals is ~count for those who only want to look
     *
     * While nobody stands in line, one compare-and-set gives or takes signals. Whatever has to
     * do with the line is done between freeze() and thaw(), where the signals are a plain field
     * and claim() and its consequence are one step for everybody else. thaw() leaves the word
     * frozen as long as somebody stands in line, so that nobody passes him by.
     *
     * Invariant outside freeze() and thaw(): the first in line wants more than there is.
     * Hence whoever adds signals, and whoever leaves the line, serves it from the front.
     *
     * The first in line is told by nobody but the one who took him out of it, once the lock is
     * free. A thread that gives up (time-out, interrupt) asks for the lock first: if it is no
     * longer in line by then, the signals are its own and it returns with them.
     */

    /** As a waiting time: no limit. */
    static final long FOREVER = Long.MAX_VALUE;

    /** The name of what was given none. */
    static final String UNNAMED = "unnamed";

    private final String name;

    private final boolean consumed;

    private final AtomicInteger count;

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final WaitLine line = new WaitLine();

    /** The number of signals while frozen. Guarded by the lock. */
    private int signals;

    /**
     * @param name for messages
     * @param initial how many signals are there at first
     * @param consumed whether a signal is gone once it let somebody go
     */
    SignalCount(String name, int initial, boolean consumed) {
        this.name = Objects.requireNonNull(name, "name");
        this.count = new AtomicInteger(initial);
        this.consumed = consumed;
    }

    /**
     * The name it was given, or "unnamed". A label for messages and monitoring: two
     * objects of one name have nothing to do with each other.
     * @return the name
     */
    public final String name() {
        return this.name;
    }

    /**
     * How many stand in line: blocked threads and registered waiters. For monitoring; the
     * number may be outdated when it is returned.
     * @return the length of the line
     */
    public final int waiting() {
        this.lock.lock();
        try {
            return this.line.size();
        }
        finally {
            this.lock.unlock();
        }
    }

    @Override
    public final Registration register(Waiter waiter) {
        RegisteredWaiter place = new RegisteredWaiter(Objects.requireNonNull(waiter, "waiter"));
        enter(place);
        return place;
    }

    /**
     * The number of signals that are there.
     */
    final int count() {
        int seen = this.count.get();
        return (seen >= 0) ? seen : ~seen;
    }

    /**
     * Adds signals and serves the line, or changes nothing if that would pass the
     * maximum.
     * @return how many signals were there before
     */
    final int add(int added, int maximum) {
        int seen = this.count.get();
        while (seen >= 0) {
            // Written even if it stays the same: whoever takes the signal later must see
            // what
            // this thread did before.
            if (this.count.compareAndSet(seen, raised(seen, added, maximum))) {
                return seen;
            }
            seen = this.count.get();
        }
        freeze();
        int before = this.signals;
        WaitLine.Told told;
        try {
            this.signals = raised(before, added, maximum);
            told = serve();
        }
        finally {
            thaw();
        }
        told.tell();
        return before;
    }

    private static int raised(int count, int added, int maximum) {
        return (count <= maximum - added) ? count + added : count;
    }

    /**
     * Takes all signals away.
     */
    final void clear() {
        int seen = this.count.get();
        while (seen >= 0) {
            if (this.count.compareAndSet(seen, 0)) {
                return;
            }
            seen = this.count.get();
        }
        freeze();
        this.signals = 0;
        thaw();
    }

    /**
     * Takes signals if they are there and nobody stands in line.
     */
    final boolean tryTake(int wanted) {
        int seen = this.count.get();
        while (seen >= wanted) {
            if (!this.consumed || this.count.compareAndSet(seen, seen - wanted)) {
                return true;
            }
            seen = this.count.get();
        }
        if (seen >= 0) {
            return false;
        }
        freeze();
        try {
            if (!this.line.isEmpty() || this.signals < wanted) {
                return false;
            }
            if (this.consumed) {
                this.signals -= wanted;
            }
            return true;
        }
        finally {
            thaw();
        }
    }

    /**
     * Takes signals, waiting for them in line if need be.
     * @param nanos how long to wait at most
     * @return false if the time ran out
     * @throws InterruptedException if interrupted before the signals were this thread's
     * own
     */
    final boolean take(int wanted, long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean taken = takeOrGiveUp(wanted, nanos, true);
        if (!taken && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return taken;
    }

    /**
     * Takes signals, waiting for them in line if need be. Leaves the interrupt status as
     * it is.
     * @return false if the time ran out or, if that is heeded, the thread was interrupted
     */
    final boolean takeOrGiveUp(int wanted, long nanos, boolean heedInterrupt) {
        if (tryTake(wanted)) {
            return true;
        }
        if (nanos <= 0) {
            return false;
        }
        long start = (nanos == FOREVER) ? 0 : System.nanoTime();
        BlockedThread me = new BlockedThread(wanted);
        enter(me);
        boolean interrupted = false;
        long left = nanos;
        while (!me.granted) {
            if (left <= 0 || (heedInterrupt && Thread.currentThread().isInterrupted())) {
                leave(me);
                break;
            }
            if (left == FOREVER) {
                LockSupport.park(this);
            }
            else {
                LockSupport.parkNanos(this, left);
                left = nanos - (System.nanoTime() - start);
            }
            if (!heedInterrupt) {
                // Else the next park would not.
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return me.granted;
    }

    private void enter(WaitLine.Node place) {
        freeze();
        WaitLine.Told told;
        try {
            this.line.add(place);
            told = serve();
        }
        finally {
            thaw();
        }
        told.tell();
    }

    private void leave(WaitLine.Node place) {
        freeze();
        WaitLine.Told told;
        try {
            if (place.inLine()) {
                this.line.remove(place);
            }
            // One who wanted much, in front, may have held up others who want little.
            told = serve();
        }
        finally {
            thaw();
        }
        told.tell();
    }

    private void freeze() {
        if (this.lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(this + ": claim() must not call the object that gives the signal");
        }
        this.lock.lock();
        int seen = this.count.get();
        while (seen >= 0 && !this.count.compareAndSet(seen, ~seen)) {
            seen = this.count.get();
        }
        this.signals = (seen >= 0) ? seen : ~seen;
    }

    private void thaw() {
        this.count.set(this.line.isEmpty() ? this.signals : ~this.signals);
        this.lock.unlock();
    }

    private WaitLine.Told serve() {
        WaitLine.Told told = new WaitLine.Told();
        WaitLine.Node next = this.line.first();
        while (next != null && next.wanted <= this.signals) {
            this.line.remove(next);
            if (next.claim() && this.consumed) {
                this.signals -= next.wanted;
            }
            told.add(next);
            next = this.line.first();
        }
        return told;
    }

    /**
     * The time as the waiting methods take it. One that is too long to be told in
     * nanoseconds is as good as no limit.
     */
    static long nanos(Duration time) {
        return TimeUnit.NANOSECONDS.convert(time);
    }

    private static final class BlockedThread extends WaitLine.Node {

        private final Thread thread = Thread.currentThread();

        private volatile boolean granted;

        BlockedThread(int wanted) {
            super(wanted);
        }

        @Override
        boolean claim() {
            this.granted = true;
            return true;
        }

        @Override
        void tell() {
            if (this.thread != Thread.currentThread()) {
                LockSupport.unpark(this.thread);
            }
        }

    }

    private final class RegisteredWaiter extends WaitLine.Node implements Registration {

        private final Waiter waiter;

        /** Written under the lock, before {@code tell()}. */
        private boolean claimed;

        private @Nullable Throwable failure;

        RegisteredWaiter(Waiter waiter) {
            super(1);
            this.waiter = waiter;
        }

        @Override
        boolean claim() {
            try {
                this.claimed = this.waiter.claim();
            }
            catch (Throwable ex) {
                this.failure = ex;
            }
            return this.claimed;
        }

        @Override
        void tell() {
            if (this.claimed) {
                try {
                    this.waiter.signalled();
                }
                catch (Throwable ex) {
                    report(ex);
                }
            }
            else if (this.failure != null) {
                report(this.failure);
            }
        }

        private void report(Throwable failure) {
            Thread thread = Thread.currentThread();
            try {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            }
            catch (Throwable ignored) {
                // As the JVM does: there is nobody left to tell.
            }
        }

        /**
         * Serves nobody: a place that wants one signal and is still in line means that
         * there is none.
         */
        @Override
        public boolean cancel() {
            leave(this);
            return !this.claimed;
        }

    }

}
