package dev.tpool.benchmarks;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jboss.threads.EnhancedQueueExecutor;

import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * The pools compared. Each has exactly as many threads as it is started with.
 */
public enum Implementation {

    /** No pool: hardly anything beside the callbacks. */
    LEAST {
        @Override
        Submitter start(int workers) {
            return new LeastSubmitter(workers);
        }
    },

    /** A work object of ours, submitted again and again. */
    TP_WORK {
        @Override
        Submitter start(int workers) {
            return TpSubmitter.work(workers);
        }
    },

    /** A work object of ours for each post of a batch. */
    TP_DISTINCT {
        @Override
        Submitter start(int workers) {
            return TpSubmitter.distinctWork(workers);
        }
    },

    /** One-shot callbacks of ours. */
    TP_ONE_SHOT {
        @Override
        Submitter start(int workers) {
            return TpSubmitter.oneShot(workers);
        }
    },

    /** The JDK's pool with an unbounded queue. */
    THREAD_POOL_EXECUTOR {
        @Override
        Submitter start(int workers) {
            return of(new ThreadPoolExecutor(workers, workers, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
        }
    },

    /** The JDK's work-stealing pool, first in, first out. */
    FORK_JOIN_POOL {
        @Override
        Submitter start(int workers) {
            return of(forkJoinPool(workers, true));
        }
    },

    /** The JDK's work-stealing pool, last in, first out. */
    FORK_JOIN_POOL_LIFO {
        @Override
        Submitter start(int workers) {
            return of(forkJoinPool(workers, false));
        }
    },

    /** The pool of WildFly and Quarkus. */
    ENHANCED_QUEUE_EXECUTOR {
        @Override
        Submitter start(int workers) {
            return of(new EnhancedQueueExecutor.Builder().setCorePoolSize(workers)
                .setMaximumPoolSize(workers)
                .setKeepAliveTime(Duration.ofMinutes(1))
                .build());
        }
    },

    /** Spring's pool, which is the JDK's with a wrapping. */
    SPRING_TASK_EXECUTOR {
        @Override
        Submitter start(int workers) {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(workers);
            executor.setMaxPoolSize(workers);
            executor.initialize();
            return new ExecutorSubmitter(executor, executor::shutdown);
        }
    },

    /**
     * A virtual thread for each callback, since JDK 21. The number of workers has to be
     * given to the JVM as {@code jdk.virtualThreadScheduler.parallelism}.
     */
    VIRTUAL_THREADS {
        @Override
        Submitter start(int workers) {
            if (Integer.getInteger(PARALLELISM, 0) != workers) {
                throw new IllegalStateException("needs -D" + PARALLELISM + "=" + workers);
            }
            try {
                return of((ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
            }
            catch (ReflectiveOperationException ex) {
                throw new UnsupportedOperationException("virtual threads need JDK 21", ex);
            }
        }

        @Override
        public int since() {
            return 21;
        }
    };

    /** The system property that says how many processors virtual threads use. */
    public static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";

    abstract Submitter start(int workers);

    /**
     * The first release of Java that has this pool.
     * @return the feature release
     */
    public int since() {
        return 17;
    }

    private static ForkJoinPool forkJoinPool(int workers, boolean async) {
        return new ForkJoinPool(workers, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, async);
    }

    private static Submitter of(ExecutorService executor) {
        return new ExecutorSubmitter(executor, executor::shutdownNow);
    }

}
