package dev.tpool.sync;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

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
     *   count < 0    somebody stands in line; the number of signals is ~count
     *   FROZEN       somebody is at the line, and the only one who may change anything
     *
     * While nobody stands in line, one compare-and-set gives or takes signals. Whatever has to
     * do with the line is done between freeze() and thaw(), where a claim and what it consumes
     * are one step for everybody else. thaw() leaves the word negative as long as somebody
     * stands in line, so that nobody passes by.
     *
     * Who comes or goes without anybody being served need not thaw: tryEnter() and tryLeave() freeze the
     * word at the first attempt or do nothing, and release it themselves.
     *
     * freeze() is one compare-and-set and thaw() a release: who looks at the word after a step of
     * his own sees it frozen at least, waits, and then sees what it has become. It is frozen for a
     * few instructions for each who is served, so whoever finds it so spins, and sleeps only if
     * that takes long.
     *
     * In between nothing is allocated, since it has to thaw whatever happens. Otherwise the first
     * in line wants more than there is: thaw() serves the line from the front, whatever was
     * changed before it. So there are always fewer signals than the most that fit while somebody
     * stands in line, and FROZEN is the complement of no number of them.
     *
     * Those who were served are told by the one who served them, once it has thawed (Telling). A thread
     * that gives up (time-out, interrupt) freezes first: if it is no longer in line by then, the
     * signals are its own and it returns with them.
     */

    private static final VarHandle COUNT = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "count",
            VarHandle.class, SignalCount.class, int.class);

    private static final int FROZEN = Integer.MIN_VALUE;

    /** How often a thread looks again before it sleeps. */
    private static final int SPINS = 200;

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    static {
        Telling.prepare();
    }

    /** The name of what was given none. */
    static final String UNNAMED = "unnamed";

    private final String name;

    private final boolean consumed;

    private volatile int count;

    /** Touched only by whoever has frozen the word. */
    private final WaitLine line = new WaitLine(this);

    /** The thread that is calling a waiter of somebody's while the word is frozen. */
    private @Nullable Thread claiming;

    /**
     * @param name for messages
     * @param initial how many signals are there at first
     * @param consumed whether a signal is gone once it let somebody go
     */
    SignalCount(String name, int initial, boolean consumed) {
        this.name = Objects.requireNonNull(name, "name");
        this.consumed = consumed;
        COUNT.setRelease(this, initial);
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
        int signals = freeze();
        int size = this.line.size();
        tell(thaw(signals));
        return size;
    }

    @Override
    public final Registration register(Waiter waiter) {
        return register(waiter, 1);
    }

    final Registration register(Waiter waiter, int wanted) {
        Objects.requireNonNull(waiter, "waiter");
        if (wanted == 1 && waiter instanceof TpReusableWaiter reusable && reusable.comes()) {
            enter(reusable);
            return reusable;
        }
        RegisteredWaiter place = new RegisteredWaiter(this, waiter, wanted);
        enter(place);
        return place;
    }

    /**
     * The number of signals that are there.
     */
    final int count() {
        int seen = this.count;
        return signalsOf((seen != FROZEN) ? seen : awaitThaw());
    }

    private static int signalsOf(int seen) {
        return (seen >= 0) ? seen : ~seen;
    }

    /**
     * Adds signals and serves the line, or changes nothing if that would pass the
     * maximum.
     * @return how many signals were there before
     */
    final int add(int added, int maximum) {
        int seen = this.count;
        while (seen >= 0) {
            // Written even if it stays the same: whoever takes the signal must see what
            // this thread did before.
            if (COUNT.compareAndSet(this, seen, raised(seen, added, maximum))) {
                return seen;
            }
            seen = this.count;
        }
        int before = freeze();
        tell(thaw(raised(before, added, maximum)));
        return before;
    }

    private static int raised(int count, int added, int maximum) {
        return (count <= maximum - added) ? count + added : count;
    }

    /**
     * Takes all signals away.
     */
    final void clear() {
        int seen = this.count;
        while (seen >= 0) {
            if (COUNT.compareAndSet(this, seen, 0)) {
                return;
            }
            seen = this.count;
        }
        freeze();
        tell(thaw(0));
    }

    /**
     * Takes signals if they are there and nobody stands in line.
     */
    final boolean tryTake(int wanted) {
        int seen = this.count;
        while (seen >= wanted) {
            if (!this.consumed || COUNT.compareAndSet(this, seen, seen - wanted)) {
                return true;
            }
            seen = this.count;
        }
        if (seen >= 0) {
            return false;
        }
        int signals = freeze();
        boolean taken = this.line.isEmpty() && signals >= wanted;
        tell(thaw((taken && this.consumed) ? signals - wanted : signals));
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
        int signals = freeze();
        addOrRelease(place, this.line.isEmpty() ? signals : ~signals);
        tell(thaw(signals));
    }

    /**
     * Puts somebody in line.
     * @param word what the word was before it was frozen: nobody else could restore it
     */
    private void addOrRelease(WaitLine.Node place, int word) {
        try {
            this.line.add(place);
        }
        catch (Error ex) {
            // The end of the stack, of which a plain assignment needs no more.
            this.count = word;
            throw ex;
        }
    }

    /**
     * Puts somebody who wants a single signal in line, if that is all there is to do:
     * nobody is at the line, and no signal is there that would have to be given. Never
     * waits, so it may be called under a lock that {@code accept()} takes.
     * @return whether it stands in line
     */
    final boolean tryEnter(WaitLine.Node place) {
        int seen = this.count;
        if (seen > 0 || seen == FROZEN || !COUNT.compareAndSet(this, seen, FROZEN)) {
            return false;
        }
        addOrRelease(place, seen);
        // Whoever stands in front wants more than there is, and goes on waiting for it.
        COUNT.setRelease(this, (seen == 0) ? ~0 : seen);
        return true;
    }

    /**
     * Gives up a place in line, if it is one and what stands there agrees, unless
     * somebody is at the line. Never waits, so it may be called under a lock that
     * {@code accept()} takes.
     */
    final TpReusableWaiter.Leaving tryLeave(TpReusableWaiter place) {
        int seen = this.count;
        if (seen >= 0) {
            return TpReusableWaiter.Leaving.STAYED;
        }
        if (seen == FROZEN || !COUNT.compareAndSet(this, seen, FROZEN)) {
            return TpReusableWaiter.Leaving.BUSY;
        }
        boolean left = false;
        Throwable failure = null;
        try {
            left = this.line.has(place) && place.agreesToLeave() && this.line.remove(place);
        }
        catch (Throwable ex) {
            // Not now: the handler is code of a user.
            failure = ex;
        }
        // One who wants a single signal keeps none from anybody: there is none if it is
        // first in line.
        COUNT.setRelease(this, this.line.isEmpty() ? signalsOf(seen) : seen);
        if (failure != null) {
            RegisteredWaiter.report(failure);
        }
        return left ? TpReusableWaiter.Leaving.LEFT : TpReusableWaiter.Leaving.STAYED;
    }

    /**
     * Gives up a place in line, if it still is one. Somebody who wants much, in front,
     * may have held up others who want little; one who wants a single signal never does.
     * @return whether it stood in line until now
     */
    final boolean leave(WaitLine.Node place) {
        int signals = freeze();
        boolean stood = this.line.remove(place);
        tell(thaw(signals));
        return stood;
    }

    /**
     * Begins what only one thread at a time may do.
     * @return the number of signals
     */
    private int freeze() {
        int seen = this.count;
        while (seen == FROZEN || !COUNT.compareAndSet(this, seen, FROZEN)) {
            seen = awaitThaw();
        }
        return signalsOf(seen);
    }

    private int awaitThaw() {
        if (this.claiming == Thread.currentThread()) {
            throw new IllegalStateException(getClass().getSimpleName() + " '" + this.name
                    + "': claim() must not call the object that gives the signal");
        }
        boolean interrupted = false;
        int seen = this.count;
        for (int looks = 1; seen == FROZEN; looks++) {
            if (looks <= SPINS) {
                Thread.onSpinWait();
            }
            else {
                // Whoever froze it has lost its processor. Nobody who is interrupted
                // would sleep, and a virtual thread would never let go of the processor.
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
            seen = this.count;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return seen;
    }

    /**
     * Says who is calling a waiter of somebody's, while the word is frozen, so that one
     * that calls back is told so.
     */
    final void claiming(@Nullable Thread thread) {
        this.claiming = thread;
    }

    /**
     * Serves the line and ends what {@link #freeze()} began.
     * @param signals how many there are
     * @return the first of those who were served, linked in order, to be told now
     */
    private WaitLine.@Nullable Node thaw(int signals) {
        int left = signals;
        WaitLine.Node served = null;
        WaitLine.Node last = null;
        WaitLine.Node next = this.line.first();
        while (next != null && next.wanted() <= left) {
            if (this.line.serve(next) && this.consumed) {
                left -= next.wanted();
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
        COUNT.setRelease(this, (next == null) ? left : ~left);
        return served;
    }

    private static void tell(WaitLine.@Nullable Node served) {
        WaitLine.Node node = served;
        Error failure = null;
        while (node != null) {
            WaitLine.Node after = node.next;
            // A registration may live long: it must not keep others alive. And once it is
            // told, it may be in another line.
            node.next = null;
            try {
                tellOne(node);
            }
            catch (Error ex) {
                // The end of the stack: the others are told all the same.
                failure = ex;
            }
            node = after;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static void tellOne(WaitLine.Node node) {
        if (node instanceof BlockedThread) {
            // At once: whoever is being told may wait for that thread.
            node.tell();
        }
        else {
            Telling.tell(node);
        }
    }

}
