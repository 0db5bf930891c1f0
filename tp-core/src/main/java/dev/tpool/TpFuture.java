package dev.tpool;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * The result of a one-shot callback, complete once its completion actions have run.
 */
final class TpFuture<T extends @Nullable Object> extends CompletableFuture<T> implements TpTask<@Nullable Object> {

    private final @Nullable String name;

    private final Callable<T> callable;

    private @Nullable T result;

    private volatile @Nullable TrackedOneShot oneShot;

    TpFuture(@Nullable String name, Callable<T> callable) {
        this.name = name;
        this.callable = callable;
    }

    @Override
    public String name() {
        return (this.name != null) ? this.name : TpObjectKind.ONE_SHOT.label();
    }

    void postedAs(TrackedOneShot posted) {
        this.oneShot = posted;
        if (isCancelled()) {
            posted.cancelPendingCallbacks();
        }
    }

    @Override
    public void run(TpCallbackInstance instance, @Nullable Object context) throws Exception {
        this.result = this.callable.call();
    }

    @Override
    @SuppressWarnings("NullAway") // T itself says whether the result may be null.
    public void completed(@Nullable Throwable failure) {
        if (failure != null) {
            completeExceptionally(failure);
        }
        else {
            complete(this.result);
        }
    }

    @Override
    public void cancelled() {
        super.cancel(false);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(false);
        TrackedOneShot posted = this.oneShot;
        if (posted != null) {
            posted.cancelPendingCallbacks();
        }
        return cancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

}
