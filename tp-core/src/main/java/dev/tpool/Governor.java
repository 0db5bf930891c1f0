package dev.tpool;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Decides when a crew grows past the number of processors: the aim is that as many
 * callbacks are <em>running</em>, not blocked, as there are processors. While something
 * is queued and nobody is idle it looks at the workers from time to time, and each one
 * that has been blocked for two looks may be replaced. Callbacks that compute never make
 * the crew grow.
 * <p>
 * It has a thread only while there is a backlog, and for a short while after.
 */
final class Governor implements Runnable {

    private static final System.Logger logger = System.getLogger(TpPool.class.getName());

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Looks without a backlog before the thread goes. */
    private static final int PATIENCE = 20;

    private final Crew crew;

    private final CallbackQueue queue;

    private final String poolName;

    private final AtomicBoolean watching = new AtomicBoolean();

    private final @Nullable ThreadMXBean cpuTimes = cpuTimes();

    Governor(Crew crew, CallbackQueue queue, String poolName) {
        this.crew = crew;
        this.queue = queue;
        this.poolName = poolName;
    }

    /**
     * Something is queued, nobody is idle, and the crew is at its growth limit or a
     * worker could not be started.
     */
    void backlog() {
        if (!this.watching.get() && this.watching.compareAndSet(false, true)) {
            try {
                newThread().start();
            }
            catch (Throwable ex) {
                // Whoever posts next tries again; this poster has done its part.
                this.watching.set(false);
                Failures.log(logger, Level.WARNING, () -> "pool '" + this.poolName + "' could not start its governor",
                        ex);
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // Not that of whoever posts.
    private Thread newThread() {
        Thread thread = new Thread(null, this, this.poolName + "-governor", 0, false);
        thread.setDaemon(true);
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.setContextClassLoader(Governor.class.getClassLoader());
        return thread;
    }

    @Override
    public void run() {
        int patience = PATIENCE;
        while (patience > 0) {
            LockSupport.parkNanos(this, INTERVAL_NANOS);
            if (hasBacklog()) {
                patience = PATIENCE;
                relieve();
            }
            else {
                patience--;
            }
        }
        this.crew.setBlocked(0);
        this.watching.set(false);
        // A poster that came before the flag was cleared relied on this thread.
        if (hasBacklog()) {
            this.crew.signalWork();
        }
    }

    private void relieve() {
        try {
            this.crew.setBlocked(countBlocked());
        }
        catch (Throwable ex) {
            // A thread that cannot be asked, or no memory: there will be another look.
            Failures.log(logger, Level.WARNING, () -> "the governor of pool '" + this.poolName + "' failed", ex);
        }
        this.crew.signalWork();
    }

    private boolean hasBacklog() {
        return !this.queue.isEmpty() && this.crew.idle() == 0 && this.crew.alive() < this.crew.maximum();
    }

    private int countBlocked() {
        int blocked = 0;
        for (Worker worker : this.crew.workers()) {
            if (isBlocked(worker)) {
                blocked++;
            }
        }
        return blocked;
    }

    /**
     * Whether the worker was blocked in the same callback now and when it was last looked
     * at. A thread that waits says so in its state; one in native code is taken to be
     * blocked if its processor time stands still. One in Java code never is: if it did
     * not advance, it was others that had the processors.
     */
    private boolean isBlocked(Worker worker) {
        Thread thread = worker.thread();
        TpCallbackInstance instance = worker.instance();
        if (thread == null || instance == null || !instance.isExecuting()) {
            worker.sample.forget();
            return false;
        }
        long execution = worker.completed();
        boolean waits = switch (thread.getState()) {
            case BLOCKED, WAITING, TIMED_WAITING -> true;
            default -> false;
        };
        long cpuTime = (waits || this.cpuTimes == null) ? -1 : nativeCpuTime(this.cpuTimes, thread);
        boolean blocked = worker.sample.isBlockedSince(execution, waits, cpuTime);
        return blocked && !instance.isLongRunning();
    }

    /**
     * The processor time of a thread that is in native code, -1 if it is not.
     */
    @SuppressWarnings("deprecation") // getId() is what Java 17 has; threadId() came with
                                     // 19.
    private static long nativeCpuTime(ThreadMXBean cpuTimes, Thread thread) {
        ThreadInfo info = cpuTimes.getThreadInfo(thread.getId());
        return (info != null && info.isInNative()) ? cpuTimes.getThreadCpuTime(thread.getId()) : -1;
    }

    private static @Nullable ThreadMXBean cpuTimes() {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        return (bean.isThreadCpuTimeSupported() && bean.isThreadCpuTimeEnabled()) ? bean : null;
    }

    /**
     * What was seen at the last look at a worker.
     */
    static final class Sample {

        private long execution = -1;

        private boolean waits;

        private long cpuTime = -1;

        void forget() {
            this.execution = -1;
        }

        /**
         * Compares with the last look and replaces it.
         */
        boolean isBlockedSince(long execution, boolean waits, long cpuTime) {
            boolean same = this.execution == execution;
            boolean blocked = same && ((waits && this.waits) || (cpuTime >= 0 && cpuTime == this.cpuTime));
            this.execution = execution;
            this.waits = waits;
            this.cpuTime = cpuTime;
            return blocked;
        }

    }

}
