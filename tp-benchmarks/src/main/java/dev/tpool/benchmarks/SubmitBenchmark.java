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
 * java -jar tp-benchmarks/target/benchmarks.jar jmh SubmitBenchmark -t 2 -p workers=2 -prof gc
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
    private Implementation implementation = Implementation.TP_WORK;

    @Param({ "1", "2", "8" })
    private int workers;

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
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch(Producer producer) {
        producer.submit.run();
        producer.batch.await(BATCH);
    }

    /**
     * A thread that submits.
     */
    @State(Scope.Thread)
    public static class Producer {

        private final Batch batch = Batch.create();

        @SuppressWarnings("NullAway.Init")
        private Runnable submit;

        /**
         * Prepares the submissions.
         * @param benchmark has the pool
         */
        @Setup
        public void prepare(SubmitBenchmark benchmark) {
            this.submit = benchmark.submitter.batchOf(BATCH, this.batch);
        }

    }

}
