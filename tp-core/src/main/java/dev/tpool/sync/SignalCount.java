package dev.tpool.sync;

import java.util.Objects;
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
     *                signals is ~count
     *
     * While nobody stands in line, one compare-and-set gives or takes signals. Whatever has to
     * do with the line is done between freeze() and thaw(), where the signals are a plain field
     * and a claim and what it consumes are one step for everybody else. thaw() leaves the word
     * frozen as long as somebody stands in line, so that nobody passes by.
     *
     * In between nothing is allocated, since the lock has to be given back whatever happens.
     * Outside of freeze() and thaw() the first in line wants more than there is: thaw() serves
     * the line from the front, whatever was changed before it.
     *
     * Those who were served are told by the one who served them, once the lock is free. A
     * thread that gives up (time-out, interrupt) asks for the lock first: if it is no longer in
     * line by then, the signals are its own and it returns with them.
     */

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
        return register(waiter, 1);
    }

    final Registration register(Waiter waiter, int wanted) {
        RegisteredWaiter place = new RegisteredWaiter(this, Objects.requireNonNull(waiter, "waiter"), wanted);
        enter(place);
        return place;
    }

    /**
     * The number of signals that are there.
     */
    final int count() {
        int seen = this.count.get();
        if (seen >= 0) {
            return seen;
        }
        // Not ~seen: somebody may be taking signals just now, or have returned with them.
        this.lock.lock();
        try {
            seen = this.count.get();
            return (seen >= 0) ? seen : ~seen;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Adds signals and serves the line, or changes nothing if that would pass the
     * maximum.
     * @return how many signals were there before
     */
    final int add(int added, int maximum) {
        int seen = this.count.get();
        while (seen >= 0) {
            // Written even if it stays the same: whoever takes the signal must see what
            // this thread did before.
            if (this.count.compareAndSet(seen, raised(seen, added, maximum))) {
                return seen;
            }
            seen = this.count.get();
        }
        freeze();
        int before = this.signals;
        this.signals = raised(before, added, maximum);
        tell(thaw());
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
        tell(thaw());
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
        boolean taken = this.line.isEmpty() && this.signals >= wanted;
        if (taken && this.consumed) {
            this.signals -= wanted;
        }
        tell(thaw());
        return taken;
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
        long start = System.nanoTime();
        BlockedThread me = new BlockedThread(wanted);
        enter(me);
        boolean interrupted = false;
        while (!me.granted()) {
            long left = WaitTime.left(nanos, start);
            if (left <= 0 || (heedInterrupt && Thread.currentThread().isInterrupted())) {
                leave(me);
                break;
            }
            if (left == WaitTime.FOREVER) {
                LockSupport.park(this);
            }
            else {
                LockSupport.parkNanos(this, left);
            }
            if (!heedInterrupt) {
                // Else the next park would not.
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return me.granted();
    }

    private void enter(WaitLine.Node place) {
        freeze();
        this.line.add(place);
        tell(thaw());
    }

    /**
     * Gives up a place in line, if it still is one. Somebody who wants much, in front,
     * may have held up others who want little; one who wants a single signal never does.
     */
    final void leave(WaitLine.Node place) {
        freeze();
        this.line.remove(place);
        tell(thaw());
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

    /**
     * Serves the line and ends what {@link #freeze()} began.
     * @return the first of those who were served, linked in order, to be told now
     */
    private WaitLine.@Nullable Node thaw() {
        WaitLine.Node served = null;
        WaitLine.Node last = null;
        WaitLine.Node next = this.line.first();
        while (next != null && next.wanted <= this.signals) {
            this.line.remove(next);
            if (next.claim() && this.consumed) {
                this.signals -= next.wanted;
            }
            if (last == null) {
                served = next;
            }
            else {
                last.next = next;
            }
            last = next;
            next = this.line.first();
        }
        this.count.set(this.line.isEmpty() ? this.signals : ~this.signals);
        this.lock.unlock();
        return served;
    }

    private static void tell(WaitLine.@Nullable Node served) {
        WaitLine.Node node = served;
        while (node != null) {
            WaitLine.Node after = node.next;
            // A registration may live long: it must not keep others alive.
            node.next = null;
            node.tell();
            node = after;
        }
    }

}
