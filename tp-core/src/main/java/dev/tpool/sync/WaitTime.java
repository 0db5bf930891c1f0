package dev.tpool.sync;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long a thread is ready to wait, as a number of nanoseconds: nothing if not
 * positive, and one value for ever.
 */
final class WaitTime {

    /** Also what is too long for nanoseconds, 292 years. */
    static final long FOREVER = Long.MAX_VALUE;

    private WaitTime() {
    }

    static long of(Duration time) {
        return TimeUnit.NANOSECONDS.convert(time);
    }

    /**
     * What is left of a time.
     * @param nanos the whole of it
     * @param start the {@link System#nanoTime()} when it began
     */
    static long left(long nanos, long start) {
        return (nanos == FOREVER) ? FOREVER : nanos - (System.nanoTime() - start);
    }

}
