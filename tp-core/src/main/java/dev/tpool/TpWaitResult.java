package dev.tpool;

/**
 * Why the callback of a wait runs: {@code TP_WAIT_RESULT}.
 */
public enum TpWaitResult {

    /** The waitable was signalled ({@code WAIT_OBJECT_0}). */
    SIGNALLED(0),

    /** The time was over first ({@code WAIT_TIMEOUT}). */
    TIMED_OUT(258);

    private final int code;

    TpWaitResult(int code) {
        this.code = code;
    }

    /**
     * The number that Windows uses.
     * @return 0 or 258
     */
    public int code() {
        return this.code;
    }

}
