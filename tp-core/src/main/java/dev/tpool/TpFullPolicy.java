package dev.tpool;

/**
 * What a pool with a bounded queue does with a callback that finds the queue full.
 */
public enum TpFullPolicy {

    /**
     * Refuse it: {@link TpRejectedException}, or {@code false} from the {@code trySubmit}
     * forms.
     */
    REJECT,

    /**
     * Let the poster wait for room. An interrupt ends the wait: the callback is refused
     * and the interrupt status kept. A callback that posts to its own full pool holds a
     * worker while it waits.
     */
    BLOCK,

    /**
     * Run the callback at once on the posting thread, with a callback instance of its
     * own.
     */
    CALLER_RUNS

}
