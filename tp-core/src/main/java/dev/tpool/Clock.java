package dev.tpool;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Serves every timer and every wait time-out of the process. It only posts; the callbacks
 * run on the workers of their pools. It has one thread while something is armed, and for
 * five to ten seconds after.
 * <p>
 * Relative times are on the monotonic clock. Absolute times are on the wall clock: they
 * are armed by the monotonic clock, too, and armed again when the difference between the
 * two is seen to have changed.
 */
final class Clock {

    /*-
     * Time is counted in ticks of 2^16 nanoseconds (66 microseconds) since the clock was made. An entry is
     * served in the first tick that begins at or after its due time, so never early; with a window, in the
     * roundest tick that its window allows, so that entries whose windows overlap tend to be served
     * together.
     *
     * All state is guarded by one lock; only when an entry is due that has neither period nor window may be
     * changed without it, as long as it is armed (see TimerWheel). Under the lock, entries are taken out of
     * the wheel and their posts are counted in the objects' state words; whoever disarms an entry under the
     * lock therefore knows that its post either is pending or will not come. What calls others, queueing the
     * objects, is done after the lock was left.
     *
     * When many are due they are put in line at once, since their order takes a look at all of them, and
     * expire and are queued bit by bit: nobody waits for the lock until all are done, the workers begin with
     * the first while the last are still armed, and each is queued while it is still in the cache. Timers of
     * one pool that follow each other are queued in one step.
     *
     * The thread decides how long to park as the last thing that it does before it parks: until then it may
     * have waited for other locks, and a wake-up that came meanwhile is spent. For as long as it is awake,
     * nobody needs to wake it.
     */

    private static final System.Logger logger = System.getLogger(TpTimer.class.getName());

    private static final Clock OF_PROCESS = new Clock(TimeSource.SYSTEM);

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * How long the thread parks at most: it is not woken when the last entry is disarmed,
     * so that arming and disarming one entry over and over wakes nobody.
     */
    private static final long LONGEST_PARK_NANOS = LINGER_NANOS;

    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** How often the wall clock is looked at while an absolute time is armed. */
    private static final long WALL_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * The two clocks may drift apart by this much before absolute times are armed again.
     */
    private static final long WALL_TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Far enough away for everybody, and short enough that sums do not overflow. */
    private static final long FARTHEST_NANOS = Long.MAX_VALUE / 4;

    private final TimeSource time;

    private final ThreadFactory threads;

    private final long origin;

    private final BriefLock lock = new BriefLock();

    private final TimerWheel wheel = new TimerWheel();

    /** In the order in which they were armed. */
    private final Map<ClockEntry, WallTime> absolutes = new LinkedHashMap<>();

    /**
     * Wall clock less monotonic clock when they were last seen to differ by more than
     * before. The same for all that is armed, so that equal moments are due at equal
     * times.
     */
    private long wallOffset;

    /** Owned by the thread that serves. */
    private final ExpiredEntries expired = new ExpiredEntries();

    private @Nullable Thread thread;

    /**
     * The tick at which the thread looks again by itself; far away if there is none. Read
     * without the lock, too.
     */
    private volatile long wakeTick = Long.MAX_VALUE;

    /**
     * Whether something was armed that the thread would be late for, or has no thread.
     */
    private boolean wakeNeeded;

    /**
     * Creates a clock with a thread of its own.
     * @param time what it reads
     */
    Clock(TimeSource time) {
        this(time, (run) -> WorkerThreads.ofEngine(run, "tp-clock"));
    }

    /**
     * Creates a clock.
     * @param time what it reads
     * @param threads where its thread comes from
     */
    Clock(TimeSource time, ThreadFactory threads) {
        this.time = time;
        this.threads = threads;
        this.origin = time.nanoTime();
    }

    /**
     * The clock of the process.
     */
    static Clock ofProcess() {
        return OF_PROCESS;
    }

    /**
     * A duration in nanoseconds, none shorter than zero and none too long to add.
     */
    static long nanosOf(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return (duration.toSeconds() >= FARTHEST_NANOS / TimeUnit.SECONDS.toNanos(1)) ? FARTHEST_NANOS
                : duration.toNanos();
    }

    void lock() {
        this.lock.lock();
    }

    /**
     * Leaves the lock, and wakes or starts the thread if what was armed under it comes
     * before what the thread waits for. Never throws, since whoever calls has something
     * to finish; a thread that could not be started is tried again by the next one.
     */
    void unlock() {
        Thread toWake = null;
        Throwable failure = null;
        try {
            if (this.wakeNeeded && this.wheel.size() > 0) {
                if (this.thread == null) {
                    failure = startThread();
                }
                else {
                    this.wakeTick = Long.MIN_VALUE;
                    toWake = this.thread;
                }
                this.wakeNeeded = failure != null;
            }
        }
        finally {
            this.lock.unlock();
        }
        if (toWake != null) {
            LockSupport.unpark(toWake);
        }
        if (failure != null) {
            Failures.log(logger, Level.ERROR,
                    () -> "the clock could not start its thread: nothing is served until somebody uses it again",
                    failure);
        }
    }

    /**
     * The nanoseconds since the clock was made, by the monotonic clock.
     */
    long now() {
        return this.time.nanoTime() - this.origin;
    }

    /**
     * Whether a moment on the wall clock has passed.
     */
    boolean hasPassed(long wallNanos) {
        return this.time.wallNanos() >= wallNanos;
    }

    /**
     * Arms an entry anew, one that is armed by the monotonic clock and movable. Takes the
     * lock only if the entry comes earlier than the wheel or the thread would see.
     * @return {@code false} if nothing was done, since the entry is not like that
     */
    boolean armAnew(ClockEntry entry, long delay) {
        // Before the time is read, which waits until everything before it was loaded.
        long seen = entry.dueWord();
        if (seen >= 0) {
            return false;
        }
        long due = now() + delay;
        if (!entry.putOff(seen, due)) {
            return false;
        }
        long tick = TimerWheel.tickFor(due);
        if (!this.wheel.reachesInTime(entry, tick) || tick < this.wakeTick) {
            bringForward(entry);
        }
        return true;
    }

    private void bringForward(ClockEntry entry) {
        lock();
        try {
            if (entry.isArmed()) {
                this.wheel.bringForward(entry);
                lookBy(TimerWheel.tickFor(entry.due()));
            }
        }
        finally {
            unlock();
        }
    }

    /**
     * Arms an entry by the monotonic clock. Under the lock.
     * @param movable whether it may be armed anew without the lock
     * @return whether it was armed before
     */
    boolean arm(ClockEntry entry, long due, long window, boolean movable) {
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
        lookBy(TimerWheel.tickFor(served));
        return before;
    }

    /**
     * Arms an entry by the wall clock. Under the lock.
     * @return whether it was armed before
     */
    boolean armAbsolute(ClockEntry entry, long wallDue, long window) {
        // First what takes memory: until then, all is as it was.
        compareClocks();
        long wall = this.time.wallNanos();
        WallTime due = new WallTime(wallDue);
        boolean before = disarm(entry);
        // What is among the absolutes is always in the wheel, even if this fails
        // half-way.
        addAbsolute(entry, due, wall, window);
        this.absolutes.put(entry, due);
        lookBy(Math.min(TimerWheel.tickFor(entry.due()), tickAt(now() + WALL_CHECK_NANOS)));
        return before;
    }

    /**
     * Disarms an entry. Under the lock.
     * @return whether it was armed
     */
    boolean disarm(ClockEntry entry) {
        if (!entry.isArmed()) {
            return false;
        }
        this.wheel.remove(entry);
        if (!this.absolutes.isEmpty()) {
            this.absolutes.remove(entry);
        }
        return true;
    }

    private void lookBy(long tick) {
        if (tick < this.wakeTick || this.thread == null) {
            this.wakeNeeded = true;
        }
    }

    /**
     * Serves everything that is due by now. By one thread at a time.
     * @return the nanoseconds until it has to be called again, or {@link Long#MAX_VALUE}
     * if nothing is armed
     */
    long serve() {
        boolean more = true;
        while (more) {
            try {
                more = expireSome();
            }
            finally {
                this.expired.finish();
            }
        }
        return nanosToNext();
    }

    /**
     * Lets some of those expire that are due, as many as can be handed over while their
     * memory is near, and the lock is not held for long.
     * @return whether there may be more
     */
    private boolean expireSome() {
        this.lock.lock();
        try {
            this.wakeTick = Long.MIN_VALUE;
            if (!this.wheel.hasLine()) {
                lineUp();
            }
            expireFirst(now());
            return this.wheel.hasLine();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Puts all that are due in line. When memory runs out they may be in another order,
     * but none is lost.
     */
    private void lineUp() {
        if (!this.absolutes.isEmpty()) {
            compareClocks();
        }
        List<ClockEntry> due = new ArrayList<>();
        try {
            this.wheel.advance(tickAt(now()), due);
            if (due.size() > 1) {
                sortByDue(due);
            }
        }
        finally {
            this.wheel.putInLine(due);
        }
    }

    private void expireFirst(long now) {
        OutOfMemoryError shortage = null;
        while (this.expired.hasRoom()) {
            ClockEntry entry = this.wheel.takeFromLine();
            if (entry == null) {
                break;
            }
            try {
                this.expired.add(entry, isOver(entry) ? entry.expire(this, now) : TpObject.Post.REFUSED);
            }
            catch (OutOfMemoryError ex) {
                // Served next. Most entries need no memory. One that needs more than
                // there will ever be must not be in the way of all others.
                if (!entry.isArmed()) {
                    this.wheel.add(entry);
                }
                shortage = ex;
            }
        }
        if (shortage != null) {
            throw shortage;
        }
    }

    /**
     * Sorts what may be of one tick and have different due times; what is due at the same
     * time keeps the order in which it was set.
     */
    private void sortByDue(List<ClockEntry> entries) {
        int count = entries.size();
        long[] keys = new long[count];
        long earliest = Long.MAX_VALUE;
        long latest = Long.MIN_VALUE;
        boolean inOrder = true;
        for (int i = 0; i < count; i++) {
            long due = exactDue(entries.get(i));
            inOrder &= due >= latest;
            earliest = Math.min(earliest, due);
            latest = Math.max(latest, due);
            keys[i] = due;
        }
        if (inOrder) {
            return;
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
        long range = latest - earliest;
        if (range < 0 || range >= 1L << (Long.SIZE - 1 - bits)) {
            // Some of them have windows of years.
            entries.sort(Comparator.comparingLong(this::exactDue));
            return;
        }
        // Sorting numbers does not touch the entries again and again.
        for (int i = 0; i < count; i++) {
            keys[i] = ((keys[i] - earliest) << bits) | i;
        }
        Arrays.sort(keys);
        ClockEntry[] before = entries.toArray(new ClockEntry[0]);
        for (int i = 0; i < count; i++) {
            entries.set(i, before[(int) keys[i] & ((1 << bits) - 1)]);
        }
    }

    private long exactDue(ClockEntry entry) {
        WallTime absolute = this.absolutes.isEmpty() ? null : this.absolutes.get(entry);
        return (absolute != null) ? difference(absolute.nanos(), this.wallOffset) : entry.exactDue();
    }

    /**
     * Whether the time of an entry that the wheel has served has come by its own clock,
     * too. If not, it is armed again.
     */
    private boolean isOver(ClockEntry entry) {
        WallTime absolute = this.absolutes.isEmpty() ? null : this.absolutes.get(entry);
        if (absolute == null) {
            return true;
        }
        if (!hasPassed(absolute.nanos())) {
            addAbsolute(entry, absolute, this.time.wallNanos(), 0);
            return false;
        }
        this.absolutes.remove(entry);
        return true;
    }

    private long nanosToNext() {
        this.lock.lock();
        try {
            if (this.wheel.size() == 0) {
                this.wakeTick = Long.MAX_VALUE;
                return Long.MAX_VALUE;
            }
            long now = now();
            this.wakeTick = Math.min(neededTick(), tickAt(now + LONGEST_PARK_NANOS));
            return Math.max(0, (this.wakeTick << TimerWheel.TICK_SHIFT) - now);
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * The tick by which the thread has to look again.
     */
    private long neededTick() {
        long next = this.wheel.nextTick();
        return this.absolutes.isEmpty() ? next : Math.min(next, tickAt(now() + WALL_CHECK_NANOS));
    }

    /**
     * Starts the thread.
     * @return why it could not be started, or {@code null}
     */
    private @Nullable Throwable startThread() {
        try {
            Thread started = this.threads.newThread(this::run);
            this.wakeTick = Long.MIN_VALUE;
            started.start();
            this.thread = started;
            return null;
        }
        catch (Throwable ex) {
            this.wakeTick = Long.MAX_VALUE;
            return ex;
        }
    }

    private void run() {
        long lastArmed = now();
        while (true) {
            try {
                long wait = serve();
                if (wait == Long.MAX_VALUE) {
                    long left = LINGER_NANOS - (now() - lastArmed);
                    if (left <= 0 && leave()) {
                        return;
                    }
                    this.time.parkNanos(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
                }
                else {
                    if (wait > 0) {
                        this.time.parkNanos(this, wait);
                    }
                    lastArmed = now();
                }
            }
            catch (Throwable ex) {
                afterFailure(ex);
            }
            // An interrupt is meant for nobody here, and would turn every further park
            // into a spin.
            Thread.interrupted();
        }
    }

    private void afterFailure(Throwable failure) {
        try {
            Failures.log(logger, Level.ERROR, () -> "the clock failed, and goes on", failure);
            this.time.parkNanos(this, PAUSE_AFTER_FAILURE_NANOS);
        }
        catch (Throwable ex) {
            // The whole process has no other clock: it must outlive a shortage of memory,
            // even of what it takes to speak of it.
        }
    }

    private boolean leave() {
        this.lock.lock();
        try {
            if (this.wheel.size() > 0) {
                return false;
            }
            this.thread = null;
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Takes no memory, so that what was taken out of the wheel for it is not lost.
     */
    private void addAbsolute(ClockEntry entry, WallTime due, long wall, long window) {
        // The offset tells what comes first, but is known only roughly.
        long ahead = difference(due.nanos(), wall);
        long estimated = now() + Math.max(0, Math.min(ahead, FARTHEST_NANOS));
        entry.setDue((window > 0) ? served(estimated, window) : estimated, false);
        this.wheel.add(entry);
    }

    /**
     * Subtracts, and stays at the end of the range instead of running over.
     */
    private static long difference(long from, long subtracted) {
        long difference = from - subtracted;
        boolean overflow = ((from ^ subtracted) & (from ^ difference)) < 0;
        return overflow ? ((from < 0) ? Long.MIN_VALUE : Long.MAX_VALUE) : difference;
    }

    /**
     * Arms all absolute times again if somebody has set the wall clock since the last
     * look, or the machine has slept.
     */
    private void compareClocks() {
        long wall = this.time.wallNanos();
        long offset = wall - now();
        if (Math.abs(offset - this.wallOffset) <= WALL_TOLERANCE_NANOS) {
            return;
        }
        this.absolutes.forEach((entry, due) -> {
            this.wheel.remove(entry);
            addAbsolute(entry, due, wall, 0);
        });
        this.wallOffset = offset;
    }

    private long tickAt(long now) {
        return now >> TimerWheel.TICK_SHIFT;
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
     * A moment on the wall clock, in nanoseconds since 1970.
     */
    private record WallTime(long nanos) {
    }

}
