package dev.tpool.benchmarks.report;

import java.util.Map;

/**
 * One implementation in one situation: what a fork measures.
 */
interface Subject {

    /**
     * What the tables call it.
     * @return a short name
     */
    String name();

    /**
     * The first release of Java that has it.
     * @return the feature release
     */
    int since();

    /**
     * Whether it is ours, so that others are compared with it.
     * @return false for a peer
     */
    default boolean isOurs() {
        return name().startsWith("TP_");
    }

    /**
     * How many forks are enough.
     * @param asked how many are asked for
     * @return at most as many
     */
    default int rounds(int asked) {
        return asked;
    }

    /**
     * Measures it once in a JVM of its own.
     * @param options how long
     * @return what was measured
     * @throws Exception if that failed
     */
    Map<Metric, Double> measure(ReportOptions options) throws Exception;

}
