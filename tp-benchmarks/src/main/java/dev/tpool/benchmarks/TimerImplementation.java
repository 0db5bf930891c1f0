package dev.tpool.benchmarks;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * The timers compared. Each hands its callbacks over to two threads.
 */
public enum TimerImplementation {

    /** Timer objects of ours. */
    TP_TIMER {
        @Override
        Timers start() {
            return new Timers.OfPool(TpSubmitter.pool(WORKERS));
        }
    },

    /** The work-stealing pool, which is a scheduler since JDK 25. */
    FORK_JOIN_POOL {
        @Override
        Timers start() {
            Object pool = forkJoinPool();
            if (pool instanceof ScheduledExecutorService scheduler) {
                return new Timers.OfExecutor(scheduler);
            }
            throw new UnsupportedOperationException("the ForkJoinPool schedules since JDK 25");
        }

        @Override
        public int since() {
            return 25;
        }
    },

    /** No timers, but what timers would have to do at least. */
    LEAST {
        @Override
        Timers start() {
            return new Timers.Least();
        }
    },

    /** Netty's wheel. */
    HASHED_WHEEL_TIMER {
        @Override
        Timers start() {
            return new Timers.OfWheel(forkJoinPool());
        }
    },

    /** The JDK's heap of tasks. */
    SCHEDULED_EXECUTOR {
        @Override
        Timers start() {
            ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(WORKERS);
            executor.setRemoveOnCancelPolicy(true);
            return new Timers.OfExecutor(executor);
        }
    };

    private static final int WORKERS = 2;

    abstract Timers start();

    /**
     * The first release of Java that has these timers.
     * @return the feature release
     */
    public int since() {
        return 17;
    }

    private static ForkJoinPool forkJoinPool() {
        return new ForkJoinPool(WORKERS, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true);
    }

}
