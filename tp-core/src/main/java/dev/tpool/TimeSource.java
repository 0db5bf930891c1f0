package dev.tpool;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The two clocks of the machine, and how to wait on them.
 */
interface TimeSource {

    /** The real ones. */
    TimeSource SYSTEM = new TimeSource() {

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallNanos() {
            return toNanos(Instant.now());
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            LockSupport.parkNanos(blocker, nanos);
        }

    };

    /**
     * The monotonic clock.
     */
    long nanoTime();

    /**
     * The wall clock, in nanoseconds since 1970, which somebody may set.
     */
    long wallNanos();

    /**
     * Parks the calling thread, for no longer than this.
     */
    void parkNanos(Object blocker, long nanos);

    /**
     * An instant in nanoseconds since 1970, or as far away as a long reaches.
     */
    static long toNanos(Instant instant) {
        long seconds = instant.getEpochSecond();
        long most = Long.MAX_VALUE / TimeUnit.SECONDS.toNanos(1) - 1;
        if (seconds >= most || seconds <= -most) {
            return (seconds > 0) ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        return TimeUnit.SECONDS.toNanos(seconds) + instant.getNano();
    }

}
