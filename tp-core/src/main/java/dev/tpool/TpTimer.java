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
public final class TpTimer extends ClockEntry {

    /**
     * The callback of those that are created with a {@link Runnable}, which is their
     * context then and needs no wrapper of its own.
     */
    static final TpTimerCallback<Runnable> RUNNABLE = (instance, callback, timer) -> callback.run();

    private final TpTimerCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    /** Written under the clock's lock. */
    private volatile boolean isSet;

    /** Guarded by the clock's lock. */
    private boolean closingWithGroup;

    TpTimer(@Nullable String name, TpEnvironment environment, TpTimerCallback<@Nullable Object> callback,
            @Nullable Object context) {
        super(name, environment);
        this.callback = callback;
        this.context = context;
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
     * this method returns. Never less; up to two milliseconds more for a delay of two
     * seconds to half an hour if timers that have yet to fire, or waits with a time-out,
     * are set so often, some 500,000 times in a second, that the clock is not read for
     * each: those that are due within so short a time may fire in another order, too. If
     * the process is held up about then, by a pause of the collector say, as much more as
     * it was
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
        Clock clock = pool().clock();
        TpActivationContext captured = environment().capture();
        boolean simple = periodNanos == 0 && windowNanos == 0 && captured == null;
        if (simple && delayNanos > 0 && !isClosed() && clock.armAnew(this, delayNanos)) {
            // All else is as it was: what is movable is set, and has no plan.
            return true;
        }
        long now = clock.now();
        Post post = Post.REFUSED;
        boolean takenBack;
        clock.lock(this);
        try {
            if (takesNoNotice()) {
                return false;
            }
            setCaptured(captured);
            if (delayNanos == 0) {
                takenBack = clock.disarm(this);
                post = postAtOnce(clock, now, periodNanos, windowNanos);
            }
            else {
                setPlan(now + delayNanos, periodNanos, windowNanos);
                takenBack = clock.arm(this, now + delayNanos, windowNanos, simple);
            }
            nowSet();
        }
        finally {
            clock.unlock(this);
        }
        finishPost(post);
        return takenBack;
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
        Clock clock = pool().clock();
        TpActivationContext captured = environment().capture();
        Post post = Post.REFUSED;
        boolean takenBack;
        clock.lock(this);
        try {
            if (takesNoNotice()) {
                return false;
            }
            setCaptured(captured);
            if (clock.hasPassed(wallNanos)) {
                takenBack = clock.disarm(this);
                post = postAtOnce(clock, clock.now(), periodNanos, windowNanos);
            }
            else {
                setPlan(Plan.DUE_WHEN_SERVED, periodNanos, windowNanos);
                takenBack = clock.armAbsolute(this, wallNanos, windowNanos);
            }
            nowSet();
        }
        finally {
            clock.unlock(this);
        }
        finishPost(post);
        return takenBack;
    }

    /**
     * Unsets the timer ({@code SetThreadpoolTimer} with {@code NULL}). No further
     * callbacks are posted; those that are queued still run.
     * @return whether an expiry that was still to come has been taken back
     * @throws IllegalStateException if the timer was closed
     */
    public boolean unset() {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            checkOpen();
            this.isSet = false;
            return takeBackExpiry(clock);
        }
        finally {
            clock.unlock(this);
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

    /**
     * Whether its cleanup group is closing it. Under the clock's lock.
     * @throws IllegalStateException if the timer was closed
     */
    private boolean takesNoNotice() {
        if (this.closingWithGroup && !isClosed()) {
            return true;
        }
        checkOpen();
        return false;
    }

    private Post postAtOnce(Clock clock, long now, long period, long window) {
        // First the plan: what runs out of memory here has counted nothing.
        setPlan(now + period, period, window);
        Post post = countExpiry();
        if (period > 0 && post != Post.REFUSED) {
            clock.arm(this, now + period, window, false);
        }
        else {
            forgetCaptured();
        }
        return post;
    }

    private void setCaptured(@Nullable TpActivationContext captured) {
        if (captured != null) {
            aside().captured = captured;
        }
    }

    private Post countExpiry() {
        ObjectAside existing = asideIfAny();
        TpActivationContext captured = (existing != null) ? existing.captured : null;
        return (captured != null) ? countPostIn(captured) : countPost(false);
    }

    private void nowSet() {
        if (!this.isSet) {
            this.isSet = true;
        }
    }

    private void setPlan(long due, long period, long window) {
        ObjectAside existing = asideIfAny();
        if (period > 0 || window > 0) {
            aside().plan = new Plan(due, period, window);
        }
        else if (existing != null) {
            existing.plan = null;
        }
    }

    private @Nullable Plan plan() {
        ObjectAside existing = asideIfAny();
        return (existing != null) ? existing.plan : null;
    }

    /**
     * Disarms it, and lets go of what was captured for the callbacks that do not come.
     * Under the clock's lock.
     */
    private boolean takeBackExpiry(Clock clock) {
        forgetCaptured();
        return clock.disarm(this);
    }

    private void forgetCaptured() {
        ObjectAside existing = asideIfAny();
        if (existing != null) {
            existing.captured = null;
        }
    }

    @Override
    boolean disarm() {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            return takeBackExpiry(clock);
        }
        finally {
            clock.unlock(this);
        }
    }

    @Override
    void groupCloseBegins() {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            this.closingWithGroup = true;
            takeBackExpiry(clock);
        }
        finally {
            clock.unlock(this);
        }
    }

    @Override
    void groupCloseGivenUp() {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            this.closingWithGroup = false;
        }
        finally {
            clock.unlock(this);
        }
    }

    @Override
    long exactDue() {
        Plan plan = plan();
        return (plan != null && plan.due != Plan.DUE_WHEN_SERVED) ? plan.due : due();
    }

    @Override
    Post expire(Clock clock, long now) {
        Post post = countExpiry();
        Plan plan = plan();
        if (plan != null && plan.period > 0 && post != Post.REFUSED) {
            long from = (plan.due != Plan.DUE_WHEN_SERVED) ? plan.due : now;
            plan.due = Math.max(from + plan.period, now + 1);
            clock.arm(this, plan.due, plan.window, false);
        }
        else {
            forgetCaptured();
        }
        return post;
    }

    @Override
    void afterExpiry(Post post) {
        finishPost(post);
    }

    /**
     * Looks at the object that is called, or that is given to what is called, and so
     * fetches it.
     * @return {@code true}: nothing is of a class that has no instances
     */
    boolean isToBeCalled() {
        return this.context == null || this.context.getClass() != Void.class;
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

    /**
     * A setting with a period or a window; all of it is guarded by the clock's lock.
     */
    static final class Plan {

        /** After an absolute expiry the rate starts at the moment of service. */
        private static final long DUE_WHEN_SERVED = Long.MIN_VALUE;

        private final long period;

        private final long window;

        /** When it is due, whatever the window makes of it. */
        private long due;

        Plan(long due, long period, long window) {
            this.due = due;
            this.period = period;
            this.window = window;
        }

    }

}
