package dev.tpool.benchmarks;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar jmh ClockBenchmark
 * </pre>
 *
 * What a reading of the clock costs on this machine, as a measure for the monitor.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
public class ClockBenchmark {

    /**
     * Reads the clock.
     * @return the time
     */
    @Benchmark
    public long read() {
        return System.nanoTime();
    }

}
