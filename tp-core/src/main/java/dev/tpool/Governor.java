package dev.tpool;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Decides when a crew grows past the number of processors: the aim is that as many
 * callbacks are <em>running</em>, not blocked, as there are processors. While something
 * is queued and nobody is idle it looks at the workers from time to time, and each one
 * that is blocked may be replaced. Callbacks that compute never make the crew grow. At
 * the maximum it watches whether the pool still gets on, and says so if it does not.
 * <p>
 * It has a thread only while there is a backlog, and for a short while after.
 */
final class Governor implements Runnable {

    /*-
     * When it looks
     *
     *   the crew grew since the last look       soon again: those who came may block as well
     *   somebody waits whom the last look       soon again, once: it takes two looks to call him blocked
     *   did not see waiting
     *   nobody runs, but somebody is new in     soon again: he may seem blocked by then
     *   native code
     *   neither                                 each pause four times the one before, up to the longest, or
     *                                           longer if there are so many workers that it would cost too much
     *   somebody's processor time is measured   not later than the end of his first measurement
     *   the crew is at its maximum              seldom: there is nothing left to decide
     *
     * The crew grows only up to its maximum, so there are not many quick looks in a row. Whatever the
     * number of workers, looks take a hundredth of one processor in the long run (see afford).
     */

    private static final System.Logger logger = System.getLogger(TpPool.class.getName());

    private static final long SOON = TimeUnit.MICROSECONDS.toNanos(500);

    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long AT_MAXIMUM = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long WITHOUT_BACKLOG = TimeUnit.MILLISECONDS.toNanos(10);

    /** Looks without a backlog before the thread goes. */
    private static final int PATIENCE = 10;

    /** What part of a processor looks may take in the long run: one in so many. */
    private static final int COST_DIVISOR = 100;

    /**
     * The same while nothing changes. Somewhat more than in the long run, and so little
     * that looks do not use up at once what is kept for a burst.
     */
    private static final int CALM_COST_DIVISOR = 64;

    /** The processor time that a burst of looks may take besides. */
    private static final long MOST_CREDIT = TimeUnit.MILLISECONDS.toNanos(100);

    private final Crew crew;

    private final CallbackQueue queue;

    private final TpPool pool;

    private final int processors = Runtime.getRuntime().availableProcessors();

    private final AtomicBoolean watching = new AtomicBoolean();

    private volatile @Nullable Thread thread;

    private final @Nullable ThreadMXBean cpuTimes = cpuTimes();

    private final StarvationWatch starvation = new StarvationWatch();

    /*
     * What follows belongs to the governor's thread; the flag hands it to the next one.
     */

    private long lookedAt = System.nanoTime();

    private long pause;

    /** What the pause is while nothing changes. */
    private long calm;

    /** Whether this look came soon only to see who still waits. */
    private boolean lookingAgain;

    private int aliveBefore;

    private long credit = MOST_CREDIT;

    private long cpuTimeBefore;

    /** The processor time that this look has taken so far, if it can be measured. */
    private long spent;

    /** Over what time processor time is compared. */
    private long window;

    /** What the look at hand has found. */
    private int blocked;

    private boolean everybodyBlocked;

    private boolean somebodyNewWaits;

    /** How many seem blocked, without it being sure yet. */
    private int seeming;

    private boolean somebodyRuns;

    private boolean somebodyIsNew;

    private long undecidedUntil;

    Governor(Crew crew, CallbackQueue queue, TpPool pool) {
        this.crew = crew;
        this.queue = queue;
        this.pool = pool;
    }

    /**
     * Something is queued, nobody is idle, and the crew is at its growth limit or a
     * worker could not be started.
     */
    void backlog() {
        if (!this.watching.get() && this.watching.compareAndSet(false, true)) {
            try {
                WorkerThreads.ofEngine(this, this.pool.name() + "-governor").start();
            }
            catch (Throwable ex) {
                // Whoever posts next tries again; this poster has done its part.
                this.watching.set(false);
                Failures.log(logger, Level.WARNING,
                        () -> "pool '" + this.pool.name() + "' could not start its governor", ex);
            }
        }
    }

    /**
     * The maximum has changed: there may be something to decide again.
     */
    void hurry() {
        LockSupport.unpark(this.thread);
    }

    @Override
    public void run() {
        this.thread = Thread.currentThread();
        this.aliveBefore = 0;
        this.cpuTimeBefore = 0;
        this.blocked = 0;
        this.pause = SOON;
        this.calm = SOON;
        int patience = PATIENCE;
        while (patience > 0) {
            LockSupport.parkNanos(this, this.pause);
            if (hasBacklog()) {
                patience = PATIENCE;
                look();
            }
            else {
                patience--;
                this.pause = WITHOUT_BACKLOG;
                this.starvation.getsOn();
            }
        }
        this.crew.setBlocked(0);
        this.starvation.reset();
        this.thread = null;
        this.watching.set(false);
        // A poster that came before the flag was cleared relied on this thread.
        if (hasBacklog()) {
            this.crew.signalWork();
        }
    }

    private boolean hasBacklog() {
        // What is added to a pool that is at its end has no callback left.
        return !this.queue.isEmpty() && this.crew.idle() == 0 && !this.crew.isMarkedTerminated();
    }

    private void look() {
        long now = System.nanoTime();
        long sinceLast = now - this.lookedAt;
        this.lookedAt = now;
        this.window = blockingIsUsual() ? Sample.SHORT_WINDOW : Sample.WINDOW;
        // It was others who had the processors, or the whole process that stood still.
        boolean late = sinceLast - this.pause > this.window / 2;
        long next = LONGEST;
        try {
            lookAtWorkers(now, late);
            account(sinceLast);
            next = (this.crew.alive() < this.crew.maximum()) ? grow(now) : watch(now);
        }
        catch (Throwable ex) {
            // A thread that cannot be asked, or no memory: there will be another look.
            Failures.log(logger, Level.WARNING, () -> "the governor of pool '" + this.pool.name() + "' failed", ex);
            this.crew.signalWork();
        }
        this.pause = afford(next);
    }

    /**
     * Lets the crew replace who is blocked.
     * @return how long to wait before the next look
     */
    private long grow(long now) {
        this.starvation.getsOn();
        this.crew.setBlocked(this.blocked + ifNobodyRuns(this.seeming));
        this.crew.signalWork();
        int alive = this.crew.alive();
        boolean grew = alive > this.aliveBefore;
        this.aliveBefore = alive;
        if (grew) {
            this.calm = SOON;
            return SOON;
        }
        this.lookingAgain = this.somebodyNewWaits && !this.lookingAgain;
        if (this.lookingAgain) {
            return SOON;
        }
        if (this.somebodyIsNew && ifNobodyRuns(this.blocked) > 0) {
            return SOON;
        }
        this.calm = Math.min(LONGEST, this.calm * 4);
        return Math.max(Math.min(this.calm, this.undecidedUntil - now), this.spent * CALM_COST_DIVISOR);
    }

    /**
     * How many of those are replaced of whom it is not sure yet that they are blocked.
     * There are no more of them than are surely blocked, and none while somebody
     * computes: those who come next may do the same.
     */
    private int ifNobodyRuns(int count) {
        return (this.somebodyRuns || !blockingIsUsual()) ? 0 : Math.min(count, this.blocked);
    }

    /**
     * Whether so many are blocked that it cannot be computing callbacks which were taken
     * for blocked because others had the processors.
     */
    private boolean blockingIsUsual() {
        return this.blocked > this.processors;
    }

    private long watch(long now) {
        this.aliveBefore = this.crew.alive();
        boolean stuck = this.everybodyBlocked;
        if (this.starvation.isToBeReported(now, stuck, stuck ? this.crew.completed() : 0)
                && !this.pool.reportStarved(Duration.ofNanos(this.starvation.stuckFor(now)))) {
            this.starvation.reset();
        }
        return AT_MAXIMUM;
    }

    /**
     * Takes the processor time since the last look's end, which went into this one, from
     * the credit.
     */
    private void account(long sinceLast) {
        if (this.cpuTimes != null) {
            this.spent = this.cpuTimes.getCurrentThreadCpuTime() - this.cpuTimeBefore;
            this.credit = Math.min(MOST_CREDIT, this.credit + sinceLast / COST_DIVISOR) - this.spent;
        }
    }

    /**
     * Makes the pause longer if the looks before it took more than their share. Workers
     * that were started meanwhile are no part of it: there are only so many of them.
     */
    private long afford(long next) {
        if (this.cpuTimes == null) {
            return next;
        }
        this.cpuTimeBefore = this.cpuTimes.getCurrentThreadCpuTime();
        return Math.max(next, -this.credit * COST_DIVISOR);
    }

    private void lookAtWorkers(long now, boolean late) {
        int seen = 0;
        int all = 0;
        int replaceable = 0;
        this.somebodyNewWaits = false;
        this.seeming = 0;
        this.somebodyRuns = false;
        this.somebodyIsNew = false;
        this.undecidedUntil = Long.MAX_VALUE;
        for (Worker worker : this.crew.workers()) {
            seen++;
            if (isBlocked(worker, now, late)) {
                all++;
                TpCallbackInstance instance = worker.instance();
                if (instance != null && !instance.isLongRunning()) {
                    replaceable++;
                }
            }
            else if (!this.somebodyRuns) {
                guess(worker, now);
            }
        }
        this.blocked = replaceable;
        this.somebodyRuns |= seen < this.crew.alive();
        this.everybodyBlocked = all == seen && seen >= this.crew.alive();
    }

    private boolean isBlocked(Worker worker, long now, boolean late) {
        Thread thread = worker.thread();
        TpCallbackInstance instance = worker.instance();
        Sample sample = worker.sample;
        if (thread == null || instance == null || !instance.isExecuting()) {
            sample.forget();
            return false;
        }
        long execution = worker.completed();
        boolean waits = switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING -> true;
            default -> false;
        };
        if (waits) {
            boolean blocked = sample.waits(execution);
            this.somebodyNewWaits |= !blocked;
            return blocked;
        }
        if (this.cpuTimes == null || this.pool.threadKind() == TpThreadKind.VIRTUAL) {
            sample.forget();
            return false;
        }
        sample.use(this.window);
        boolean blocked = sample.standsStill(now, execution, late, new ThreadMeter(this.cpuTimes, thread));
        if (!blocked) {
            this.undecidedUntil = Math.min(this.undecidedUntil, sample.undecidedUntil());
        }
        return blocked;
    }

    /**
     * Whether a worker of whom it is not sure that it is blocked seems to be.
     */
    private void guess(Worker worker, long now) {
        Thread thread = worker.thread();
        TpCallbackInstance instance = worker.instance();
        if (thread == null || instance == null || this.cpuTimes == null) {
            this.somebodyRuns = true;
            return;
        }
        switch (worker.sample.guess(now, worker.completed(), new ThreadMeter(this.cpuTimes, thread))) {
            case RUNS -> this.somebodyRuns = true;
            case IS_NEW -> this.somebodyIsNew = true;
            case SEEMS_BLOCKED -> this.seeming += instance.isLongRunning() ? 0 : 1;
        }
    }

    private static @Nullable ThreadMXBean cpuTimes() {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        return (bean.isThreadCpuTimeSupported() && bean.isThreadCpuTimeEnabled()) ? bean : null;
    }

    /**
     * What can be learned of a thread for a microsecond or two.
     */
    interface Meter {

        /**
         * The processor time that it has had, -1 if it has ended.
         */
        long cpuTime();

        boolean isInNative();

    }

    private static final class ThreadMeter implements Meter {

        private final ThreadMXBean bean;

        private final long id;

        @SuppressWarnings("deprecation") // getId() is what Java 17 has; threadId() came
                                         // with 19.
        ThreadMeter(ThreadMXBean bean, Thread thread) {
            this.bean = bean;
            this.id = thread.getId();
        }

        @Override
        public long cpuTime() {
            return this.bean.getThreadCpuTime(this.id);
        }

        @Override
        public boolean isInNative() {
            ThreadInfo info = this.bean.getThreadInfo(this.id);
            return info != null && info.isInNative();
        }

    }

    /**
     * What a worker seems to do of whom it is not sure yet that it is blocked.
     */
    enum Guess {

        /** It may well compute. */
        RUNS,

        /** It is in native code, nobody knows for how long. */
        IS_NEW,

        /** It waits, or is in native code and did not get on since the last look. */
        SEEMS_BLOCKED

    }

    /**
     * What the looks at a worker have shown.
     * <p>
     * A thread that waits says so in its state: if it waited in the same callback at the
     * look before, it is blocked. One in native code, in a read of a socket for instance,
     * is runnable by its state: it is blocked if its processor time stood still for a
     * while, or if it is known to be light, which is to have had little of a processor
     * for longer. One that runs Java code never is: if it did not advance, it was others
     * that had the processors.
     */
    static final class Sample {

        /**
         * The least time over which processor time is compared: longer than a thread that
         * computes waits for its turn on a machine with enough to do.
         */
        static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(10);

        /** The same where it is known that callbacks block. */
        static final long SHORT_WINDOW = WINDOW / 2;

        /** How often the time is doubled for one that stays where it is. */
        private static final int MOST_DOUBLINGS = 7;

        /**
         * It stood still if it had less than one part in so many: callbacks that hardly
         * do anything between two reads count as blocked.
         */
        private static final int STILL_DIVISOR = 50;

        /** In how many windows a worker is found to be light. */
        private static final int LIGHT_WINDOWS = 4;

        /** A light worker had less than one part in so many. */
        private static final int LIGHT_DIVISOR = 10;

        /** One that had more than one part in so many is not light from that moment. */
        private static final int HEAVY_DIVISOR = 4;

        private static final long UNKNOWN = -1;

        /** The window in use. */
        private long window = WINDOW;

        private long execution = UNKNOWN;

        private boolean waits;

        private long cpuTime = UNKNOWN;

        private long measuredAt;

        /** How many measurements in a row have found it blocked. */
        private int still;

        /** Whether a measurement has found that it gets on. */
        private boolean getsOn;

        private boolean light;

        private long lightCpuTime = UNKNOWN;

        private long lightSince;

        void use(long window) {
            this.window = window;
        }

        void forget() {
            this.execution = UNKNOWN;
            this.waits = false;
            stopMeasuring();
        }

        /**
         * Its state says that it waits.
         * @return whether it is blocked
         */
        boolean waits(long execution) {
            boolean blocked = this.waits && this.execution == execution;
            this.execution = execution;
            this.waits = true;
            stopMeasuring();
            return blocked;
        }

        /**
         * Its state says that it can run.
         * @param late whether the look comes so late that standing still proves nothing
         * @return whether it is blocked all the same
         */
        boolean standsStill(long now, long execution, boolean late, Meter meter) {
            this.waits = false;
            if (late) {
                this.light = false;
                this.lightCpuTime = UNKNOWN;
            }
            return stoodStill(now, execution, late, meter) || (isLight(now, meter) && meter.isInNative());
        }

        private boolean stoodStill(long now, long execution, boolean late, Meter meter) {
            if (this.cpuTime == UNKNOWN || late) {
                measure(now, execution, meter.cpuTime());
                return this.still > 0;
            }
            int doublings = (this.execution == execution) ? Math.min(this.still, MOST_DOUBLINGS) : 0;
            long time = now - this.measuredAt;
            if (time < this.window << doublings) {
                if (this.still == 0 && !this.light && this.execution != execution) {
                    beginAnewIfLost(now, execution, meter);
                }
                return this.still > 0;
            }
            long before = this.cpuTime;
            measure(now, execution, meter.cpuTime());
            long used = this.cpuTime - before;
            if (used * HEAVY_DIVISOR > time) {
                this.light = false;
            }
            // Whoever is in native code now and has not moved was there all the time.
            boolean blocked = this.cpuTime != UNKNOWN && used * STILL_DIVISOR < time && meter.isInNative();
            this.still = blocked ? this.still + 1 : 0;
            this.getsOn = !blocked;
            return blocked;
        }

        /**
         * What it had in one callback does not count against the next one, which may be
         * in a read from its beginning to its end.
         */
        private void beginAnewIfLost(long now, long execution, Meter meter) {
            long cpuTimeNow = meter.cpuTime();
            if ((cpuTimeNow - this.cpuTime) * STILL_DIVISOR >= this.window) {
                measure(now, execution, cpuTimeNow);
                this.getsOn = !meter.isInNative();
            }
        }

        /**
         * What it seems to do, after a look that did not find it blocked.
         */
        Guess guess(long now, long execution, Meter meter) {
            if (this.execution != execution) {
                return Guess.RUNS;
            }
            if (this.waits) {
                return Guess.SEEMS_BLOCKED;
            }
            if (this.cpuTime == UNKNOWN || !meter.isInNative()) {
                return Guess.RUNS;
            }
            long time = now - this.measuredAt;
            if (time < SOON) {
                return Guess.IS_NEW;
            }
            return ((meter.cpuTime() - this.cpuTime) * LIGHT_DIVISOR < time) ? Guess.SEEMS_BLOCKED : Guess.RUNS;
        }

        private boolean isLight(long now, Meter meter) {
            long time = now - this.lightSince;
            if (this.lightCpuTime == UNKNOWN || time >= LIGHT_WINDOWS * this.window) {
                long before = this.lightCpuTime;
                this.lightCpuTime = meter.cpuTime();
                this.lightSince = now;
                this.light = before != UNKNOWN && this.lightCpuTime != UNKNOWN
                        && (this.lightCpuTime - before) * LIGHT_DIVISOR < time;
            }
            return this.light;
        }

        /**
         * When it will be known whether it is blocked, if it is not yet.
         */
        long undecidedUntil() {
            return this.getsOn ? Long.MAX_VALUE : this.measuredAt + this.window;
        }

        private void measure(long now, long execution, long cpuTime) {
            this.execution = execution;
            this.cpuTime = cpuTime;
            this.measuredAt = now;
        }

        private void stopMeasuring() {
            this.cpuTime = UNKNOWN;
            this.still = 0;
            this.getsOn = false;
        }

    }

}
