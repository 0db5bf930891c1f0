package dev.tpool.spring.annotation;

/**
 * What becomes of a call, or of what a timer or a wait begins, whose callback cannot be
 * given at once what it needs to begin.
 */
public enum TpWhenUnavailable {

    /**
     * The callback is accepted and posted when it was given everything. It holds no
     * thread meanwhile.
     */
    LATER,

    /**
     * The caller waits, for a limited time. Not for timers and waits, which have none.
     */
    WAIT,

    /**
     * The call is rejected; of a timer or a wait, the exception handler is told.
     */
    REJECT

}
