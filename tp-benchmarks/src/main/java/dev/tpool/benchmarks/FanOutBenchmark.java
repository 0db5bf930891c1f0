package dev.tpool.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar jmh FanOutBenchmark -prof gc
 * </pre>
 *
 * A {@link CallbackTree} of 4,095 callbacks, which is about what the caches of a
 * processor hold.
 */
public class FanOutBenchmark extends CallbackTree {

    private static final int DEPTH = 12;

    /**
     * Makes a benchmark whose tree has 4,095 callbacks.
     */
    public FanOutBenchmark() {
        super(DEPTH);
    }

    /**
     * Submits the root and waits for the tree.
     */
    @Benchmark
    @OperationsPerInvocation((1 << DEPTH) - 1)
    public void tree() {
        run();
    }

}
