package dev.tpool.spring.annotation;

/**
 * What a timer does when it is due while an earlier callback of it is queued or runs.
 */
public enum TpOverlap {

    /**
     * The callback is posted, and runs beside the earlier one if a worker is free: what
     * Windows does.
     */
    PARALLEL,

    /**
     * The expiry is left out. The next one is the first that is due after the earlier
     * callback is over.
     */
    SKIP,

    /**
     * The expiry is made up for when the earlier callback is over: as many callbacks as
     * expiries, one after the other.
     */
    QUEUE

}
