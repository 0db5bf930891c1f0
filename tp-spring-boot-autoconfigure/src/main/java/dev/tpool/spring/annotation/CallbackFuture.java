package dev.tpool.spring.annotation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * The caller's future: follows the posted callback and, where the method returns a stage,
 * that stage.
 */
final class CallbackFuture extends CompletableFuture<@Nullable Object> {

    private final CompletableFuture<@Nullable Object> posted;

    CallbackFuture(CompletableFuture<@Nullable Object> posted) {
        this.posted = posted;
        CompletionStage<@Nullable Object> stage = posted;
        stage.whenComplete(this::callbackEnded);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(false);
        if (cancelled) {
            this.posted.cancel(false);
        }
        return cancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    private void callbackEnded(@Nullable Object result, @Nullable Throwable failure) {
        if (failure == null && result instanceof CompletionStage<?> stage) {
            follow(stage);
        }
        else {
            settle(result, failure);
        }
    }

    private void follow(CompletionStage<?> stage) {
        try {
            stage.whenComplete(this::settle);
        }
        catch (Throwable ex) {
            // Nobody would tell of it, and the caller would wait for ever.
            settle(null, ex);
        }
    }

    private void settle(@Nullable Object result, @Nullable Throwable failure) {
        if (this.posted.isCancelled()) {
            super.cancel(false);
        }
        else if (failure instanceof CompletionException && failure.getCause() != null) {
            completeExceptionally(failure.getCause());
        }
        else if (failure != null) {
            completeExceptionally(failure);
        }
        else {
            complete(result);
        }
    }

}
