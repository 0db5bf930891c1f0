package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Posts its callback when a time has come, once or again and again: the counterpart of
 * {@code TP_TIMER}. An armed timer holds no thread.
 * <p>
 * Relative due times and periods are on the monotonic clock, absolute due times on the
 * wall clock; a change of the wall clock is noticed within a second. A timer never fires
 * early. Each expiry posts one callback; slow callbacks of a periodic timer overlap. A
 * timer that was served late by several periods gets one prompt extra callback and goes
 * on from there.
 * <p>
 * A timer that its cleanup group is closing takes no notice of being set.
 */
public final class TpTimer extends TpObject {

    /**
     * The callback of those that are created with a {@link Runnable}, which is their
     * context then and needs no wrapper of its own.
     */
    static final TpTimerCallback<Runnable> RUNNABLE = (instance, callback, timer) -> callback.run();

    private final TpTimerCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    private final Clock clock;

    private final Alarm alarm = new Alarm();

    /** Written under the clock's lock. */
    private volatile boolean isSet;

    TpTimer(@Nullable String name, TpEnvironment environment, TpTimerCallback<@Nullable Object> callback,
            @Nullable Object context, Clock clock) {
        super(name, environment, 0);
        this.callback = callback;
        this.context = context;
        this.clock = clock;
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.TIMER;
    }

    /**
     * Sets the timer to fire once, as soon as possible after a delay.
     * @param delay the time from now; zero posts the callback before this method returns
     * @return as {@link #set(Duration, Duration, Duration)}
     * @throws IllegalArgumentException if the delay is negative
     * @throws IllegalStateException if the timer was closed
     */
    public boolean set(Duration delay) {
        return set(delay, Duration.ZERO, Duration.ZERO);
    }

    /**
     * Sets the timer relative to now ({@code SetThreadpoolTimer} and
     * {@code SetThreadpoolTimerEx} with a due time of zero or less). Replaces due time,
     * period and window of an earlier setting; callbacks that it has posted still run.
     * @param delay the time from now to the first expiry; zero posts the callback before
     * this method returns
     * @param period the time from one expiry to the next, at a fixed rate; zero to fire
     * once
     * @param window how much later than due the callback may be posted, so that the clock
     * can serve several timers at once; zero for none. Never delays by more than the
     * period, so that no expiry is lost.
     * @return whether an expiry that was still to come has been taken back by this call.
     * If the timer was set and this is {@code false}, its callback is posted or has run.
     * @throws IllegalArgumentException if one of the times is negative
     * @throws IllegalStateException if the timer was closed
     */
    public boolean set(Duration delay, Duration period, Duration window) {
        long delayNanos = nanos("delay", delay);
        long periodNanos = nanos("period", period);
        long windowNanos = window(window, periodNanos);
        return set((now) -> this.clock.arm(this.alarm, now + delayNanos, windowNanos), delayNanos == 0, periodNanos,
                windowNanos);
    }

    /**
     * Sets the timer to fire once at a moment on the wall clock.
     * @param due the moment; one that has passed posts the callback before this method
     * returns
     * @return as {@link #set(Duration, Duration, Duration)}
     * @throws IllegalStateException if the timer was closed
     */
    public boolean set(Instant due) {
        return set(due, Duration.ZERO, Duration.ZERO);
    }

    /**
     * Sets the timer to a moment on the wall clock ({@code SetThreadpoolTimer} and
     * {@code SetThreadpoolTimerEx} with a due time above zero). Expiries after the first
     * one follow at a fixed rate on the monotonic clock.
     * @param due the moment of the first expiry; one that has passed posts the callback
     * before this method returns
     * @param period the time from one expiry to the next; zero to fire once
     * @param window how much later than due the callback may be posted
     * @return as {@link #set(Duration, Duration, Duration)}
     * @throws IllegalArgumentException if period or window is negative
     * @throws IllegalStateException if the timer was closed
     */
    public boolean set(Instant due, Duration period, Duration window) {
        long wallNanos = TimeSource.toNanos(due);
        long periodNanos = nanos("period", period);
        long windowNanos = window(window, periodNanos);
        return set((now) -> this.clock.armAbsolute(this.alarm, wallNanos, windowNanos), this.clock.hasPassed(wallNanos),
                periodNanos, windowNanos);
    }

    /**
     * Unsets the timer ({@code SetThreadpoolTimer} with {@code NULL}). No further
     * callbacks are posted; those that are queued still run.
     * @return whether an expiry that was still to come has been taken back
     * @throws IllegalStateException if the timer was closed
     */
    public boolean unset() {
        this.clock.lock();
        try {
            checkOpen();
            this.isSet = false;
            return this.clock.disarm(this.alarm);
        }
        finally {
            this.clock.unlock();
        }
    }

    /**
     * Whether the timer was set and has not been unset since
     * ({@code IsThreadpoolTimerSet}). It stays so after a timer without a period has
     * fired.
     * @return what the last call of a setter said
     */
    public boolean isSet() {
        return this.isSet;
    }

    private boolean set(Arming arming, boolean atOnce, long period, long window) {
        Post post = Post.REFUSED;
        boolean takenBack;
        this.clock.lock();
        try {
            if (this.alarm.closingWithGroup && !isClosed()) {
                return false;
            }
            checkOpen();
            takenBack = this.clock.disarm(this.alarm);
            this.isSet = true;
            this.alarm.period = period;
            this.alarm.window = window;
            long now = this.clock.now();
            if (!atOnce) {
                arming.arm(now);
            }
            else {
                post = countPost(false);
                if (period > 0 && post != Post.REFUSED) {
                    this.clock.arm(this.alarm, now + period, window);
                }
            }
        }
        finally {
            this.clock.unlock();
        }
        finishPost(post);
        return takenBack;
    }

    @Override
    void disarm() {
        this.clock.lock();
        try {
            this.clock.disarm(this.alarm);
        }
        finally {
            this.clock.unlock();
        }
    }

    @Override
    void groupCloseBegins() {
        this.clock.lock();
        try {
            this.alarm.closingWithGroup = true;
            this.clock.disarm(this.alarm);
        }
        finally {
            this.clock.unlock();
        }
    }

    @Override
    void groupCloseGivenUp() {
        this.clock.lock();
        try {
            this.alarm.closingWithGroup = false;
        }
        finally {
            this.clock.unlock();
        }
    }

    @Override
    boolean countsAgainstCapacity() {
        return false;
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    void invoke(TpCallbackInstance instance) throws Exception {
        this.callback.run(instance, this.context, this);
    }

    @Override
    @Nullable Object context() {
        return ((Object) this.callback != RUNNABLE) ? this.context : null;
    }

    /**
     * The window, as far as it does not make a periodic timer late by periods.
     */
    private static long window(Duration window, long period) {
        long nanos = nanos("window", window);
        return (period > 0) ? Math.min(nanos, period) : nanos;
    }

    private static long nanos(String what, Duration duration) {
        Objects.requireNonNull(duration, what);
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " is " + duration + ", must not be negative");
        }
        return Clock.nanosOf(duration);
    }

    @FunctionalInterface
    private interface Arming {

        void arm(long now);

    }

    /**
     * The timer as the clock sees it; all of it is guarded by the clock's lock.
     */
    private final class Alarm extends ClockEntry {

        private long period;

        private long window;

        private boolean closingWithGroup;

        /** Passed from an expiry to what follows it, by whoever serves the clock. */
        private Post post = Post.REFUSED;

        @Override
        boolean expire(Clock clock, long now) {
            this.post = countPost(false);
            if (this.post == Post.REFUSED) {
                return false;
            }
            if (this.period > 0) {
                // After an absolute expiry the rate starts at the moment of service.
                long next = (this.absolute ? now : this.due) + this.period;
                clock.arm(this, Math.max(next, now + 1), this.window);
            }
            return true;
        }

        @Override
        void afterExpiry() {
            finishPost(this.post);
        }

    }

}
