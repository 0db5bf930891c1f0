package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * Posts its callback when a waitable is signalled or a time is over: the counterpart of
 * {@code TP_WAIT}. A wait that is set holds no thread.
 * <p>
 * Each setting fires at most once; to go on, set it again, usually from the callback.
 * Being satisfied consumes what a wait consumes (a permit, the state of an auto-reset
 * event) at the moment in which the callback is counted as pending, and never without
 * that. If the pending callback is cancelled afterwards, the signal is gone with it.
 * Waits on one waitable are served in the order in which they were set.
 * <p>
 * Mutexes and critical sections are no {@link TpWaitable}s, since they belong to threads;
 * Windows refuses a mutex here, too. A wait that its cleanup group is closing takes no
 * notice of being set.
 */
public final class TpWait extends ClockEntry {

    /*-
     * Locks are taken in this order: a waitable's, or the clock's, and then the wait's own. So set() installs
     * a registration under its own lock, and registers it with the waitable and the clock after it has
     * left it. Whoever comes first, the waitable's claim(), the clock's expire() or whoever withdraws,
     * ends the live registration under the wait's lock; the others find it changed. What is left
     * behind at the waitable or the clock is removed by whoever finished the registration, or by set()
     * itself if it was finished before set() was done.
     */

    private final TpWaitCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    private final Results results = new Results();

    /** The live registration; written under the lock. */
    private volatile @Nullable Watch live;

    /**
     * The registration whose time-out the clock is armed for; guarded by the clock's
     * lock.
     */
    private @Nullable Watch timed;

    /** Passed from an expiry to what follows it, by whoever serves the clock. */
    private @Nullable Watch timedOut;

    /** Guarded by the lock. */
    private boolean closingWithGroup;

    TpWait(@Nullable String name, TpEnvironment environment, TpWaitCallback<@Nullable Object> callback,
            @Nullable Object context) {
        super(name, environment);
        this.callback = callback;
        this.context = context;
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.WAIT;
    }

    /**
     * Sets the wait without a time-out.
     * @param waitable what to wait for
     * @return as {@link #set(TpWaitable, Duration)}
     * @throws IllegalStateException if the wait was closed
     */
    public boolean set(TpWaitable waitable) {
        return set(waitable, Timeout.NONE, 0);
    }

    /**
     * Sets the wait with a time-out relative to now ({@code SetThreadpoolWait} and
     * {@code SetThreadpoolWaitEx} with a timeout of zero or less). Replaces an earlier
     * setting; callbacks that it has posted still run.
     * @param waitable what to wait for
     * @param timeout the time from now, on the monotonic clock; zero times out before
     * this method returns and leaves a signal alone
     * @return whether an earlier setting was taken back by this call before it fired. If
     * the wait was set and this is {@code false}, its callback is posted or has run.
     * @throws IllegalArgumentException if the time-out is negative
     * @throws IllegalStateException if the wait was closed
     */
    public boolean set(TpWaitable waitable, Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout is " + timeout + ", must not be negative");
        }
        return set(waitable, Timeout.RELATIVE, Clock.nanosOf(timeout));
    }

    /**
     * Sets the wait with a time-out at a moment on the wall clock
     * ({@code SetThreadpoolWait} and {@code SetThreadpoolWaitEx} with a timeout above
     * zero).
     * @param waitable what to wait for
     * @param timeout the moment; one that has passed times out before this method returns
     * and leaves a signal alone
     * @return as {@link #set(TpWaitable, Duration)}
     * @throws IllegalStateException if the wait was closed
     */
    public boolean set(TpWaitable waitable, Instant timeout) {
        return set(waitable, Timeout.ABSOLUTE, TimeSource.toNanos(timeout));
    }

    /**
     * Unsets the wait ({@code SetThreadpoolWait} with {@code NULL}). A later signal is
     * left alone; callbacks that are queued still run.
     * @return whether a setting was taken back before it fired
     * @throws IllegalStateException if the wait was closed
     */
    public boolean unset() {
        checkOpen();
        return withdraw();
    }

    /**
     * Whether the wait is set and has not fired.
     * @return {@code true} while a signal or the end of the time would post the callback
     */
    public boolean isSet() {
        return this.live != null;
    }

    private boolean set(TpWaitable waitable, Timeout timeout, long nanos) {
        Objects.requireNonNull(waitable, "waitable");
        boolean atOnce = switch (timeout) {
            case NONE -> false;
            case RELATIVE -> nanos == 0;
            case ABSOLUTE -> pool().clock().hasPassed(nanos);
        };
        TpActivationContext captured = environment().capture();
        boolean hasTimeout = timeout != Timeout.NONE;
        Watch watch = (captured != null) ? new WatchInContext(hasTimeout, captured) : new Watch(hasTimeout);
        Watch replaced;
        Post post = Post.REFUSED;
        lock();
        try {
            if (this.closingWithGroup && !isClosed()) {
                return false;
            }
            checkOpen();
            replaced = this.live;
            this.live = atOnce ? null : watch;
            if (atOnce) {
                post = countPost(this.results, false, watch.inContext(TpWaitResult.TIMED_OUT));
            }
        }
        finally {
            unlock();
        }
        if (replaced != null) {
            replaced.cleanUp();
        }
        finishPost(post);
        if (!atOnce) {
            try {
                if (watch.hasTimeout) {
                    armTimeout(watch, timeout, nanos);
                }
                watch.begin(waitable);
            }
            catch (RuntimeException | Error ex) {
                watch.finish(null);
                watch.cleanUp();
                throw ex;
            }
        }
        return replaced != null;
    }

    private void armTimeout(Watch watch, Timeout timeout, long nanos) {
        Clock clock = pool().clock();
        clock.lock();
        try {
            // One that was set meanwhile has, or will have, the clock for itself.
            if (!watch.isLive()) {
                return;
            }
            this.timed = watch;
            if (timeout == Timeout.RELATIVE) {
                clock.arm(this, clock.now() + nanos, 0, false);
            }
            else {
                clock.armAbsolute(this, nanos, 0);
            }
        }
        finally {
            clock.unlock();
        }
    }

    private void disarmTimeout(Watch watch) {
        Clock clock = pool().clock();
        clock.lock();
        try {
            if (this.timed == watch) {
                this.timed = null;
                clock.disarm(this);
            }
        }
        finally {
            clock.unlock();
        }
    }

    private boolean withdraw() {
        Watch withdrawn;
        lock();
        try {
            withdrawn = this.live;
            this.live = null;
        }
        finally {
            unlock();
        }
        if (withdrawn == null) {
            return false;
        }
        withdrawn.cleanUp();
        return true;
    }

    @Override
    boolean disarm() {
        return withdraw();
    }

    @Override
    void groupCloseBegins() {
        lock();
        try {
            this.closingWithGroup = true;
        }
        finally {
            unlock();
        }
        withdraw();
    }

    @Override
    void groupCloseGivenUp() {
        lock();
        try {
            this.closingWithGroup = false;
        }
        finally {
            unlock();
        }
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null,
                                  // and each callback has a result.
    void invoke(TpCallbackInstance instance) throws Exception {
        this.callback.run(instance, this.context, this, (TpWaitResult) instance.payload);
    }

    @Override
    @Nullable Object context() {
        return this.context;
    }

    private void lock() {
        this.results.lock();
    }

    private void unlock() {
        this.results.unlock();
    }

    @Override
    boolean isClaimedByStateAlone() {
        return false;
    }

    @Override
    long takeOne(TpCallbackInstance instance) {
        return takeOne(this.results, instance);
    }

    @Override
    long dropPending() {
        return dropPending(this.results);
    }

    @Override
    boolean countsAgainstCapacity() {
        return false;
    }

    @Override
    Post expire(Clock clock, long now) {
        Watch expired = this.timed;
        if (expired == null) {
            return Post.REFUSED;
        }
        boolean timedOutNow = expired.finish(TpWaitResult.TIMED_OUT);
        // Not before: what runs out of memory here is served again.
        this.timed = null;
        if (!timedOutNow) {
            return Post.REFUSED;
        }
        this.timedOut = expired;
        return expired.post();
    }

    @Override
    void afterExpiry(Post post) {
        Watch expired = this.timedOut;
        this.timedOut = null;
        if (expired != null) {
            expired.leaveWaitable();
        }
        finishPost(post);
    }

    private enum Timeout {

        NONE, RELATIVE, ABSOLUTE

    }

    /**
     * One setting of the wait, as the waitable sees it. It is live while
     * {@link TpWait#live} is this.
     */
    private class Watch implements TpWaitable.Waiter {

        private final boolean hasTimeout;

        /**
         * What is left to do for the callback that was counted; passed from a step to the
         * next.
         */
        private boolean toBeQueued;

        private volatile TpWaitable.@Nullable Registration registration;

        Watch(boolean hasTimeout) {
            this.hasTimeout = hasTimeout;
        }

        /**
         * What the callback is told.
         */
        Object inContext(TpWaitResult result) {
            return result;
        }

        void begin(TpWaitable waitable) {
            this.registration = waitable.register(this);
            if (!isLive()) {
                cleanUp();
            }
        }

        /**
         * Leaves nothing behind at the waitable and the clock, once the registration is
         * not live any more.
         */
        void cleanUp() {
            leaveWaitable();
            if (this.hasTimeout) {
                disarmTimeout(this);
            }
        }

        void leaveWaitable() {
            TpWaitable.Registration registered = this.registration;
            if (registered != null) {
                try {
                    registered.cancel();
                }
                catch (Throwable ex) {
                    // Whoever sets, closes or serves the clock has more to do, and no
                    // part in it.
                    pool().report(TpWait.this, ex);
                }
            }
        }

        @Override
        public boolean claim() {
            return finish(TpWaitResult.SIGNALLED);
        }

        @Override
        public void signalled() {
            if (this.hasTimeout) {
                disarmTimeout(this);
            }
            finishPost(post());
        }

        /**
         * The callback that {@link #finish} has counted.
         */
        Post post() {
            return this.toBeQueued ? Post.TO_BE_QUEUED : Post.COUNTED;
        }

        boolean isLive() {
            return TpWait.this.live == this;
        }

        /**
         * Ends the registration, with a callback or without.
         * @return whether it was live, and the callback, if any, was counted
         */
        boolean finish(@Nullable TpWaitResult result) {
            lock();
            try {
                if (TpWait.this.live != this) {
                    return false;
                }
                if (result != null) {
                    Post post = countPost(TpWait.this.results, false, inContext(result));
                    if (post == Post.REFUSED) {
                        // Whoever is closing the wait withdraws the registration.
                        return false;
                    }
                    this.toBeQueued = post == Post.TO_BE_QUEUED;
                }
                TpWait.this.live = null;
                return true;
            }
            finally {
                unlock();
            }
        }

    }

    /**
     * A setting that has captured a context. Most have not, and are the smaller for it.
     */
    private final class WatchInContext extends Watch {

        private final TpActivationContext captured;

        WatchInContext(boolean hasTimeout, TpActivationContext captured) {
            super(hasTimeout);
            this.captured = captured;
        }

        @Override
        Object inContext(TpWaitResult result) {
            return new ResultInContext(result, this.captured);
        }

    }

}
