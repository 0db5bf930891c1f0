package dev.tpool;

import java.lang.System.Logger.Level;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Serves every timer and every wait time-out of the process. It only posts; the callbacks
 * run on the workers of their pools. It has one thread while something is armed, and for
 * five to eleven seconds after.
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
     * What is armed is divided into shards, by the thread that made the entry, so that threads which arm and
     * disarm what is theirs do not meet. A shard's state is guarded by its lock; only when an entry is due
     * that has neither period nor window may be changed without it, as long as it is armed (see TimerWheel),
     * or has its turn (see TpWait).
     * Under the lock, entries are taken out of the wheel and their posts are counted in the objects' state
     * words; whoever disarms an entry under the lock therefore knows that its post either is pending or will
     * not come. What calls others, queueing the objects, is done after the lock was left. Nobody has the locks
     * of two shards.
     *
     * When many are due they are put in line at once, those of all shards, since their order takes a look at
     * all of them, and expire and are queued bit by bit: nobody waits for a lock until all are done, the
     * workers begin with the first while the last are still armed, and each is queued while it is still in the
     * cache. Timers of one pool that follow each other are queued in one step. Workers help with it (DueService).
     *
     * The word wakeTick says when the thread looks again by itself.
     *
     *   from       to         who       when
     *   any        AWAKE      thread    begins to serve
     *   any        AWAKE      starter   is about to start the thread
     *   any        NEVER      starter   could not start it
     *   AWAKE      a tick     thread    has found nothing to do before it; looks at all shards once more
     *   AWAKE      NEVER      thread    the same, has found nothing armed
     *   not AWAKE  AWAKE      another   has armed what comes before that tick, CAS; wakes the thread if that succeeds
     *
     * An entry is armed under the lock of its shard, and the word is read before that is left. Who reads AWAKE
     * leaves all to the thread, whose second look finds the entry if the first one has not, or to somebody who
     * is about to wake it. Who reads a tick that comes first has nothing to do. So what is armed for later
     * disturbs nobody, however often. While it looks, the thread may wait for a lock, which may spend a wake-up:
     * so it parks only if the word is still what it wrote, and reads that last.
     *
     * A thread that finds nothing armed for a while leaves: it says so first, by the field thread, and then
     * looks at all shards once more. Who arms something reads the field after that, and starts another one if
     * there is still none. A thread that was about to leave, or has just been started, looks at all shards
     * before it parks.
     */

    private static final System.Logger logger = System.getLogger(TpTimer.class.getName());

    private static final VarHandle WAKE_TICK = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "wakeTick",
            VarHandle.class, Clock.class, long.class);

    private static final long AWAKE = Long.MIN_VALUE;

    private static final long NEVER = Long.MAX_VALUE;

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
     * How often it is looked for what is not served any more. Those of them that are
     * reached one after the other would keep the thread for as long as they last.
     */
    private static final long IDLE_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Far enough away for everybody, and short enough that sums do not overflow. */
    static final long FARTHEST_NANOS = Long.MAX_VALUE / 4;

    private final TimeSource time;

    private final ThreadFactory threads;

    private final long origin;

    private final CoarseTime coarse = new CoarseTime(this::now);

    private final ClockShard[] shards = new ClockShard[Shards.COUNT];

    /** Counts the absolute times that were set. */
    private final AtomicLong numbers = new AtomicLong();

    /** Owned by the thread that serves, but workers help with what is in line. */
    private final DueService due = new DueService(this.shards);

    /**
     * What some shards lacked when they were looked at, while others were served; owned
     * by the thread that serves.
     */
    private @Nullable OutOfMemoryError shortage;

    /** The tick up to which entries were put in line; owned by the thread that serves. */
    private long reached;

    /** When it was last looked for what is idle; owned by the thread that serves. */
    private long idleChecked;

    /** Guards that a thread starts or leaves; taken before the lock of a shard. */
    private final BriefLock life = new BriefLock();

    private volatile @Nullable Thread thread;

    /** Whether a thread is missing that could not be started. */
    private volatile boolean startFailed;

    /** See above; says nothing while there is no thread. */
    private volatile long wakeTick = NEVER;

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
        Arrays.setAll(this.shards, (i) -> new ClockShard.Apart(this, this.coarse));
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

    private ClockShard shardOf(ClockEntry entry) {
        return this.shards[entry.shard()];
    }

    /**
     * Takes the lock of an entry's shard, which guards all of the entry that has to do
     * with the clock.
     */
    void lock(ClockEntry entry) {
        shardOf(entry).lock();
    }

    /**
     * Leaves the lock of an entry's shard, and wakes or starts the thread if what was
     * armed under it comes before what the thread waits for. Never throws, since whoever
     * calls has something to finish; a thread that could not be started is tried again by
     * the next one, whatever it does, since another shard may have something to serve.
     */
    void unlock(ClockEntry entry) {
        ClockShard shard = shardOf(entry);
        boolean wakeNeeded;
        boolean threadNeeded;
        try {
            wakeNeeded = shard.takeWakeNeeded();
            threadNeeded = this.thread == null && (this.startFailed || !shard.isEmpty());
        }
        finally {
            shard.unlock();
        }
        if (threadNeeded) {
            startThread();
        }
        else if (wakeNeeded) {
            wakeThread();
        }
    }

    private void wakeThread() {
        long seen = this.wakeTick;
        // If it has changed meanwhile, the thread has yet to look a second time, or
        // somebody else wakes it.
        if (seen != AWAKE && WAKE_TICK.compareAndSet(this, seen, AWAKE)) {
            LockSupport.unpark(this.thread);
        }
    }

    /**
     * Whether the thread looks too late by itself for what is to be served by a tick.
     */
    boolean wouldMiss(long tick) {
        return tick < this.wakeTick;
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
        return wallNanos() >= wallNanos;
    }

    /**
     * The wall clock, in nanoseconds since 1970.
     */
    long wallNanos() {
        return this.time.wallNanos();
    }

    /**
     * The number of an absolute time that is set.
     */
    long nextNumber() {
        return this.numbers.incrementAndGet();
    }

    /**
     * When to look again whether somebody has set the wall clock.
     */
    long tickOfNextWallCheck() {
        return tickAt(now() + WALL_CHECK_NANOS);
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
        long due = dueIn(delay);
        if (!entry.putOff(seen, due)) {
            return false;
        }
        if (comesTooLate(entry, due)) {
            bringForward(entry);
        }
        return true;
    }

    /**
     * When something is due that is movable. Reads the clock, unless that is done too
     * often.
     * @return on the monotonic clock, or what {@link CoarseTime#dueIn} said
     */
    long dueIn(long delay) {
        long due = this.coarse.dueIn(delay);
        if (due < 0) {
            long now = now();
            due = now + delay;
            if (CoarseTime.isFor(delay) && this.coarse.isToBeAskedFor(now) && this.thread != null) {
                wakeThread();
            }
        }
        return due;
    }

    /**
     * Whether an entry that was armed anew has to be brought forward, since the wheel or
     * the thread would see it too late.
     * @param due when, or what {@link CoarseTime#dueIn} said
     */
    boolean comesTooLate(ClockEntry entry, long due) {
        long tick = TimerWheel.tickFor(CoarseTime.earliest(due));
        return !shardOf(entry).reachesInTime(entry, tick) || wouldMiss(tick);
    }

    /**
     * Sees to it that an entry that was armed anew is served in time.
     */
    void bringForward(ClockEntry entry) {
        lock(entry);
        try {
            shardOf(entry).bringForward(entry);
        }
        finally {
            unlock(entry);
        }
    }

    /**
     * Arms an entry by the monotonic clock. Under its lock.
     * @param due when; if it is movable, also what {@link CoarseTime#dueIn} said
     * @param movable whether it may be armed anew without the lock
     * @return whether it was armed before
     */
    boolean arm(ClockEntry entry, long due, long window, boolean movable) {
        return shardOf(entry).arm(entry, due, window, movable);
    }

    /**
     * Arms an entry by the wall clock. Under its lock.
     * @return whether it was armed before
     */
    boolean armAbsolute(ClockEntry entry, long wallDue, long window) {
        return shardOf(entry).armAbsolute(entry, wallDue, window);
    }

    /**
     * Disarms an entry. Under its lock.
     * @return whether it was armed
     */
    boolean disarm(ClockEntry entry) {
        return shardOf(entry).disarm(entry);
    }

    /**
     * Serves everything that is due by now. By one thread at a time.
     * @return the nanoseconds until it has to be called again, or {@link Long#MAX_VALUE}
     * if nothing is armed
     */
    long serve() {
        this.wakeTick = AWAKE;
        if (this.due.isOver()) {
            lineUp();
        }
        this.due.expireSome(now());
        while (!this.due.isOver()) {
            do {
                this.coarse.replace();
            }
            while (this.due.standBack());
            this.due.expireSome(now());
        }
        OutOfMemoryError met = this.shortage;
        this.shortage = null;
        if (met != null) {
            throw met;
        }
        return nanosToNext();
    }

    /**
     * Whether timers of a pool are next in line, and workers of it may let them expire.
     */
    boolean isNext(TpPool pool) {
        return this.due.isNext(pool);
    }

    /**
     * Lets timers of a pool expire if they are next in line. By a worker that has nothing
     * else to do.
     * @param own the worker's stripe
     * @return whether they were, and it is to look for something to do again
     */
    boolean help(TpPool pool, @Nullable Stripe own) {
        return this.due.help(pool, this, own);
    }

    /**
     * Puts all that are due in line. When memory runs out they may be in another order,
     * but none is lost.
     */
    private void lineUp() {
        long tick = tickAt(now());
        this.reached = tick;
        // In this order: by then it is known of everything that is due whether it was
        // armed too early.
        this.coarse.replace();
        for (ClockShard shard : this.shards) {
            shard.lock();
            try {
                shard.takeDue(tick, this.due.line());
            }
            catch (OutOfMemoryError ex) {
                // The others may need less, and are served before it is told.
                this.shortage = ex;
            }
            finally {
                shard.unlock();
            }
        }
        this.due.begin();
    }

    /**
     * Whether an entry that has its turn is due indeed: it may have been put off since it
     * was put in line. By the thread that serves. Measured by the tick up to which
     * entries were put in line, and not by now: what is lacking is known only up to
     * there.
     */
    boolean isOver(long due) {
        return TimerWheel.tickFor(this.coarse.exactly(due)) <= this.reached;
    }

    /**
     * Decides when to serve again.
     */
    private long nanosToNext() {
        long needed = neededTick();
        long now = now();
        if (needed != NEVER && now - this.idleChecked >= IDLE_CHECK_NANOS) {
            // The thread might have nothing to stay for.
            if (disarmIdle()) {
                return 0;
            }
            this.idleChecked = now;
            needed = neededTick();
        }
        if (needed == NEVER) {
            return isStillRight(NEVER) ? Long.MAX_VALUE : 0;
        }
        long wake = Math.min(needed, tickAt(now + LONGEST_PARK_NANOS));
        return isStillRight(wake) ? Math.max(0, (wake << TimerWheel.TICK_SHIFT) - now()) : 0;
    }

    private boolean isStillRight(long wake) {
        this.wakeTick = wake;
        return neededTick() >= wake && this.wakeTick == wake;
    }

    /**
     * The tick by which something has to be done in one of the shards.
     */
    private long neededTick() {
        long needed = NEVER;
        for (ClockShard shard : this.shards) {
            shard.lock();
            try {
                needed = Math.min(needed, shard.neededTick());
            }
            finally {
                shard.unlock();
            }
        }
        return needed;
    }

    /**
     * Disarms entries that keep their places and are not served.
     * @return whether there may be many more
     */
    private boolean disarmIdle() {
        boolean more = false;
        for (ClockShard shard : this.shards) {
            shard.lock();
            try {
                more |= shard.disarmIdle();
            }
            finally {
                shard.unlock();
            }
        }
        return more;
    }

    private void startThread() {
        Throwable failure = null;
        this.life.lock();
        try {
            if (this.thread == null) {
                failure = tryToStartThread();
            }
        }
        finally {
            this.life.unlock();
        }
        if (failure != null) {
            Failures.log(logger, Level.ERROR,
                    () -> "the clock could not start its thread: nothing is served until somebody uses it again",
                    failure);
        }
    }

    /**
     * Starts the thread.
     * @return why it could not be started, or {@code null}
     */
    private @Nullable Throwable tryToStartThread() {
        try {
            Thread started = this.threads.newThread(this::run);
            this.wakeTick = AWAKE;
            // Before it runs, since it may park before this goes on, and is to be woken.
            this.thread = started;
            started.start();
            this.startFailed = false;
            return null;
        }
        catch (Throwable ex) {
            this.thread = null;
            this.wakeTick = NEVER;
            this.startFailed = true;
            return ex;
        }
    }

    private void run() {
        long lastArmed = now();
        while (true) {
            try {
                long wait = serve();
                if (wait == Long.MAX_VALUE) {
                    this.coarse.end();
                    long left = LINGER_NANOS - (now() - lastArmed);
                    if (left > 0) {
                        this.time.parkNanos(this, left);
                    }
                    else if (leave()) {
                        return;
                    }
                }
                else {
                    if (wait > 0) {
                        pause(wait);
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

    /**
     * Parks, and writes down what time it is meanwhile if somebody has asked for that.
     */
    private void pause(long nanos) {
        if (!this.coarse.isWanted()) {
            this.time.parkNanos(this, nanos);
            return;
        }
        this.coarse.begin();
        long end = now() + nanos;
        long left = nanos;
        do {
            this.time.parkNanos(this, Math.min(left, CoarseTime.AGE_NANOS));
            Thread.interrupted();
            left = this.coarse.goesOn() ? end - now() : 0;
        }
        while (left > 0 && this.wakeTick != AWAKE);
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
        this.life.lock();
        Thread leaving = this.thread;
        try {
            this.thread = null;
            for (ClockShard shard : this.shards) {
                shard.lock();
                try {
                    if (!shard.isEmpty()) {
                        this.thread = leaving;
                        return false;
                    }
                }
                finally {
                    shard.unlock();
                }
            }
            return true;
        }
        finally {
            this.life.unlock();
        }
    }

    /**
     * Subtracts, and stays at the end of the range instead of running over.
     */
    static long difference(long from, long subtracted) {
        long difference = from - subtracted;
        boolean overflow = ((from ^ subtracted) & (from ^ difference)) < 0;
        return overflow ? ((from < 0) ? Long.MIN_VALUE : Long.MAX_VALUE) : difference;
    }

    private long tickAt(long now) {
        return now >> TimerWheel.TICK_SHIFT;
    }

}
