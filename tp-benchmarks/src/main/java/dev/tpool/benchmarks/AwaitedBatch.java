package dev.tpool.benchmarks;

/**
 * A batch of submissions whose producer parks until all have run.
 */
@FunctionalInterface
interface AwaitedBatch {

    /** Submits the batch and waits for it. */
    void run() throws InterruptedException;

}
