package dev.tpool;

/**
 * What kind of thing a callback was posted to.
 */
public enum TpObjectKind {

    /** A work object ({@code TP_WORK}). */
    WORK,

    /** A timer object ({@code TP_TIMER}). */
    TIMER,

    /** A wait object ({@code TP_WAIT}). */
    WAIT,

    /** An I/O completion object ({@code TP_IO}). */
    IO,

    /**
     * The hidden object behind a one-shot callback ({@code TrySubmitThreadpoolCallback}).
     */
    ONE_SHOT

}
