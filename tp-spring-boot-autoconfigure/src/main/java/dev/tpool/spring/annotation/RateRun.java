package dev.tpool.spring.annotation;

import java.time.Duration;
import java.time.Instant;

import dev.tpool.TpTimer;
import org.jspecify.annotations.Nullable;

/**
 * A timer of a fixed rate whose callbacks come one after the other.
 */
final class RateRun extends SelfSettingRun {

    /** Beyond it, differences of the monotonic clock overflow. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

    private final boolean catchUp;

    private final Duration delay;

    private final @Nullable Instant at;

    private final long period;

    /** When the last expiry was due, on the monotonic clock. */
    private volatile long due;

    private volatile boolean dueIsKnown;

    RateRun(TriggerMethod.Call call, boolean catchUp, Duration delay, @Nullable Instant at, Duration period,
            Duration window) {
        super(call, true, window);
        this.catchUp = catchUp;
        this.delay = nanos(delay);
        this.at = at;
        this.period = nanos(period).toNanos();
    }

    private static Duration nanos(Duration duration) {
        return (duration.compareTo(LONGEST) < 0) ? duration : LONGEST;
    }

    @Override
    void begin(TpTimer timer) {
        if (this.at != null) {
            timer.set(this.at, Duration.ZERO, window());
            return;
        }
        this.due = System.nanoTime() + this.delay.toNanos();
        this.dueIsKnown = true;
        timer.set(this.delay, Duration.ZERO, window());
    }

    /**
     * As everywhere in the library, the rate begins when a moment of the wall clock is
     * served.
     */
    @Override
    void begun() {
        if (!this.dueIsKnown) {
            this.due = System.nanoTime();
            this.dueIsKnown = true;
        }
    }

    @Override
    void setNext(TpTimer timer) {
        long now = System.nanoTime();
        long periods = this.catchUp ? 1 : Math.max(0, now - this.due) / this.period + 1;
        long next = this.due + periods * this.period;
        this.due = next;
        timer.set(Duration.ofNanos(Math.max(0, next - now)), Duration.ZERO, window());
    }

}
