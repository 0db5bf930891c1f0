package dev.tpool;

/**
 * The stack sizes of a pool's threads: the counterpart of
 * {@code TP_POOL_STACK_INFORMATION}. As in Windows the values are neither validated nor
 * rounded; they apply to threads created afterwards.
 *
 * @param reserve the stack size to reserve in bytes; the JVM takes it as a hint, and 0
 * stands for the JVM's own default
 * @param commit the initially committed size in bytes; kept and reported for parity,
 * since the JVM has no use for it
 */
public record TpStackInformation(long reserve, long commit) {

    /** The JVM's own default sizes. */
    public static final TpStackInformation DEFAULT = new TpStackInformation(0, 0);

}
