package dev.tpool;

import java.time.Duration;
import java.util.concurrent.locks.Condition;

/**
 * A moment on the monotonic clock up to which somebody is willing to wait.
 */
final class Deadline {

    /** Waits as long as it takes. */
    static final Deadline NEVER = new Deadline(0, true);

    /**
     * Longer than any program runs, and short enough that two of them do not overflow a
     * difference.
     */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

    private final long nanoTime;

    private final boolean never;

    private Deadline(long nanoTime, boolean never) {
        this.nanoTime = nanoTime;
        this.never = never;
    }

    static Deadline in(Duration timeout) {
        if (timeout.compareTo(LONGEST) > 0) {
            return NEVER;
        }
        long nanos = timeout.isNegative() ? 0 : timeout.toNanos();
        return new Deadline(System.nanoTime() + nanos, false);
    }

    /**
     * The nanoseconds left, zero or less when the moment has passed.
     */
    long remainingNanos() {
        return this.never ? Long.MAX_VALUE : this.nanoTime - System.nanoTime();
    }

    /**
     * Waits for a signal, once: the caller looks at its condition again whatever the
     * answer.
     * @return {@code false} if the moment has passed, with or without a signal: look once
     * more then
     */
    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
    boolean await(Condition condition) throws InterruptedException {
        if (this.never) {
            condition.await();
            return true;
        }
        long remaining = remainingNanos();
        return remaining > 0 && condition.awaitNanos(remaining) > 0;
    }

}
