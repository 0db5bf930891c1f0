package dev.tpool.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import dev.tpool.benchmarks.Implementation;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * A JMH benchmark with its parameters.
 *
 * @param name the implementation's name
 * @param since the first release of Java that has it
 * @param benchmark the class and the method
 * @param parameters the parameters
 * @param threads how many threads call it
 * @param plan how long it is measured
 */
record BenchmarkSubject(String name, int since, String benchmark, Map<String, String> parameters, int threads,
        Plan plan) implements Subject {

    @Override
    public Map<Metric, Double> measure(ReportOptions options) throws Exception {
        ChainedOptionsBuilder builder = new OptionsBuilder().include("\\." + Pattern.quote(this.benchmark) + "$")
            .threads(this.threads)
            .forks(1)
            .warmupIterations(options.warmups(this.plan.warmups()))
            .warmupTime(TimeValue.milliseconds(options.iterationMillis()))
            .measurementIterations(options.iterations(this.plan.iterations()))
            .measurementTime(TimeValue.milliseconds(options.iterationMillis()))
            .jvmArgsAppend(jvmArguments())
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
        this.parameters.forEach(builder::param);
        Collection<RunResult> runs = new Runner(builder.build()).run();
        if (runs.size() != 1) {
            throw new IllegalStateException(runs.size() + " benchmarks match " + this.benchmark);
        }
        RunResult run = runs.iterator().next();
        return metrics(run.getParams().getMode(), run.getAggregatedResult());
    }

    private String[] jvmArguments() {
        // Touched beforehand: else whoever leaves garbage pays for the pages that the
        // host has to find for it until the heap was filled once, which a short fork
        // spends measuring.
        List<String> arguments = new ArrayList<>(List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch"));
        if (Runtime.version().feature() >= 23) {
            // JMH uses it, and the warning would be in the middle of the report
            arguments.add("--sun-misc-unsafe-memory-access=allow");
        }
        if (this.name.equals(Implementation.VIRTUAL_THREADS.name())) {
            arguments.add("-D" + Implementation.PARALLELISM + "=" + this.parameters.get("workers"));
        }
        return arguments.toArray(String[]::new);
    }

    private Map<Metric, Double> metrics(Mode mode, BenchmarkResult fork) {
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        if (mode == Mode.SampleTime) {
            Statistics times = fork.getPrimaryResult().getStatistics();
            metrics.put(Metric.P50, times.getPercentile(50));
            metrics.put(Metric.P90, times.getPercentile(90));
            metrics.put(Metric.P99, times.getPercentile(99));
            metrics.put(Metric.P999, times.getPercentile(99.9));
        }
        else {
            Series iterations = new Series();
            fork.getIterationResults().forEach((result) -> iterations.add(result.getPrimaryResult().getScore()));
            metrics.put(Metric.TIME, iterations.median() / this.threads);
        }
        Result<?> allocation = fork.getSecondaryResults().get("gc.alloc.rate.norm");
        if (allocation != null) {
            // less than a tenth of a byte is the harness
            metrics.put(Metric.ALLOCATION, Math.rint(allocation.getScore() * 10) / 10);
        }
        return metrics;
    }

    /**
     * How many iterations of a second a fork has.
     */
    enum Plan {

        /** For what is noisy because several threads share the processors. */
        LONG(3, 5),

        /** For what is not. */
        SHORT(2, 4);

        private final int warmups;

        private final int iterations;

        Plan(int warmups, int iterations) {
            this.warmups = warmups;
            this.iterations = iterations;
        }

        int warmups() {
            return this.warmups;
        }

        int iterations() {
            return this.iterations;
        }

    }

}
