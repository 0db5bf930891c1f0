package dev.tpool.benchmarks.report;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * What a number is meant to be. A goal is aimed at, a gate must be passed.
 *
 * @param what what the number is
 * @param unit its unit
 * @param number how it follows from what was measured; not a number if it does not
 * @param most whether a small number is good
 * @param gate the gate, or not a number if there is only a goal
 * @param goal the goal
 */
record Target(String what, String unit, ToDoubleFunction<Measurements> number, boolean most, double gate,
        ToDoubleFunction<Measurements> goal) {

    /** How many times faster than the fastest of the peers. */
    static Target faster(String what, Subject ours, double gate, double goal, Subject... peers) {
        return new Target(what, "x", (measured) -> best(measured, Metric.TIME, peers) / time(measured, ours), false,
                gate, (measured) -> goal);
    }

    /** At most so much of the best of the peers. */
    static Target share(String what, Metric metric, Subject ours, double gate, double goal, Subject... peers) {
        return new Target(what, "x", (measured) -> measured.median(ours, metric) / best(measured, metric, peers), true,
                gate, (measured) -> goal);
    }

    /** At most so much. */
    static Target atMost(String what, Metric metric, Subject ours, double gate, double goal) {
        return new Target(what, metric.unit(), (measured) -> measured.median(ours, metric), true, gate,
                (measured) -> goal);
    }

    /** At most so many nanoseconds more than without. */
    static Target adds(String what, Subject with, Subject without, double gate, ToDoubleFunction<Measurements> goal) {
        return new Target(what, "ns", (measured) -> time(measured, with) - time(measured, without), true, gate, goal);
    }

    /** At most so much more than without. */
    static Target addsPercent(String what, Subject with, Subject without, double gate, double goal) {
        return new Target(what, "%", (measured) -> (time(measured, with) / time(measured, without) - 1) * 100, true,
                gate, (measured) -> goal);
    }

    private static double time(Measurements measured, Subject subject) {
        return measured.median(subject, Metric.TIME);
    }

    private static double best(Measurements measured, Metric metric, Subject... peers) {
        return Arrays.stream(peers)
            .mapToDouble((peer) -> measured.median(peer, metric))
            .filter((median) -> !Double.isNaN(median))
            .min()
            .orElse(Double.NaN);
    }

    String verdict(Measurements measured) {
        double value = this.number.applyAsDouble(measured);
        if (Double.isNaN(value)) {
            return "not measured";
        }
        if (reaches(value, this.goal.applyAsDouble(measured))) {
            return "goal";
        }
        if (Double.isNaN(this.gate)) {
            return "goal missed";
        }
        return reaches(value, this.gate) ? "gate" : "MISSED";
    }

    private boolean reaches(double value, double line) {
        return this.most ? value <= line : value >= line;
    }

    String row(Measurements measured) {
        String sign = this.most ? "<= " : ">= ";
        return "| " + this.what + " | " + quantity(this.number.applyAsDouble(measured)) + " | "
                + (Double.isNaN(this.gate) ? "-" : sign + quantity(this.gate)) + " | " + sign
                + quantity(this.goal.applyAsDouble(measured)) + " | " + verdict(measured) + " |";
    }

    private String quantity(double value) {
        return Metric.format(value) + (this.unit.equals("x") ? "" : " ") + this.unit;
    }

}
