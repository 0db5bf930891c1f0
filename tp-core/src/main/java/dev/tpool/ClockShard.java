package dev.tpool;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A part of the clock: the entries of some threads, and what of them is when due. Itself
 * the lock of all that. What belongs together in several shards, and the thread that
 * serves them, is the clock's business.
 */
class ClockShard extends BriefLock {

    /**
     * The two clocks may drift apart by this much before absolute times are armed again.
     */
    private static final long WALL_TOLERANCE_NANOS = 1_000_000;

    /** So many that nobody has to wait for the lock for long. */
    private static final int IDLE_LOOKS = 256;

    private final Clock clock;

    /** In the order in which they were armed. */
    private final Map<ClockEntry, WallTime> absolutes = new LinkedHashMap<>();

    private final TimerWheel wheel;

    /**
     * Wall clock less monotonic clock when they were last seen to differ by more than
     * before.
     */
    private long wallOffset;

    /** Whether something was armed that the clock's thread would be late for. */
    private boolean wakeNeeded;

    ClockShard(Clock clock, CoarseTime coarse) {
        this.clock = clock;
        this.wheel = new TimerWheel.Apart(coarse);
    }

    /**
     * Whether nothing is armed. Under the lock.
     */
    final boolean isEmpty() {
        return this.wheel.size() == 0;
    }

    /**
     * Whether the clock's thread has to be woken for what was armed since this was last
     * asked, and not disarmed again. Under the lock.
     */
    final boolean takeWakeNeeded() {
        if (!this.wakeNeeded) {
            return false;
        }
        this.wakeNeeded = false;
        return !isEmpty();
    }

    /**
     * Whether an entry that was put off stays where it is, and is reached in time all the
     * same. Without the lock.
     */
    final boolean reachesInTime(ClockEntry entry, long tick) {
        return this.wheel.reachesInTime(entry, tick);
    }

    /**
     * Sees to it that an entry that was armed anew is served in time. Under the lock.
     */
    final void bringForward(ClockEntry entry) {
        if (entry.isArmed()) {
            this.wheel.bringForward(entry);
            lookBy(TimerWheel.tickFor(entry.due()));
        }
    }

    /**
     * Arms an entry by the monotonic clock. Under the lock.
     * @param due when; if it is movable, also what {@link CoarseTime#dueIn} said
     * @param movable whether it may be armed anew without the lock
     * @return whether it was armed before
     */
    final boolean arm(ClockEntry entry, long due, long window, boolean movable) {
        boolean before = entry.isArmed();
        if (!this.absolutes.isEmpty()) {
            this.absolutes.remove(entry);
        }
        long served = (window > 0) ? served(due, window) : due;
        if (before) {
            this.wheel.move(entry, served, movable);
        }
        else {
            entry.setDue(served, movable);
            this.wheel.add(entry);
        }
        lookBy(TimerWheel.tickFor(entry.due()));
        return before;
    }

    /**
     * Arms an entry by the wall clock. Under the lock.
     * @return whether it was armed before
     */
    final boolean armAbsolute(ClockEntry entry, long wallDue, long window) {
        // First what takes memory: until then, all is as it was.
        compareClocks();
        long wall = this.clock.wallNanos();
        WallTime due = new WallTime(wallDue, this.clock.nextNumber());
        boolean before = disarm(entry);
        // What is among the absolutes is always in the wheel, even if this fails
        // half-way.
        addAbsolute(entry, due, wall, window);
        lookBy(Math.min(TimerWheel.tickFor(entry.due()), this.clock.tickOfNextWallCheck()));
        this.absolutes.put(entry, due);
        return before;
    }

    /**
     * Disarms an entry. Under the lock.
     * @return whether it was armed
     */
    final boolean disarm(ClockEntry entry) {
        if (!entry.isArmed()) {
            return false;
        }
        this.wheel.remove(entry);
        if (!this.absolutes.isEmpty()) {
            this.absolutes.remove(entry);
        }
        return true;
    }

    /**
     * Takes out some of those that keep their places for nothing. Under the lock.
     * @return whether there may be many more
     */
    final boolean disarmIdle() {
        return this.wheel.removeIdle(IDLE_LOOKS);
    }

    private void lookBy(long tick) {
        if (this.clock.wouldMiss(tick)) {
            this.wakeNeeded = true;
        }
    }

    /**
     * Puts all that are due by a tick in line. Under the lock. When memory runs out some
     * of them may be left for the next time, and none is lost.
     */
    final void takeDue(long tick, DueLine line) {
        if (!this.absolutes.isEmpty()) {
            compareClocks();
        }
        int begin = line.size();
        try {
            this.wheel.advance(tick, line.entries());
        }
        finally {
            for (int i = begin; i < line.size(); i++) {
                this.wheel.putInLine(line.entries().get(i));
            }
        }
        for (int i = begin; i < line.size(); i++) {
            ClockEntry entry = line.entries().get(i);
            WallTime absolute = absoluteOf(entry);
            if (absolute != null) {
                line.addMoment(absolute.nanos(), absolute.number(), this.wallOffset);
            }
            else {
                line.addDue(entry.exactDue());
            }
        }
    }

    /**
     * Takes an entry out that is in line and has its turn, and lets it expire if its time
     * has come by its own clock, too; if not, it is armed again. Under the lock.
     * @return what is left to do for it
     * @throws OutOfMemoryError if there is too little left for it: it is armed as before
     */
    final TpObject.Post expire(ClockEntry entry, long now) {
        if (!this.wheel.takeFromLine(entry)) {
            return TpObject.Post.REFUSED;
        }
        try {
            return isOver(entry) ? entry.expire(this.clock, now) : TpObject.Post.REFUSED;
        }
        catch (OutOfMemoryError ex) {
            if (!entry.isArmed()) {
                this.wheel.add(entry);
            }
            throw ex;
        }
    }

    private boolean isOver(ClockEntry entry) {
        WallTime absolute = absoluteOf(entry);
        if (absolute == null) {
            return true;
        }
        if (!this.clock.hasPassed(absolute.nanos())) {
            addAbsolute(entry, absolute, this.clock.wallNanos(), 0);
            return false;
        }
        this.absolutes.remove(entry);
        return true;
    }

    private @Nullable WallTime absoluteOf(ClockEntry entry) {
        return this.absolutes.isEmpty() ? null : this.absolutes.get(entry);
    }

    /**
     * The tick by which the clock has to look again. Under the lock.
     * @return the tick, or {@link Long#MAX_VALUE} if nothing is armed
     */
    final long neededTick() {
        long next = this.wheel.nextTick();
        return this.absolutes.isEmpty() ? next : Math.min(next, this.clock.tickOfNextWallCheck());
    }

    /**
     * Takes no memory, so that what was taken out of the wheel for it is not lost.
     */
    private void addAbsolute(ClockEntry entry, WallTime due, long wall, long window) {
        // The offset tells what comes first, but is known only roughly.
        long ahead = Clock.difference(due.nanos(), wall);
        long estimated = this.clock.now() + Math.max(0, Math.min(ahead, Clock.FARTHEST_NANOS));
        entry.setDue((window > 0) ? served(estimated, window) : estimated, false);
        this.wheel.add(entry);
    }

    /**
     * Arms all absolute times again if somebody has set the wall clock since the last
     * look, or the machine has slept.
     */
    private void compareClocks() {
        long wall = this.clock.wallNanos();
        long offset = wall - this.clock.now();
        if (Math.abs(offset - this.wallOffset) <= WALL_TOLERANCE_NANOS) {
            return;
        }
        this.absolutes.forEach((entry, due) -> {
            this.wheel.remove(entry);
            addAbsolute(entry, due, wall, 0);
        });
        this.wallOffset = offset;
    }

    /**
     * When an entry with a window is served: in the roundest of the ticks that the window
     * allows.
     */
    private static long served(long due, long window) {
        long earliest = TimerWheel.tickFor(due);
        long latest = (due + window) >> TimerWheel.TICK_SHIFT;
        if (latest <= earliest) {
            return due;
        }
        // The number in between with the most trailing zeros.
        long roundness = Long.highestOneBit((earliest - 1) ^ latest);
        return (latest & -roundness) << TimerWheel.TICK_SHIFT;
    }

    /**
     * A shard with nothing next to it in memory that other threads write to. In a class
     * of its own, since a class's fields follow those of its superclass.
     */
    static final class Apart extends ClockShard {

        @SuppressWarnings("unused")
        private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;

        Apart(Clock clock, CoarseTime coarse) {
            super(clock, coarse);
        }

    }

    /**
     * A moment on the wall clock.
     *
     * @param nanos the nanoseconds since 1970
     * @param number the higher, the later it was set
     */
    private record WallTime(long nanos, long number) {
    }

}
