package dev.tpool.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Values of one metric. Medians, since the distributions have several humps.
 */
final class Series {

    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        this.values.add(value);
    }

    double median() {
        if (this.values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(this.values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return (sorted.size() % 2 == 1) ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double minimum() {
        return this.values.isEmpty() ? Double.NaN : Collections.min(this.values);
    }

    double maximum() {
        return this.values.isEmpty() ? Double.NaN : Collections.max(this.values);
    }

}
