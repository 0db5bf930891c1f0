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
 * java -jar tp-benchmarks/target/benchmarks.jar jmh WaitBenchmark -prof gc
 * </pre>
 *
 * Waits that hold no thread, from the registration to the end of their callback.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
public class WaitBenchmark {

    private static final int BATCH = 1024;

    private final Batch batch = Batch.create();

    @Param
    private WaitImplementation implementation = WaitImplementation.TP_WAIT;

    @SuppressWarnings("NullAway.Init")
    private Waits waits;

    /**
     * Starts the pool.
     */
    @Setup
    public void start() {
        this.waits = this.implementation.start(this.batch);
    }

    /**
     * Stops the pool.
     */
    @TearDown
    public void stop() {
        this.waits.close();
    }

    /**
     * Registers and takes back.
     */
    @Benchmark
    public void registerAndCancel() {
        this.waits.registerAndCancel();
    }

    /**
     * Registers, signals and waits for the callbacks of a batch.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void registerAndSignal() {
        for (int i = 0; i < BATCH; i++) {
            this.waits.registerAndSignal();
        }
        this.batch.await(BATCH);
    }

    /**
     * The same with a time-out that does not come.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void registerWithTimeoutAndSignal() {
        for (int i = 0; i < BATCH; i++) {
            this.waits.registerWithTimeoutAndSignal();
        }
        this.batch.await(BATCH * this.waits.callbacksOfTimeout());
    }

    /**
     * Registers a crowd with one event, signals it and waits for all callbacks.
     */
    @Benchmark
    @OperationsPerInvocation(Waits.CROWD)
    public void broadcast() {
        this.waits.broadcast();
        this.batch.await(Waits.CROWD);
        this.waits.reset();
    }

}
