package dev.tpool;

/**
 * Something that is in force while callbacks run: the counterpart of the activation
 * context of {@code TpSetCallbackActivationContext}. Typical uses are thread-bound
 * contexts that were captured when the environment was built.
 */
@FunctionalInterface
public interface TpActivationContext {

    /**
     * Puts the context in force on the calling worker, before the callback.
     * @return what takes it out of force again, after the finalization callback and
     * before the completion actions
     */
    Scope activate();

    /**
     * Takes an activation context out of force.
     */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /**
         * Restores what was in force before. Called on the thread that activated it.
         */
        @Override
        void close();

    }

}
