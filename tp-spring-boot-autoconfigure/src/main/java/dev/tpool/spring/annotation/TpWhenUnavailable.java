package dev.tpool.spring.annotation;

/**
 * What becomes of a call whose callback cannot be given at once what it needs to begin.
 */
public enum TpWhenUnavailable {

    /**
     * The callback is accepted and posted when it was given everything. It holds no
     * thread meanwhile.
     */
    LATER,

    /**
     * The caller waits, for a limited time.
     */
    WAIT,

    /**
     * The call is rejected.
     */
    REJECT

}
