package dev.tpool;

/**
 * The kind of thread a pool runs its callbacks on.
 */
public enum TpThreadKind {

    /**
     * Operating-system threads. The crew grows to the number of processors at once and
     * past it only when callbacks block or declare themselves long.
     */
    PLATFORM,

    /**
     * Virtual threads (Java 21 and later). The crew grows to the pool's maximum without
     * delay, so the maximum is simply the limit of callbacks that run at the same time.
     */
    VIRTUAL

}
