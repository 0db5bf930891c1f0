package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback whose time in the queue somebody measures, or that was never
 * admitted to the queue.
 */
final class WatchedOneShot extends TrackedOneShot {

    private final boolean admitted;

    private long queuedAt;

    WatchedOneShot(TpEnvironment environment, TpSimpleCallback<@Nullable Object> callback, @Nullable Object context,
            boolean admitted) {
        super(environment, callback, context);
        this.admitted = admitted;
    }

    @Override
    boolean countsAgainstCapacity() {
        return this.admitted;
    }

    @Override
    void queuedAt(long tick) {
        this.queuedAt = tick;
    }

    @Override
    long queuedAt() {
        return this.queuedAt;
    }

}
