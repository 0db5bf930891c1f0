package dev.tpool;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Serves every timer and every wait time-out of the process. It only posts; the callbacks
 * run on the workers of their pools. It has one thread while something is armed, and for
 * five seconds after.
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
     * All state is guarded by one lock. Under it, entries are taken out of the wheel and their posts are
     * counted in the objects' state words; whoever disarms an entry under the lock therefore knows that its
     * post either is pending or will not come. What calls others, queueing the objects, is done after the
     * lock was left.
     */

    private static final System.Logger logger = System.getLogger(TpTimer.class.getName());

    private static final Clock OF_PROCESS = new Clock(TimeSource.SYSTEM, Clock::newThread);

    private static final int TICK_SHIFT = 16;

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

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

    private final ReentrantLock lock = new ReentrantLock();

    private final TimerWheel wheel = new TimerWheel();

    private final Set<ClockEntry> absolutes = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Wall clock less monotonic clock when they were last compared. */
    private long wallOffset;

    private @Nullable Thread thread;

    /** The tick at which the thread looks again by itself. */
    private long wakeTick;

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
     * before what the thread waits for.
     */
    void unlock() {
        Thread toWake = null;
        try {
            if (this.wheel.size() > 0) {
                if (this.thread == null) {
                    startThread();
                }
                else if (this.wheel.nextTick() < this.wakeTick) {
                    this.wakeTick = Long.MIN_VALUE;
                    toWake = this.thread;
                }
            }
        }
        finally {
            this.lock.unlock();
        }
        if (toWake != null) {
            LockSupport.unpark(toWake);
        }
    }

    /**
     * The monotonic clock.
     */
    long now() {
        return this.time.nanoTime();
    }

    /**
     * Whether a moment on the wall clock has passed.
     */
    boolean hasPassed(long wallNanos) {
        return this.time.wallNanos() >= wallNanos;
    }

    /**
     * Arms an entry by the monotonic clock. Under the lock.
     */
    void arm(ClockEntry entry, long due, long window) {
        disarm(entry);
        entry.due = due;
        entry.absolute = false;
        this.wheel.add(entry, tickFor(due, window));
    }

    /**
     * Arms an entry by the wall clock. Under the lock.
     */
    void armAbsolute(ClockEntry entry, long wallDue, long window) {
        disarm(entry);
        compareClocks();
        entry.wallDue = wallDue;
        entry.absolute = true;
        this.absolutes.add(entry);
        addAbsolute(entry, window);
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
        if (entry.absolute) {
            this.absolutes.remove(entry);
        }
        return true;
    }

    /**
     * Serves everything that is due by now.
     * @return the nanoseconds until the next thing is due, or {@link Long#MAX_VALUE} if
     * nothing is armed
     */
    long serve() {
        List<ClockEntry> expired = new ArrayList<>();
        long wait;
        this.lock.lock();
        try {
            if (!this.absolutes.isEmpty()) {
                compareClocks();
            }
            long now = now();
            this.wheel.advance(tickAt(now), expired);
            expire(expired, now);
            wait = nanosToNext(now);
        }
        finally {
            this.lock.unlock();
        }
        for (ClockEntry entry : expired) {
            try {
                entry.afterExpiry();
            }
            catch (Throwable ex) {
                logger.log(Level.ERROR, "a timer or wait could not be served", ex);
            }
        }
        return wait;
    }

    private void expire(List<ClockEntry> expired, long now) {
        if (expired.size() > 1) {
            // Entries of one tick may have different due times; equal ones keep the order
            // they were set in.
            expired.sort(Comparator.comparingLong((entry) -> entry.due));
        }
        expired.removeIf((entry) -> {
            if (entry.absolute) {
                if (!hasPassed(entry.wallDue)) {
                    addAbsolute(entry, 0);
                    return true;
                }
                this.absolutes.remove(entry);
            }
            return !entry.expire(this, now);
        });
    }

    private long nanosToNext(long now) {
        long next = this.wheel.nextTick();
        if (next == Long.MAX_VALUE) {
            this.wakeTick = Long.MAX_VALUE;
            return Long.MAX_VALUE;
        }
        long wait = Math.max(0, (next << TICK_SHIFT) - (now - this.origin));
        this.wakeTick = next;
        return this.absolutes.isEmpty() ? wait : Math.min(wait, WALL_CHECK_NANOS);
    }

    private void startThread() {
        Thread started = this.threads.newThread(this::run);
        this.wakeTick = Long.MIN_VALUE;
        started.start();
        this.thread = started;
    }

    private static Thread newThread(Runnable run) {
        Thread thread = new Thread(null, run, "tp-clock", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(Clock.class.getClassLoader());
        return thread;
    }

    private void run() {
        long idleSince = now();
        while (true) {
            long wait = serve();
            if (wait == Long.MAX_VALUE) {
                long left = LINGER_NANOS - (now() - idleSince);
                if (left <= 0 && leave()) {
                    return;
                }
                this.time.parkNanos(this, Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
            }
            else {
                idleSince = now();
                if (wait > 0) {
                    this.time.parkNanos(this, wait);
                }
            }
            // An interrupt is meant for nobody here, and would turn every further park
            // into a spin.
            Thread.interrupted();
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

    private void addAbsolute(ClockEntry entry, long window) {
        long ahead = entry.wallDue - this.time.wallNanos();
        boolean overflow = entry.wallDue == Long.MAX_VALUE || ahead > FARTHEST_NANOS;
        entry.due = now() + (overflow ? FARTHEST_NANOS : Math.max(0, ahead));
        this.wheel.add(entry, tickFor(entry.due, window));
    }

    /**
     * Arms all absolute times again if somebody has set the wall clock since the last
     * look, or the machine has slept.
     */
    private void compareClocks() {
        long offset = this.time.wallNanos() - now();
        if (Math.abs(offset - this.wallOffset) <= WALL_TOLERANCE_NANOS) {
            return;
        }
        this.wallOffset = offset;
        for (ClockEntry entry : this.absolutes) {
            this.wheel.remove(entry);
            addAbsolute(entry, 0);
        }
    }

    private long tickAt(long now) {
        return (now - this.origin) >> TICK_SHIFT;
    }

    private long tickFor(long due, long window) {
        long earliest = (due - this.origin + (1L << TICK_SHIFT) - 1) >> TICK_SHIFT;
        long latest = (due - this.origin + window) >> TICK_SHIFT;
        if (latest <= earliest) {
            return earliest;
        }
        // The number in between with the most trailing zeros.
        long roundness = Long.highestOneBit((earliest - 1) ^ latest);
        return latest & -roundness;
    }

}
