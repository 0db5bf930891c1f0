package dev.tpool.benchmarks;

import java.util.concurrent.TimeUnit;

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
 * java -jar tp-benchmarks/target/benchmarks.jar jmh AwaitBenchmark -prof gc
 * </pre>
 *
 * Batches of 8192 callbacks that do next to nothing, whose producer parks until all have
 * run. The score is one producer's time per callback. Ours is waited for by
 * {@code waitForCallbacks}, or, with {@code -p counter=true}, as the others are: by a
 * count that each callback takes part in.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AwaitBenchmark {

    private static final int BATCH = 8192;

    @Param({ "TP_WORK", "FORK_JOIN_POOL", "THREAD_POOL_EXECUTOR", "ENHANCED_QUEUE_EXECUTOR" })
    private Implementation implementation = Implementation.TP_WORK;

    @Param("2")
    private int workers;

    // whether they count even if the pool waits by itself
    @Param("false")
    private boolean counter;

    @SuppressWarnings("NullAway.Init")
    private Submitter submitter;

    /**
     * Starts the pool.
     */
    @Setup
    public void start() {
        this.submitter = this.implementation.start(this.workers);
    }

    /**
     * Stops the pool.
     */
    @TearDown
    public void stop() {
        this.submitter.close();
    }

    /**
     * Submits a batch and waits for it.
     * @param producer who submits
     * @throws InterruptedException if JMH gives up
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch(Producer producer) throws InterruptedException {
        producer.batch.run();
    }

    /**
     * A thread that submits.
     */
    @State(Scope.Thread)
    public static class Producer {

        private final Batch ran = Batch.create();

        @SuppressWarnings("NullAway.Init")
        private AwaitedBatch batch;

        /**
         * Prepares the submissions.
         * @param benchmark has the pool
         */
        @Setup
        public void prepare(AwaitBenchmark benchmark) {
            this.batch = benchmark.counter ? new CountedBatch(benchmark.submitter, BATCH, this.ran)
                    : benchmark.submitter.awaitedBatchOf(BATCH, this.ran);
        }

    }

}
