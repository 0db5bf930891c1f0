package dev.tpool.benchmarks;

/**
 * The one thing {@link SubmitBenchmark} asks of a thread pool.
 */
interface Submitter extends AutoCloseable {

    /**
     * Has a thread of the pool run the callback.
     * @param callback what to run
     */
    void submit(Runnable callback);

    /**
     * Ends the pool's threads.
     */
    @Override
    void close();

}
