package dev.tpool;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that something depends on: a cleanup group, a library, a
 * completion, a monitor. It is an object that is born closed, with its one post pending,
 * and so frees itself at its end.
 */
sealed class TrackedOneShot extends TpObject permits WatchedOneShot {

    /** The callback of a one-shot whose context is the {@link Runnable} to run. */
    static final TpSimpleCallback<Runnable> RUNNABLE = (instance, callback) -> callback.run();

    /**
     * What to run, and if it is a {@link TpTask}, whom to tell, and the name. Once it has
     * ended and whoever has to know was told, no more than the name: the group may keep
     * the rest for a while. A task of the application is kept, since it may be asked for
     * its name.
     */
    private @Nullable TpSimpleCallback<@Nullable Object> callback;

    private @Nullable Object context;

    TrackedOneShot(TpEnvironment environment, TpSimpleCallback<@Nullable Object> callback, @Nullable Object context) {
        super(null, environment, ObjectState.CLOSED | ObjectState.QUEUED | ObjectState.PENDING_ONE);
        this.callback = callback;
        this.context = context;
    }

    /**
     * Sets what was captured for it, before anybody knows of it.
     */
    final void setCaptured(TpActivationContext captured) {
        contexts().add(new ResultInContext(null, captured));
    }

    /**
     * Whether its callback was claimed. One that was cancelled never is, and goes when
     * somebody finds that out.
     */
    final boolean hasBegun() {
        return !ObjectState.is(this.state, ObjectState.QUEUED);
    }

    @Override
    public final String name() {
        return nameOf(this.callback);
    }

    static String nameOf(@Nullable TpSimpleCallback<@Nullable Object> callback) {
        if (callback instanceof Ended ended) {
            return ended.name;
        }
        return (callback instanceof TpTask<?> task) ? task.name() : TpObjectKind.ONE_SHOT.label();
    }

    @Override
    public final TpObjectKind kind() {
        return TpObjectKind.ONE_SHOT;
    }

    /**
     * The neighbour in {@link OneShotMembers}. One-shots are in no pool's list of the
     * living, so the place is free.
     */
    final @Nullable TrackedOneShot joinedBefore() {
        return (TrackedOneShot) this.bornBefore;
    }

    final void setJoinedBefore(@Nullable TrackedOneShot other) {
        this.bornBefore = other;
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    final void invoke(TpCallbackInstance instance) throws Exception {
        Objects.requireNonNull(this.callback).run(instance, this.context);
    }

    @Override
    final @Nullable Object context() {
        return ((Object) this.callback != RUNNABLE) ? this.context : null;
    }

    @Override
    final boolean tellCompletion(@Nullable Throwable failure) {
        if (this.callback instanceof TpTask<?> task) {
            task.completed(failure);
            return true;
        }
        return false;
    }

    @Override
    boolean countsAgainstCapacity() {
        return true;
    }

    @Override
    final boolean settle(boolean disassociated) {
        if (disassociated) {
            super.settle(true);
        }
        else {
            settleForGood();
        }
        letGoOfCallback();
        return true;
    }

    /**
     * Without {@link #letGoOfCallback()}: the group close is not done with it.
     */
    @Override
    final long cancelOutstanding() {
        long dropped = beginDrop();
        finishDrop(dropped);
        return dropped;
    }

    @Override
    final void letGoOfCallback() {
        this.context = null;
        if (this.callback instanceof TpFuture<?> future) {
            // It has the result.
            this.callback = new Ended(future.name());
        }
        else if (!(this.callback instanceof TpTask || this.callback instanceof Ended)) {
            this.callback = null;
        }
    }

    @Override
    final void tellDropped() {
        if (this.callback instanceof TpTask<?> task) {
            try {
                task.cancelled();
            }
            catch (Throwable ex) {
                pool().report(this, ex);
            }
        }
    }

    /**
     * What is left of a future.
     */
    private static final class Ended implements TpSimpleCallback<@Nullable Object> {

        private final String name;

        Ended(String name) {
            this.name = name;
        }

        @Override
        public void run(TpCallbackInstance instance, @Nullable Object context) {
            throw new AssertionError("ended");
        }

    }

}
