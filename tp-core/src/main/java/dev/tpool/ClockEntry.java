package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * Something that the clock has to do at a moment. All of it is guarded by the clock's
 * lock.
 */
abstract class ClockEntry {

    /**
     * The neighbours in the wheel's slot: a ring, or both {@code null} if it is not
     * armed.
     */
    @Nullable ClockEntry before;

    /** See {@link #before}. */
    @Nullable ClockEntry after;

    /** The tick in which it is served. */
    long tick;

    /** When it is due, on the monotonic clock. */
    long due;

    /**
     * When it is due on the wall clock, in nanoseconds since 1970, if it was armed so.
     */
    long wallDue;

    /** Whether the wall clock decides when it is due. */
    boolean absolute;

    final boolean isArmed() {
        return this.after != null;
    }

    /**
     * The moment has come. Called under the clock's lock, when the entry is not armed any
     * more; it may arm itself again. May count but must not call anybody.
     * @return whether {@link #afterExpiry()} is to be called
     */
    abstract boolean expire(Clock clock, long now);

    /**
     * Does what must not be done under a lock.
     */
    abstract void afterExpiry();

}
