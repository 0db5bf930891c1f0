package dev.tpool.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar jmh DeepTreeBenchmark -prof gc
 * </pre>
 *
 * A {@link CallbackTree} of 65,535 callbacks, which takes about as long as a thread keeps
 * its processor when there are more threads than processors.
 */
public class DeepTreeBenchmark extends CallbackTree {

    private static final int DEPTH = 16;

    /**
     * Makes a benchmark whose tree has 65,535 callbacks.
     */
    public DeepTreeBenchmark() {
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
