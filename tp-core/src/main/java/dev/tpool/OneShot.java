package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that nobody waits for, cancels or counts: no group, no library, no
 * completion, no monitor of the pool.
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
        return TpObjectKind.ONE_SHOT.label();
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
    void queuedAt(long tick) {
        // Nobody asks: a pool that is watched tracks its one-shots.
    }

    @Override
    long queuedAt() {
        return 0;
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
