package dev.tpool.benchmarks;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import org.jboss.threads.EnhancedQueueExecutor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar SubmitBenchmark -t 2 -p workers=2 -prof gc
 * </pre>
 *
 * The way of a callback from {@code submit} to its end. Each producer ({@code -t}) hands
 * over a batch of 8192 callbacks that do next to nothing, and waits until all have run.
 * The score is one producer's time per callback: divided by the number of producers it is
 * what a callback costs the machine.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SubmitBenchmark {

    private static final int BATCH = 8192;

    @Param
    private Implementation implementation = Implementation.THREAD_POOL_EXECUTOR;

    @Param({ "1", "2", "8" })
    private int workers;

    @SuppressWarnings("NullAway.Init")
    private Submitter submitter;

    @Setup
    public void start() {
        this.submitter = this.implementation.start(this.workers);
    }

    @TearDown
    public void stop() {
        this.submitter.close();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch(Producer producer) {
        Runnable submit = producer.submit;
        for (int i = 0; i < BATCH; i++) {
            submit.run();
        }
        producer.awaitBatch();
    }

    /**
     * A thread that submits, and the count by which it knows that its batch is done.
     */
    @State(Scope.Thread)
    public static class Producer {

        private final LongAdder ran = new LongAdder();

        private long submitted;

        @SuppressWarnings("NullAway.Init")
        private Runnable submit;

        @Setup
        public void prepare(SubmitBenchmark benchmark) {
            this.submit = benchmark.submitter.submitterOf(this.ran::increment);
        }

        // parking would charge the wake-up of this thread to the pool, and a spinning
        // producer takes a processor from the workers
        @SuppressWarnings("ThreadPriorityCheck")
        private void awaitBatch() {
            this.submitted += BATCH;
            while (this.ran.sum() < this.submitted) {
                Thread.yield();
            }
        }

    }

    /**
     * The pools compared.
     */
    public enum Implementation {

        /** A work object of ours, submitted again and again. */
        TP_WORK {
            @Override
            Submitter start(int workers) {
                return new TpSubmitter(workers) {

                    @Override
                    public Runnable submitterOf(Runnable callback) {
                        return environment().work(callback)::submit;
                    }

                };
            }
        },

        /** One-shot callbacks of ours. */
        TP_ONE_SHOT {
            @Override
            Submitter start(int workers) {
                return new TpSubmitter(workers) {

                    @Override
                    public Runnable submitterOf(Runnable callback) {
                        TpEnvironment environment = environment();
                        return () -> environment.trySubmit(callback);
                    }

                };
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
                return of(new ForkJoinPool(workers, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true));
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
        };

        abstract Submitter start(int workers);

        private static Submitter of(ExecutorService executor) {
            return new Submitter() {

                @Override
                public Runnable submitterOf(Runnable callback) {
                    return () -> executor.execute(callback);
                }

                @Override
                public void close() {
                    executor.shutdownNow();
                }

            };
        }

    }

    /**
     * Our engine with a fixed number of workers.
     */
    private abstract static class TpSubmitter implements Submitter {

        private final TpPool pool;

        private final TpEnvironment environment;

        TpSubmitter(int workers) {
            this.pool = TpPool.builder("benchmark").threadMinimum(workers).threadMaximum(workers).build();
            this.environment = TpEnvironment.of(this.pool);
        }

        TpEnvironment environment() {
            return this.environment;
        }

        @Override
        public void close() {
            this.pool.close();
        }

    }

}
