package dev.tpool.benchmarks;

import java.util.concurrent.ForkJoinPool;

/**
 * The waits compared. Each runs its callbacks on two threads.
 */
public enum WaitImplementation {

    /** Wait objects of ours. */
    TP_WAIT {
        @Override
        Waits start(Batch batch) {
            return new Waits.OfPool(TpSubmitter.pool(WORKERS), batch);
        }
    },

    /**
     * The JDK's futures. A wait with a time-out is only completed and has no callback.
     */
    COMPLETABLE_FUTURE {
        @Override
        Waits start(Batch batch) {
            return new Waits.OfFuture(forkJoinPool(), batch, false);
        }
    },

    /** The JDK's futures, with a callback after a wait with a time-out, as ours have. */
    COMPLETABLE_FUTURE_CALLBACK {
        @Override
        Waits start(Batch batch) {
            return new Waits.OfFuture(forkJoinPool(), batch, true);
        }
    };

    private static final int WORKERS = 2;

    abstract Waits start(Batch batch);

    private static ForkJoinPool forkJoinPool() {
        return new ForkJoinPool(WORKERS, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true);
    }

}
