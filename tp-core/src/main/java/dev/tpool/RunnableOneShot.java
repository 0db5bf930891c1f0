package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * The least that a one-shot callback can be: 24 bytes.
 */
final class RunnableOneShot extends OneShot {

    private final Runnable callback;

    RunnableOneShot(TpEnvironment environment, Runnable callback) {
        super(environment);
        this.callback = callback;
    }

    @Override
    void invoke(TpCallbackInstance instance) {
        this.callback.run();
    }

    @Override
    @Nullable Object context() {
        return null;
    }

}
