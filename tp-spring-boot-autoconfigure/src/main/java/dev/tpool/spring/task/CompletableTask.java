package dev.tpool.spring.task;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.SchedulingAwareRunnable;

/**
 * A task that completes the future that it is.
 *
 * @param <T> the type of the result
 */
final class CompletableTask<T extends @Nullable Object> extends CompletableFuture<T>
        implements SchedulingAwareRunnable {

    private final Callable<T> callable;

    private final boolean longLived;

    CompletableTask(Callable<T> callable, boolean longLived) {
        this.callable = callable;
        this.longLived = longLived;
    }

    @Override
    public void run() {
        if (isDone()) {
            return;
        }
        try {
            complete(this.callable.call());
        }
        catch (Throwable ex) {
            completeExceptionally(ex);
        }
    }

    @Override
    public boolean isLongLived() {
        return this.longLived;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

}
