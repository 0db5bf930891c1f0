package dev.tpool.benchmarks;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpWork;

/**
 * Our engine with a fixed number of workers.
 */
abstract class TpSubmitter implements Submitter {

    private final TpPool pool;

    private final TpEnvironment environment;

    private TpSubmitter(int workers) {
        this.pool = pool(workers);
        this.environment = TpEnvironment.of(this.pool);
    }

    static TpPool pool(int workers) {
        return TpPool.builder("benchmark").threadMinimum(workers).threadMaximum(workers).build();
    }

    /** A work object that is posted again and again. */
    static Submitter work(int workers) {
        return new TpSubmitter(workers) {

            @Override
            public Runnable submitterOf(Runnable callback) {
                return environment().work(callback)::submit;
            }

            @Override
            public AwaitedBatch awaitedBatchOf(int size, Runnable callback) {
                TpWork work = environment().work(callback);
                Runnable submit = Submitter.times(size, work::submit);
                return () -> {
                    submit.run();
                    work.waitForCallbacks(false);
                };
            }

        };
    }

    /** As many work objects as a batch has posts. */
    static Submitter distinctWork(int workers) {
        return new TpSubmitter(workers) {

            @Override
            public Runnable submitterOf(Runnable callback) {
                return environment().work(callback)::submit;
            }

            @Override
            public Runnable batchOf(int size, Runnable callback) {
                TpWork[] works = new TpWork[size];
                for (int i = 0; i < size; i++) {
                    works[i] = environment().work(callback);
                }
                return () -> {
                    for (TpWork work : works) {
                        work.submit();
                    }
                };
            }

        };
    }

    /** One-shot callbacks. */
    static Submitter oneShot(int workers) {
        return new TpSubmitter(workers) {

            @Override
            public Runnable submitterOf(Runnable callback) {
                TpEnvironment environment = environment();
                return () -> environment.trySubmit(callback);
            }

        };
    }

    final TpEnvironment environment() {
        return this.environment;
    }

    @Override
    public void close() {
        this.pool.close();
    }

}
