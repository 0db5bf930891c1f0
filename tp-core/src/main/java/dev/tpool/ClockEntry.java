package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * An object that the clock has to serve at a moment, once it is armed. All of it is
 * guarded by the clock's lock, which is that of the entry's shard, but for what
 * {@link #putOff} and {@link #putOffByOwner} do. An object of its own for this would be
 * as large again as what it holds.
 */
abstract non-sealed class ClockEntry extends TpObject {

    private static final VarHandle DUE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "due",
            VarHandle.class, ClockEntry.class, long.class);

    /**
     * When it is served, on the monotonic clock: when it is due, or somewhat later if it
     * has a window. The complement, which is negative, while the entry is armed, or has
     * its turn, and may be armed anew without the lock; then it may also be what
     * {@link CoarseTime#dueIn} said.
     */
    private volatile long due;

    /**
     * The neighbours in the wheel's slot: a ring, or both {@code null} if it is not
     * armed.
     */
    @Nullable ClockEntry before;

    /** See {@link #before}. */
    @Nullable ClockEntry after;

    /*-
     * Layout of place, high to low; a field of its own for the shard would make a wait larger by 8 bytes
     *
     *   13..10  shard  where the entry is kept, for good: by the clock, and among the living of its pool
     *    9..0   slot   of the wheel; written under the lock, and read without it, too
     *
     * Nobody sees an entry before its shard: it is written before the entry is added to its pool's list, under
     * a lock, and nothing but the constructor's caller gets it earlier.
     */

    private static final VarHandle PLACE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "place",
            VarHandle.class, ClockEntry.class, short.class);

    private static final int SLOT_BITS = 10;

    private volatile short place;

    ClockEntry(@Nullable String name, TpEnvironment environment) {
        super(name, environment, 0);
        PLACE.setRelease(this, (short) (Shards.ofThisThread() << SLOT_BITS));
    }

    @Override
    final int shard() {
        return this.place >> SLOT_BITS;
    }

    /**
     * The slot of the wheel that it is in, if it is armed.
     */
    final int slot() {
        return this.place & ((1 << SLOT_BITS) - 1);
    }

    final void setSlot(int slot) {
        this.place = (short) (shard() << SLOT_BITS | slot);
    }

    final boolean isArmed() {
        return this.after != null;
    }

    /**
     * When it is served, or at the earliest if it was armed by the {@link CoarseTime}.
     */
    final long due() {
        long word = this.due;
        return (word < 0) ? CoarseTime.earliest(~word) : word;
    }

    /**
     * Says when it is served. Under the lock.
     * @param due when; if it is movable, also what {@link CoarseTime#dueIn} said
     * @param movable whether it may be armed anew without the lock
     */
    final void setDue(long due, boolean movable) {
        this.due = movable ? ~due : due;
    }

    /**
     * From here on, it is armed anew only under the lock, which the caller has, but for
     * {@link #putOffByOwner}.
     */
    final void hold() {
        long word = this.due;
        while (word < 0 && !DUE.compareAndSet(this, word, CoarseTime.earliest(~word))) {
            word = this.due;
        }
    }

    /**
     * Holds the entry if it is to be served by a tick. Under the lock.
     * @param coarse knows when it is due if it was armed by that
     * @return whether it is
     */
    final boolean holdIfDue(long tick, CoarseTime coarse) {
        while (true) {
            long word = this.due;
            if (word >= 0) {
                return TimerWheel.tickFor(word) <= tick;
            }
            if (TimerWheel.tickFor(CoarseTime.earliest(~word)) > tick) {
                return false;
            }
            long exactly = coarse.exactly(~word);
            boolean over = TimerWheel.tickFor(exactly) <= tick;
            // If it comes later than it said, it says so from now on.
            if (DUE.compareAndSet(this, word, over ? exactly : ~exactly)) {
                return over;
            }
        }
    }

    /**
     * When it is served, in the form that {@link #putOff} takes.
     * @return not negative if only whoever has the lock may change it
     */
    final long dueWord() {
        return this.due;
    }

    /**
     * Changes when an armed entry is served, without the lock.
     * @param seen the word that said when it is served until now
     * @param due when, or what {@link CoarseTime#dueIn} said
     * @return {@code false} if that has changed, and nothing was done
     */
    final boolean putOff(long seen, long due) {
        return DUE.compareAndSet(this, seen, ~due);
    }

    /**
     * Says anew when an armed entry is served, without the lock, by the only one who may
     * do so. If the clock has held the entry meanwhile, that is undone, so that
     * {@link #expire} has to look whether it is due.
     * @param due when, or what {@link CoarseTime#dueIn} said
     */
    final void putOffByOwner(long due) {
        DUE.setRelease(this, ~due);
    }

    /**
     * Asked by the clock about an entry that it is not about to serve, and that it may
     * take out of its place. Under the clock's lock.
     * @return whether it keeps its place for nothing, and knows from here on that it has
     * none
     */
    boolean givesUpPlace() {
        return false;
    }

    /**
     * When it would be served if it had no window. Those that are served together are
     * served in this order.
     */
    long exactDue() {
        return due();
    }

    /**
     * The moment has come. Called under the clock's lock, when the entry is not armed any
     * more; it may arm itself again. May count but must not call anybody.
     * @return what {@link #afterExpiry} has to do, nothing if it is
     * {@link TpObject.Post#REFUSED}
     */
    abstract Post expire(Clock clock, long now);

    /**
     * Does what must not be done under a lock.
     */
    abstract void afterExpiry(Post post);

}
