package dev.tpool.benchmarks;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * Callbacks that submit callbacks: a binary tree of them, made beforehand. The root is
 * submitted from outside, all others by the callback above them. The score is the time
 * per callback.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class CallbackTree {

    private final int depth;

    private final Batch batch = Batch.create();

    @Param({ "TP_WORK", "TP_ONE_SHOT", "FORK_JOIN_POOL_LIFO", "FORK_JOIN_POOL", "THREAD_POOL_EXECUTOR",
            "ENHANCED_QUEUE_EXECUTOR", "VIRTUAL_THREADS" })
    private Implementation implementation = Implementation.TP_WORK;

    @Param("2")
    private int workers;

    @SuppressWarnings("NullAway.Init")
    private Submitter submitter;

    @SuppressWarnings("NullAway.Init")
    private Runnable root;

    CallbackTree(int depth) {
        this.depth = depth;
    }

    /**
     * Starts the pool and makes the tree.
     */
    @Setup
    public void start() {
        this.submitter = this.implementation.start(this.workers);
        this.root = tree(this.depth);
    }

    private Runnable tree(int depth) {
        if (depth == 1) {
            return this.submitter.submitterOf(this.batch);
        }
        Runnable left = tree(depth - 1);
        Runnable right = tree(depth - 1);
        return this.submitter.submitterOf(() -> {
            left.run();
            right.run();
            this.batch.run();
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
     * Submits the root and waits for the tree.
     */
    final void run() {
        this.root.run();
        this.batch.await(sizeOf(this.depth));
    }

    private static int sizeOf(int depth) {
        return (1 << depth) - 1;
    }

}
