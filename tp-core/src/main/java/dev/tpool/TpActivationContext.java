package dev.tpool;

/**
 * Something that is in force while callbacks run: the counterpart of the activation
 * context of {@code TpSetCallbackActivationContext}. An environment has one for all its
 * callbacks, or captures one for each post, see {@link TpContextCapture}.
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
