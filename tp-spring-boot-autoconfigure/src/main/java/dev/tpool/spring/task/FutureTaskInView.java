package dev.tpool.spring.task;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.SchedulingAwareRunnable;

/**
 * The JDK's own future, which does not hide whether its task is long-lived.
 *
 * @param <T> the type of the result
 */
final class FutureTaskInView<T extends @Nullable Object> extends FutureTask<T> implements SchedulingAwareRunnable {

    private final boolean longLived;

    FutureTaskInView(Callable<T> callable) {
        super(callable);
        this.longLived = false;
    }

    FutureTaskInView(Runnable runnable, T value, boolean longLived) {
        super(runnable, value);
        this.longLived = longLived;
    }

    @Override
    public boolean isLongLived() {
        return this.longLived;
    }

}
