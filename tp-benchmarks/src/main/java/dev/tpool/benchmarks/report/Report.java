package dev.tpool.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.Main;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar
 * </pre>
 *
 * Measures us and our peers with the JVM it runs on, and prints what it has seen beside
 * the targets. In each round every implementation of a scenario gets one fork, one right
 * after the other. A fork counts with the median of its iterations, an implementation
 * with the median of its forks.
 */
public final class Report {

    private final ReportOptions options;

    private final Measurements measured = new Measurements();

    private final List<String> csv = new ArrayList<>(List.of("row,implementation,round,metric,value"));

    private Report(ReportOptions options) {
        this.options = options;
    }

    /**
     * Runs the report, or JMH if that is the first argument.
     * @param arguments the options
     * @throws Exception if that fails
     */
    public static void main(String... arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("jmh")) {
            Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        ReportOptions options;
        try {
            options = ReportOptions.parse(arguments);
        }
        catch (IllegalArgumentException ex) {
            System.err.println(ex.getMessage() + "\n\n" + ReportOptions.USAGE);
            System.exit(1);
            return;
        }
        List<Scenario> scenarios = Stream.of(EngineScenarios.all(), ServiceScenarios.all())
            .flatMap(List::stream)
            .filter(options::selects)
            .toList();
        if (scenarios.isEmpty()) {
            System.err.println("No row has such a name; --list prints the names.");
            System.exit(1);
            return;
        }
        if (options.list()) {
            scenarios.forEach((scenario) -> System.out.println(scenario.name() + "  " + scenario.title()));
            return;
        }
        new Report(options).run(scenarios);
    }

    private void run(List<Scenario> scenarios) throws IOException, InterruptedException {
        System.out.printf("# Performance on Java %s%n%n%s, %s, %d processors; %d rounds, iterations of %d ms%n",
                Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(), this.options.rounds(), this.options.iterationMillis());
        for (Scenario scenario : scenarios) {
            Series roundTrips = new Series();
            for (int round = 1; round <= this.options.rounds(); round++) {
                measure(scenario, round, roundTrips);
            }
            boolean printed = scenario.print(this.measured, System.out);
            if (printed && !Double.isNaN(roundTrips.median())) {
                System.out.printf(
                        "%nA cache line from one processor to another and back, before each fork: %s ns, %s..%s%n",
                        Metric.format(roundTrips.median()), Metric.format(roundTrips.minimum()),
                        Metric.format(roundTrips.maximum()));
            }
        }
    }

    private void measure(Scenario scenario, int round, Series roundTrips) throws IOException, InterruptedException {
        for (Subject subject : scenario.subjects()) {
            if (round > subject.rounds(this.options.rounds()) || Runtime.version().feature() < subject.since()) {
                continue;
            }
            System.err.printf("%s %s, round %d of %d%n", scenario.name(), subject.name(), round, this.options.rounds());
            if (Runtime.getRuntime().availableProcessors() > 1) {
                roundTrips.add(CacheLine.roundTripNanos());
            }
            try {
                Map<Metric, Double> fork = subject.measure(this.options);
                this.measured.add(subject, fork);
                record(scenario, subject, round, fork);
            }
            catch (Exception ex) {
                System.err.println("failed: " + ex);
            }
        }
    }

    private void record(Scenario scenario, Subject subject, int round, Map<Metric, Double> fork) throws IOException {
        // a name may have a comma in it
        String quoted = '"' + subject.name() + '"';
        fork.forEach((metric, value) -> this.csv
            .add(String.join(",", scenario.name(), quoted, "" + round, metric.name(), value.toString())));
        @Nullable Path file = this.options.csv();
        if (file != null) {
            Files.write(file, this.csv);
        }
    }

}
