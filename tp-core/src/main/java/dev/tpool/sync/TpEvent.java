package dev.tpool.sync;

import java.time.Duration;

/**
 * An event: the counterpart of the Windows object behind {@code CreateEvent},
 * {@code SetEvent} and {@code ResetEvent}. A <em>manual-reset</em> event stays set, and
 * lets everybody pass, until it is reset. An <em>auto-reset</em> event lets one pass for
 * each time it is set, and is then no longer set; setting it twice before somebody came
 * is the same as setting it once.
 * <p>
 * Threads that wait and waiters that are {@linkplain #register registered} stand in one
 * line and are served in the order in which they came. Any thread may call any method;
 * what a thread did before {@link #set()} happens-before the return of those whom that
 * let go. There is no counterpart of {@code PulseEvent}, which Windows itself advises
 * against.
 *
 * @since 0.1.0
 */
public final class TpEvent extends SignalCount {

    private final boolean manualReset;

    private TpEvent(String name, boolean manualReset, boolean set) {
        super(name, set ? 1 : 0, !manualReset);
        this.manualReset = manualReset;
    }

    /**
     * An auto-reset event that is not set and has no name of its own.
     * @return a new event
     */
    public static TpEvent autoReset() {
        return autoReset(false);
    }

    /**
     * An auto-reset event that has no name of its own.
     * @param set whether it is set at first
     * @return a new event
     */
    public static TpEvent autoReset(boolean set) {
        return autoReset(UNNAMED, set);
    }

    /**
     * An auto-reset event that is not set.
     * @param name a label for messages and monitoring
     * @return a new event
     */
    public static TpEvent autoReset(String name) {
        return autoReset(name, false);
    }

    /**
     * An auto-reset event.
     * @param name a label for messages and monitoring
     * @param set whether it is set at first
     * @return a new event
     */
    public static TpEvent autoReset(String name, boolean set) {
        return new TpEvent(name, false, set);
    }

    /**
     * A manual-reset event that is not set and has no name of its own.
     * @return a new event
     */
    public static TpEvent manualReset() {
        return manualReset(false);
    }

    /**
     * A manual-reset event that has no name of its own.
     * @param set whether it is set at first
     * @return a new event
     */
    public static TpEvent manualReset(boolean set) {
        return manualReset(UNNAMED, set);
    }

    /**
     * A manual-reset event that is not set.
     * @param name a label for messages and monitoring
     * @return a new event
     */
    public static TpEvent manualReset(String name) {
        return manualReset(name, false);
    }

    /**
     * A manual-reset event.
     * @param name a label for messages and monitoring
     * @param set whether it is set at first
     * @return a new event
     */
    public static TpEvent manualReset(String name, boolean set) {
        return new TpEvent(name, true, set);
    }

    /**
     * Whether it stays set until it is reset.
     * @return true for a manual-reset event, false for an auto-reset event
     */
    public boolean isManualReset() {
        return this.manualReset;
    }

    /**
     * Sets the event. A manual-reset event lets everybody go who waits at this moment,
     * and stays set. An auto-reset event lets the first one in line go; if nobody waits,
     * it stays set until somebody comes. Does not wait. Registered waiters are told by
     * the calling thread, before this method returns; what they throw does not come out
     * here.
     */
    public void set() {
        add(1, 1);
    }

    /**
     * Ends the set state, if it is set. Those who were let go before stay so.
     */
    public void reset() {
        clear();
    }

    /**
     * Whether the event is set. Takes nothing; on an auto-reset event the answer may be
     * outdated when it is returned.
     * @return true if it is set
     */
    public boolean isSet() {
        return count() > 0;
    }

    /**
     * Waits for the event: {@code WaitForSingleObject} without a limit.
     * @throws InterruptedException if the thread is interrupted before it was let go; a
     * signal is then not consumed
     */
    public void await() throws InterruptedException {
        take(1, WaitTime.FOREVER);
    }

    /**
     * Waits for the event, but not longer than a given time: {@code WaitForSingleObject}.
     * @param timeout how long to wait at most; zero or less tries once without waiting
     * @return true if the event let this thread go; false if the time ran out, in which
     * case no signal is consumed
     * @throws InterruptedException if the thread is interrupted before it was let go; a
     * signal is then not consumed
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return take(1, WaitTime.of(timeout));
    }

    /**
     * Passes without waiting if the event is set. Consumes the signal of an auto-reset
     * event.
     * @return true if the event was set
     */
    public boolean tryAwait() {
        return tryTake(1);
    }

    @Override
    public String toString() {
        return "TpEvent[" + name() + ", " + (this.manualReset ? "manual-reset, " : "auto-reset, ")
                + (isSet() ? "set, " : "not set, ") + waiting() + " waiting]";
    }

}
