package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that is accepted now and queued later, once it was given what it
 * needs: see {@link TpEnvironment#tryDefer(TpDeferredTask, Object)}. On the thread that
 * is to run it, it can take what belongs to a thread, a lock for instance, in the same
 * step in which it begins.
 *
 * @param <C> the type of the context
 */
public interface TpDeferredTask<C extends @Nullable Object> extends TpTask<C> {

    /**
     * Takes what the callback needs on the thread that is about to run it. Must not
     * block, nor close the members of the callback's cleanup group, which wait until this
     * is over; and should not throw: a callback whose attempt throws is dropped.
     * @return {@code false} to go back: the callback is pending as before, holds no
     * thread, and is queued again by the next {@link TpDeferredCallback#postNow()}, which
     * may be called even before this method has returned
     */
    default boolean tryEnter() {
        return true;
    }

    /**
     * Undoes {@link #tryEnter()} on the same thread: the callback was dropped meanwhile.
     */
    default void undoEnter() {
    }

}
