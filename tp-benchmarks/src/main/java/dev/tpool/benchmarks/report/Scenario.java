package dev.tpool.benchmarks.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Implementations that are measured side by side, so that what disturbs one disturbs all.
 *
 * @param name by which it is selected
 * @param title what is measured
 * @param subjects the implementations
 * @param targets what is expected of ours
 */
record Scenario(String name, String title, List<Subject> subjects, List<Target> targets) {

    /**
     * Prints what was measured.
     * @return whether there was something
     */
    boolean print(Measurements measured, Appendable out) throws IOException {
        List<Metric> metrics = Arrays.stream(Metric.values())
            .filter((metric) -> this.subjects.stream()
                .anyMatch((subject) -> !Double.isNaN(measured.median(subject, metric))))
            .toList();
        if (metrics.isEmpty()) {
            return false;
        }
        out.append("\n## ").append(this.title).append(" (`").append(this.name).append("`)\n\n");
        Metric compared = metrics.get(0);
        List<Subject> ours = this.subjects.stream().filter(Subject::isOurs).toList();
        List<String> header = new ArrayList<>(List.of("implementation"));
        for (Metric metric : metrics) {
            header.add(metric.title() + ", " + metric.unit());
            if (metric != Metric.ALLOCATION) {
                header.add("forks");
            }
        }
        ours.forEach((subject) -> header.add("/ " + subject.name()));
        line(out, header);
        line(out, header.stream().map((column) -> "---").toList());
        for (Subject subject : this.subjects) {
            if (Double.isNaN(measured.median(subject, compared))) {
                continue;
            }
            List<String> row = new ArrayList<>(List.of(subject.name()));
            for (Metric metric : metrics) {
                Series series = measured.of(subject, metric);
                row.add(Metric.format(series.median()));
                if (metric != Metric.ALLOCATION) {
                    row.add(Metric.format(series.minimum()) + ".." + Metric.format(series.maximum()));
                }
            }
            for (Subject reference : ours) {
                row.add(Metric.format(measured.median(subject, compared) / measured.median(reference, compared)));
            }
            line(out, row);
        }
        if (!this.targets.isEmpty()) {
            out.append('\n');
            printTargets(measured, out);
        }
        return true;
    }

    private void printTargets(Measurements measured, Appendable out) throws IOException {
        line(out, List.of("target", "measured", "at least", "goal", "verdict"));
        line(out, List.of("---", "---", "---", "---", "---"));
        for (Target target : this.targets) {
            out.append(target.row(measured)).append('\n');
        }
    }

    private static void line(Appendable out, List<String> columns) throws IOException {
        out.append(columns.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }

}
