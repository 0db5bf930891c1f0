package dev.tpool;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A hierarchical timing wheel: entries in slots by the tick in which they are served.
 * Knows neither time nor threads; time is an argument. Adding and removing take constant
 * time.
 */
class TimerWheel {

    /*-
     * There are eight levels of 64 slots. A slot of level n is 64^n ticks wide, so all of them together are
     * wider than a long counts nanoseconds, and nothing is too far away. An entry lives on the
     * level of the highest group of six bits in which its tick differs from the present tick, in the slot
     * that this group of its own tick names. So all entries of a level are ahead of the present slot of that
     * level, without wrapping around, and everything on a lower level comes before everything on a higher
     * one. When the present tick reaches a slot of a higher level its entries move down, each at most once
     * per level in its life.
     *
     * Entries of one tick are in the order in which they were added: those that move down were added before
     * any that are put on the lower level directly, since that is possible only once the present tick is in
     * that slot.
     *
     * An entry that is put off stays where it is, and finds its new slot when the old one is reached. So what
     * is put off again and again, as a time-out is, is hardly ever moved. It may lose its place in the order
     * of its tick by that.
     *
     * An entry that is idle, which it knows itself, stays in its slot, too, so that it can be put off from there.
     * It is taken out when that slot is reached before it is due, or earlier by whoever has no further use for it,
     * and served in vain otherwise.
     *
     * What is due is taken out of its slot, and may be put in line, which is somebody else's. There it can
     * still be removed or moved, so whoever serves the line may do so bit by bit.
     *
     * All of this is done by one thread at a time. Only when an entry is due may change meanwhile, if it is
     * movable: whoever changes it looks afterwards whether the slot is still early enough, and whoever puts
     * an entry into a slot looks afterwards whether it has changed. One of the two sees the other.
     */

    /** A tick is 2^16 nanoseconds. */
    static final int TICK_SHIFT = 16;

    private static final int BITS = 6;

    private static final int SLOTS = 1 << BITS;

    private static final int LEVELS = 8;

    /** In place of a slot: in line. */
    private static final int LINE = LEVELS * SLOTS;

    /** The first entry of each slot's ring. */
    private final @Nullable ClockEntry[] slots = new @Nullable ClockEntry[LEVELS * SLOTS];

    /** A bit for each slot that is not empty, per level. */
    private final long[] occupied = new long[LEVELS];

    private final CoarseTime coarse;

    private volatile long present;

    private int size;

    /**
     * An empty wheel.
     * @param coarse knows when that is due which was put off by it
     */
    TimerWheel(CoarseTime coarse) {
        this.coarse = coarse;
    }

    final int size() {
        return this.size;
    }

    final long present() {
        return this.present;
    }

    /**
     * The first tick that does not begin before a moment.
     */
    static long tickFor(long nanos) {
        return (nanos + (1L << TICK_SHIFT) - 1) >> TICK_SHIFT;
    }

    /**
     * Adds an entry. One that is due in a tick that has passed is served next.
     */
    final void add(ClockEntry entry) {
        link(entry);
        this.size++;
    }

    /**
     * Serves an entry that has been added at another time than before.
     * @param due when; if it is movable, also what {@link CoarseTime#dueIn} said
     */
    final void move(ClockEntry entry, long due, boolean movable) {
        entry.setDue(due, movable);
        bringForward(entry);
    }

    /**
     * Sees to it that an entry whose time has changed is not in a slot that is reached
     * too late.
     */
    final void bringForward(ClockEntry entry) {
        while (tickOf(entry) < start(entry.slot())) {
            unlink(entry);
            insert(entry);
        }
    }

    /**
     * Whether the slot of an entry is reached in time. Whoever has just changed the time
     * of the entry may ask this without any lock.
     */
    final boolean reachesInTime(ClockEntry entry, long tick) {
        return tick >= start(entry.slot());
    }

    final void remove(ClockEntry entry) {
        entry.hold();
        unlink(entry);
        this.size--;
    }

    /**
     * Takes out those that are idle among the entries that would be served first.
     * @param looks how many are looked at
     * @return whether all of those were idle, and so may be others
     */
    final boolean removeIdle(int looks) {
        int before = this.size;
        int left = looks;
        for (int level = 0; level < LEVELS; level++) {
            for (long slots = this.occupied[level]; slots != 0; slots &= slots - 1) {
                left = removeIdle(level * SLOTS + Long.numberOfTrailingZeros(slots), left);
                if (left == 0) {
                    return before - this.size == looks;
                }
            }
        }
        return false;
    }

    private int removeIdle(int index, int looks) {
        int left = looks;
        ClockEntry first = this.slots[index];
        ClockEntry last = (first != null) ? first.before : null;
        ClockEntry entry = first;
        while (entry != null && left > 0) {
            ClockEntry following = (entry != last) ? entry.after : null;
            if (entry.givesUpPlace()) {
                unlink(entry);
                this.size--;
            }
            left--;
            entry = following;
        }
        return left;
    }

    /**
     * The next tick in which there is something to do, if only to move entries down.
     * @return the tick, or {@link Long#MAX_VALUE} if there is no entry
     */
    final long nextTick() {
        for (int level = 0; level < LEVELS; level++) {
            if (this.occupied[level] != 0) {
                return start(level * SLOTS + Long.numberOfTrailingZeros(this.occupied[level]));
            }
        }
        return Long.MAX_VALUE;
    }

    /**
     * Goes on to a tick and takes out what was to be served up to it. When memory runs
     * out it stops early, with nothing lost, and goes on from there the next time.
     * @param expired gets the entries in the order of their ticks, behind what is there
     * @throws OutOfMemoryError if there is no room for a single one
     */
    final void advance(long tick, List<ClockEntry> expired) {
        int before = expired.size();
        long next = nextTick();
        while (next <= tick) {
            this.present = next;
            if (!serve(expired, before)) {
                return;
            }
            next = nextTick();
        }
        this.present = Math.max(this.present, tick);
    }

    private boolean serve(List<ClockEntry> expired, int before) {
        for (int level = 0; level < LEVELS; level++) {
            int slot = (int) (this.present >>> (level * BITS)) & (SLOTS - 1);
            if ((this.occupied[level] & (1L << slot)) != 0) {
                int index = level * SLOTS + slot;
                ClockEntry first = this.slots[index];
                this.slots[index] = null;
                this.occupied[level] &= ~(1L << slot);
                return first == null || sort(first, expired, before);
            }
        }
        return true;
    }

    private boolean sort(ClockEntry first, List<ClockEntry> expired, int before) {
        OutOfMemoryError shortage = null;
        ClockEntry entry = first;
        do {
            ClockEntry following = entry.after;
            entry.before = null;
            entry.after = null;
            boolean taken = false;
            if (shortage == null) {
                try {
                    taken = entry.holdIfDue(this.present, this.coarse) && expired.add(entry);
                }
                catch (OutOfMemoryError ex) {
                    // The whole slot has been taken, and the rest of it must not be lost.
                    // To try again for each of them would take a garbage collection each.
                    shortage = ex;
                }
            }
            if (taken || entry.givesUpPlace()) {
                this.size--;
            }
            else {
                link(entry);
            }
            entry = following;
        }
        while (entry != null && entry != first);
        if (shortage != null && expired.size() == before) {
            throw shortage;
        }
        return shortage == null;
    }

    /**
     * An entry that was taken out is in line from now on. It counts as added, and may be
     * removed or moved. Takes no memory.
     */
    final void putInLine(ClockEntry entry) {
        entry.setSlot(LINE);
        entry.before = entry;
        entry.after = entry;
        this.size++;
    }

    /**
     * Takes out an entry that was put in line.
     * @return {@code false} if it is not there any more, and nothing was done
     */
    final boolean takeFromLine(ClockEntry entry) {
        boolean inLine = entry.slot() == LINE && entry.isArmed();
        if (inLine) {
            unlink(entry);
            this.size--;
        }
        return inLine;
    }

    private void link(ClockEntry entry) {
        insert(entry);
        bringForward(entry);
    }

    private void insert(ClockEntry entry) {
        int index = indexOf(tickOf(entry));
        entry.setSlot(index);
        ClockEntry first = this.slots[index];
        if (first == null) {
            entry.before = entry;
            entry.after = entry;
            this.slots[index] = entry;
            this.occupied[index >>> BITS] |= 1L << (index & (SLOTS - 1));
        }
        else {
            ClockEntry last = first.before;
            entry.before = last;
            entry.after = first;
            first.before = entry;
            if (last != null) {
                last.after = entry;
            }
        }
    }

    private void unlink(ClockEntry entry) {
        int index = entry.slot();
        ClockEntry before = entry.before;
        ClockEntry after = entry.after;
        if (index == LINE) {
            // Whoever serves the line finds out.
            entry.before = null;
            entry.after = null;
            return;
        }
        if (after == entry) {
            this.slots[index] = null;
            this.occupied[index >>> BITS] &= ~(1L << (index & (SLOTS - 1)));
        }
        else if (before != null && after != null) {
            before.after = after;
            after.before = before;
            if (this.slots[index] == entry) {
                this.slots[index] = after;
            }
        }
        entry.before = null;
        entry.after = null;
    }

    private long tickOf(ClockEntry entry) {
        return Math.max(this.present + 1, tickFor(entry.due()));
    }

    /**
     * The tick in which a slot is reached.
     */
    private long start(int index) {
        if (index == LINE) {
            // Nobody who comes at another time than the others stays in line.
            return Long.MAX_VALUE;
        }
        int shift = (index >>> BITS) * BITS;
        return (this.present & -(1L << (shift + BITS))) | ((long) (index & (SLOTS - 1)) << shift);
    }

    private int indexOf(long tick) {
        long differing = (this.present ^ tick) | (SLOTS - 1);
        int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros(differing)) / BITS;
        return level * SLOTS + ((int) (tick >>> (level * BITS)) & (SLOTS - 1));
    }

    /**
     * A wheel with nothing next to it in memory that other threads write to. In a class
     * of its own, since a class's fields follow those of its superclass.
     */
    static final class Apart extends TimerWheel {

        @SuppressWarnings("unused")
        private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;

        Apart(CoarseTime coarse) {
            super(coarse);
        }

    }

}
