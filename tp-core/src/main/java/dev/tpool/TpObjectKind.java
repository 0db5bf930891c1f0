package dev.tpool;

/**
 * What kind of thing a callback was posted to.
 */
public enum TpObjectKind {

    /** A work object ({@code TP_WORK}). */
    WORK("work"),

    /** A timer object ({@code TP_TIMER}). */
    TIMER("timer"),

    /** A wait object ({@code TP_WAIT}). */
    WAIT("wait"),

    /** An I/O completion object ({@code TP_IO}). */
    IO("io"),

    /**
     * The hidden object behind a one-shot callback ({@code TrySubmitThreadpoolCallback}).
     */
    ONE_SHOT("one-shot");

    private final String label;

    TpObjectKind(String label) {
        this.label = label;
    }

    /**
     * The name of those that were given none.
     */
    String label() {
        return this.label;
    }

}
