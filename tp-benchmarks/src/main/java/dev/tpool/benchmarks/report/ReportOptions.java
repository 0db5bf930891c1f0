package dev.tpool.benchmarks.report;

import java.nio.file.Path;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What the command line says.
 */
final class ReportOptions {

    static final String USAGE = """
            java -jar benchmarks.jar [options]      measures and prints the report
            java -jar benchmarks.jar jmh ...        is JMH itself, with its options
              --rows REGEX        only the rows whose name contains this
              --rounds N          forks of each implementation (default 5)
              --warmups N         warm-up iterations of a fork (default 3, or 2 where less is noisy)
              --iterations N      measured iterations of a fork (default 5 or 4)
              --time MILLIS       of an iteration (default 1000)
              --csv FILE          writes what each fork measured
              --list              prints the names of the rows
            """;

    private Pattern rows = Pattern.compile("");

    private int rounds = 5;

    private int warmups;

    private int iterations;

    private int iterationMillis = 1000;

    private @Nullable Path csv;

    private boolean list;

    static ReportOptions parse(String... arguments) {
        ReportOptions options = new ReportOptions();
        for (int i = 0; i < arguments.length; i++) {
            String option = arguments[i];
            if (option.equals("--list")) {
                options.list = true;
            }
            else if (i + 1 < arguments.length) {
                options.set(option, arguments[++i]);
            }
            else {
                throw new IllegalArgumentException("not understood: " + option);
            }
        }
        return options;
    }

    private void set(String option, String value) {
        switch (option) {
            case "--rows" -> this.rows = Pattern.compile(value);
            case "--rounds" -> this.rounds = Integer.parseInt(value);
            case "--warmups" -> this.warmups = Integer.parseInt(value);
            case "--iterations" -> this.iterations = Integer.parseInt(value);
            case "--time" -> this.iterationMillis = Integer.parseInt(value);
            case "--csv" -> this.csv = Path.of(value);
            default -> throw new IllegalArgumentException("not understood: " + option);
        }
    }

    boolean selects(Scenario scenario) {
        return this.rows.matcher(scenario.name()).find();
    }

    int rounds() {
        return this.rounds;
    }

    int warmups(int usual) {
        return (this.warmups > 0) ? this.warmups : usual;
    }

    int iterations(int usual) {
        return (this.iterations > 0) ? this.iterations : usual;
    }

    int iterationMillis() {
        return this.iterationMillis;
    }

    @Nullable Path csv() {
        return this.csv;
    }

    boolean list() {
        return this.list;
    }

}
