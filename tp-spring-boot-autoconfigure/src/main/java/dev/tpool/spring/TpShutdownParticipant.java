package dev.tpool.spring;

import java.util.Map;

/**
 * A bean that starts callbacks by itself, or keeps callbacks that are not posted to a
 * pool yet, and so has a part in the end of the pools. {@link TpShutdown} asks those of
 * its own context that have been created.
 */
public interface TpShutdownParticipant {

    /**
     * Starts nothing by itself any more: the context begins to close. What callers ask
     * for is still served. Called once, on the thread that closes the context, before
     * anything is stopped; must not block.
     */
    default void stopTriggers() {
    }

    /**
     * The callbacks that were accepted and are not posted to a pool yet, but will be. The
     * pools stay open for them while they are drained. Called again and again, on any
     * thread; must not block.
     * @return their number
     */
    default long waiting() {
        return 0;
    }

    /**
     * Drops those callbacks, since the time of the drain is over or nothing moves any
     * more. Accepts none from now on. Called once, on the thread that ends the pools;
     * must not block.
     * @return how many were dropped, by their name
     */
    default Map<String, Long> dropWaiting() {
        return Map.of();
    }

}
