package dev.tpool;

/**
 * The priority of an object's callbacks: the counterpart of {@code TP_CALLBACK_PRIORITY}.
 * A free worker always takes from {@link #HIGH} before {@link #NORMAL} before
 * {@link #LOW}; it is the order in which callbacks are <em>started</em> and has nothing
 * to do with the priority of Java threads. There is no ageing: as long as higher
 * callbacks are queued, lower ones wait.
 */
public enum TpPriority {

    /** Started before everything else ({@code TP_CALLBACK_PRIORITY_HIGH}). */
    HIGH,

    /** The default ({@code TP_CALLBACK_PRIORITY_NORMAL}). */
    NORMAL,

    /** Started when nothing else is queued ({@code TP_CALLBACK_PRIORITY_LOW}). */
    LOW

}
