package dev.tpool.benchmarks.report;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * What the forks have measured.
 */
final class Measurements {

    private final Map<Subject, Map<Metric, Series>> series = new HashMap<>();

    void add(Subject subject, Map<Metric, Double> fork) {
        Map<Metric, Series> ofSubject = this.series.computeIfAbsent(subject, (key) -> new EnumMap<>(Metric.class));
        fork.forEach((metric, value) -> ofSubject.computeIfAbsent(metric, (key) -> new Series()).add(value));
    }

    Series of(Subject subject, Metric metric) {
        return this.series.getOrDefault(subject, Map.of()).getOrDefault(metric, new Series());
    }

    double median(Subject subject, Metric metric) {
        return of(subject, metric).median();
    }

}
