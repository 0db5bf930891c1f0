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

    /**
     * Prepares a batch of submissions of one callback.
     * @param size how many
     * @param callback what is to run
     * @return submits the callback as often each time it is run
     */
    default Runnable batchOf(int size, Runnable callback) {
        Runnable submit = submitterOf(callback);
        return () -> {
            for (int i = 0; i < size; i++) {
                submit.run();
            }
        };
    }

    @Override
    void close();

}
