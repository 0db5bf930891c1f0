package dev.tpool.spring;

import dev.tpool.TpObjectKind;

/**
 * Something that posts callbacks by itself once it was started: a timer or a wait that an
 * annotation declares, or one of your own. Safe for use by any thread.
 */
public interface TpTrigger {

    /**
     * What logs and snapshots call it.
     * @return the name, as in {@code Importer.poll}
     */
    String name();

    /**
     * What posts the callbacks.
     * @return {@link TpObjectKind#TIMER} or {@link TpObjectKind#WAIT}
     */
    TpObjectKind kind();

    /**
     * The name of the environment that the callbacks run in.
     * @return the name
     */
    String environment();

    /**
     * What it waits for, in words.
     * @return for instance {@code every PT5S, skip} or {@code event 'done'}
     */
    String description();

    /**
     * Whether it will post a callback, or posts the next one when the one that runs is
     * over.
     * @return {@code false} before the start, after the stop, and when it has come to its
     * end
     */
    boolean isActive();

    /**
     * Begins to post callbacks. Does nothing if it was started and not stopped since, or
     * has come to its end.
     * @throws RuntimeException if it cannot be
     */
    void start();

    /**
     * Posts no further callbacks. Those that are queued or running go on, and nobody
     * waits for them. May be started again.
     */
    void stop();

    /**
     * Drops the callbacks that have not begun because they wait for something that they
     * need, a permit or a lock. Called after the stop, unless the context is closing:
     * then the pools still run those that get what they need, and drop the rest. A
     * trigger that was not stopped goes on.
     */
    default void dropWaiting() {
    }

}
