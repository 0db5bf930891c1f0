package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that gets its instance and a context.
 */
final class ContextOneShot extends OneShot {

    private final TpSimpleCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    ContextOneShot(TpEnvironment environment, TpSimpleCallback<@Nullable Object> callback, @Nullable Object context) {
        super(environment);
        this.callback = callback;
        this.context = context;
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    void invoke(TpCallbackInstance instance) throws Exception {
        this.callback.run(instance, this.context);
    }

    @Override
    @Nullable Object context() {
        return this.context;
    }

}
