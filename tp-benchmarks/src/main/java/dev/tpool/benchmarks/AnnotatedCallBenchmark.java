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
 * java -jar tp-benchmarks/target/benchmarks.jar jmh AnnotatedCallBenchmark -prof gc
 * </pre>
 *
 * A call of an annotated method of a Spring bean, from the call to the end of the method
 * on another thread. One thread calls in batches and waits for each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AnnotatedCallBenchmark {

    private static final int BATCH = 4096;

    private final Batch batch = Batch.create();

    @Param
    private CallImplementation implementation = CallImplementation.TP_CALLBACK;

    @SuppressWarnings("NullAway.Init")
    private CallImplementation.Call call;

    /**
     * Starts the context.
     */
    @Setup
    public void start() {
        this.call = this.implementation.start(this.batch);
    }

    /**
     * Closes the context.
     * @throws Exception never
     */
    @TearDown
    public void stop() throws Exception {
        this.call.resource().close();
    }

    /**
     * Calls a batch and waits for it.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch() {
        Runnable method = this.call.call();
        for (int i = 0; i < BATCH; i++) {
            method.run();
        }
        this.batch.await(BATCH);
    }

}
