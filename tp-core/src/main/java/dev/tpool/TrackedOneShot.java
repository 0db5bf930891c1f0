package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that something depends on: a cleanup group, a library, a
 * completion, a monitor. It is an object that is born closed, with its one post pending,
 * and so frees itself at its end.
 */
final class TrackedOneShot extends TpObject {

    private final TpSimpleCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    private final @Nullable TpCompletion completion;

    private final boolean admitted;

    TrackedOneShot(@Nullable String name, TpEnvironment environment, TpSimpleCallback<@Nullable Object> callback,
            @Nullable Object context, @Nullable TpCompletion completion, boolean admitted) {
        super(name, environment, ObjectState.CLOSED | ObjectState.QUEUED | ObjectState.PENDING_ONE);
        this.callback = callback;
        this.context = context;
        this.completion = completion;
        this.admitted = admitted;
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.ONE_SHOT;
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
        if (this.completion == null) {
            return false;
        }
        this.completion.completed(failure);
        return true;
    }

    @Override
    boolean countsAgainstCapacity() {
        return this.admitted;
    }

    @Override
    void tellDropped() {
        if (this.completion != null) {
            try {
                this.completion.cancelled();
            }
            catch (Throwable ex) {
                pool().report(this, ex);
            }
        }
    }

}
