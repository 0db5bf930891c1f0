package dev.tpool.benchmarks;

import java.time.Duration;

/**
 * A delay in the form that each peer takes without a conversion.
 *
 * @param nanos in nanoseconds
 * @param duration as a duration
 */
record Delay(long nanos, Duration duration) {

    static Delay ofNanos(long nanos) {
        return new Delay(nanos, Duration.ofNanos(nanos));
    }

}
