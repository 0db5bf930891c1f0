package dev.tpool.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar jmh PingBenchmark
 * </pre>
 *
 * How long one callback takes that finds the pool idle, in percentiles.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
public class PingBenchmark {

    @Param({ "TP_WORK", "TP_ONE_SHOT", "THREAD_POOL_EXECUTOR", "FORK_JOIN_POOL", "ENHANCED_QUEUE_EXECUTOR",
            "VIRTUAL_THREADS" })
    private Implementation implementation = Implementation.TP_WORK;

    @Param("2")
    private int workers;

    @SuppressWarnings("NullAway.Init")
    private Submitter submitter;

    @SuppressWarnings("NullAway.Init")
    private Runnable submit;

    @SuppressWarnings("NullAway.Init")
    private Runnable submitAndWake;

    @SuppressWarnings("NullAway.Init")
    private Thread parked;

    private long sent;

    private volatile long received;

    /**
     * Starts the pool.
     */
    @Setup
    public void start() {
        this.submitter = this.implementation.start(this.workers);
        this.submit = this.submitter.submitterOf(() -> this.received = this.sent);
        this.submitAndWake = this.submitter.submitterOf(() -> {
            this.received = this.sent;
            LockSupport.unpark(this.parked);
        });
    }

    /**
     * Stops the pool.
     */
    @TearDown
    public void stop() {
        this.submitter.close();
    }

    /**
     * From the submission to the start of the callback. The submitter spins meanwhile.
     */
    @Benchmark
    public void spin() {
        ping();
    }

    /**
     * The same after a pause, in which the pool goes to sleep.
     * @param pause comes before each submission
     */
    @Benchmark
    public void cold(Pause pause) {
        ping();
    }

    private void ping() {
        long ping = ++this.sent;
        this.submit.run();
        while (this.received != ping) {
            Thread.onSpinWait();
        }
    }

    /**
     * From the submission until the submitter, who parks meanwhile, is back.
     */
    @Benchmark
    public void park() {
        this.parked = Thread.currentThread();
        long ping = ++this.sent;
        this.submitAndWake.run();
        while (this.received != ping) {
            LockSupport.park(this);
        }
    }

    /**
     * A pause before each submission, which is not measured.
     */
    @State(Scope.Thread)
    public static class Pause {

        private static final long NANOS = TimeUnit.MICROSECONDS.toNanos(150);

        /**
         * Sleeps.
         */
        @Setup(Level.Invocation)
        public void sleep() {
            LockSupport.parkNanos(this, NANOS);
        }

    }

}
