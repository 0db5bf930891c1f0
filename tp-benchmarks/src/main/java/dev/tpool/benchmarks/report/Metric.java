package dev.tpool.benchmarks.report;

import java.util.Locale;

/**
 * What is measured of one implementation.
 */
public enum Metric {

    /** The machine's time for each callback, timer or wait. */
    TIME("time", "ns"),

    /** The median of single times. */
    P50("p50", "us"),

    /** The time that one of ten exceeds. */
    P90("p90", "us"),

    /** The time that one of a hundred exceeds. */
    P99("p99", "us"),

    /** The time that one of a thousand exceeds. */
    P999("p99.9", "us"),

    /** What each of a million keeps on the heap. */
    BYTES("heap of each", "B"),

    /** The processor time of a process that only waits. */
    IDLE("idle", "ms/s"),

    /** How late half of the timers are. */
    LATE_P50("late, p50", "us"),

    /** How late one of a hundred timers is. */
    LATE_P99("late, p99", "us"),

    /** How late one of a thousand timers is. */
    LATE_P999("late, p99.9", "us"),

    /** The time for each of many timers that are due together. */
    BURST("due together", "ns"),

    /** The garbage of each. */
    ALLOCATION("garbage", "B/op");

    private final String title;

    private final String unit;

    Metric(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    String title() {
        return this.title;
    }

    String unit() {
        return this.unit;
    }

    static String format(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        if (value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, (Math.abs(value) < 10) ? "%.2f" : "%.1f", value);
    }

}
