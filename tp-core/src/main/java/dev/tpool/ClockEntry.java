package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * An object that the clock has to serve at a moment, once it is armed. All of it is
 * guarded by the clock's lock. An object of its own for this would be as large again as
 * what it holds.
 */
abstract non-sealed class ClockEntry extends TpObject {

    /**
     * When it is served, on the monotonic clock: when it is due, or somewhat later if it
     * has a window.
     */
    long due;

    /**
     * The neighbours in the wheel's slot: a ring, or both {@code null} if it is not
     * armed.
     */
    @Nullable ClockEntry before;

    /** See {@link #before}. */
    @Nullable ClockEntry after;

    /** The slot that it is in. */
    short place;

    ClockEntry(@Nullable String name, TpEnvironment environment) {
        super(name, environment, 0);
    }

    final boolean isArmed() {
        return this.after != null;
    }

    /**
     * When it would be served if it had no window. Those that are served together are
     * served in this order.
     */
    long exactDue() {
        return this.due;
    }

    /**
     * The moment has come. Called under the clock's lock, when the entry is not armed any
     * more; it may arm itself again. May count but must not call anybody.
     * @return what {@link #afterExpiry} has to do, nothing if it is
     * {@link TpObject.Post#REFUSED}
     */
    abstract Post expire(Clock clock, long now);

    /**
     * Does what must not be done under a lock.
     */
    abstract void afterExpiry(Post post);

}
