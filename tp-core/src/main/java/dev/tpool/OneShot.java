package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that nobody waits for, cancels or counts: no group, no library, no
 * completion.
 */
final class OneShot extends QueueNode implements TpCallbackSource {

    private final TpEnvironment environment;

    private final TpSimpleCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    OneShot(TpEnvironment environment, TpSimpleCallback<@Nullable Object> callback, @Nullable Object context) {
        this.environment = environment;
        this.callback = callback;
        this.context = context;
    }

    @Override
    public String name() {
        return "one-shot";
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.ONE_SHOT;
    }

    @Override
    public TpEnvironment environment() {
        return this.environment;
    }

    @Override
    TpCallbackSource source() {
        return this;
    }

    @Override
    boolean claim(TpCallbackInstance instance) {
        return true;
    }

    @Override
    boolean countsAgainstCapacity() {
        return true;
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

    @Override
    boolean tellCompletion(@Nullable Throwable failure) {
        return false;
    }

    @Override
    void settle(boolean disassociated) {
        // Nobody can wait for it.
    }

}
