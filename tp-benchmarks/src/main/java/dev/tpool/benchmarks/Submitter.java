package dev.tpool.benchmarks;

/**
 * A pool as the benchmarks see it.
 */
interface Submitter extends AutoCloseable {

    /**
     * Prepares a callback, so that the benchmark measures submissions and nothing else.
     * @param callback what is to run
     * @return submits the callback once each time it is run
     */
    Runnable submitterOf(Runnable callback);

    @Override
    void close();

}
