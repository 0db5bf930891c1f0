package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * What an execution runs.
 */
abstract class Body {

    /**
     * Runs user code, nothing but it.
     */
    abstract void invoke(TpCallbackInstance instance) throws Throwable;

    /**
     * Tells whoever wanted to know how this execution ended.
     * @return whether somebody did, and so owns the failure
     */
    abstract boolean tellCompletion(@Nullable Throwable failure);

}
