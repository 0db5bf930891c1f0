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
        return times(size, submitterOf(callback));
    }

    /**
     * Prepares a batch of submissions of one callback, and the wait for it: the pool's
     * own if it has one, otherwise by a count.
     * @param size how many
     * @param callback what is to run
     * @return submits the callback as often each time it is run, and parks until all have
     * run
     */
    default AwaitedBatch awaitedBatchOf(int size, Runnable callback) {
        return new CountedBatch(this, size, callback);
    }

    /**
     * Repeats a submission.
     * @param size how often
     * @param submit the submission
     * @return submits as often each time it is run
     */
    static Runnable times(int size, Runnable submit) {
        return () -> {
            for (int i = 0; i < size; i++) {
                submit.run();
            }
        };
    }

    @Override
    void close();

}
