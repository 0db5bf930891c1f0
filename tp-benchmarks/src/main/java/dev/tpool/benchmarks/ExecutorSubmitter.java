package dev.tpool.benchmarks;

import java.util.concurrent.Executor;

/**
 * A peer: whatever runs a {@link Runnable}.
 */
final class ExecutorSubmitter implements Submitter {

    private final Executor executor;

    private final Runnable shutdown;

    ExecutorSubmitter(Executor executor, Runnable shutdown) {
        this.executor = executor;
        this.shutdown = shutdown;
    }

    @Override
    public Runnable submitterOf(Runnable callback) {
        return () -> this.executor.execute(callback);
    }

    @Override
    public void close() {
        this.shutdown.run();
    }

}
