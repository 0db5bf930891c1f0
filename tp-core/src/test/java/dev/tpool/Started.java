package dev.tpool;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Something that a test does on a thread of its own.
 *
 * @param <T> the type of the result
 */
final class Started<T> {

    private final FutureTask<T> task;

    private final Thread thread;

    Started(Callable<T> callable) {
        this.task = new FutureTask<>(callable);
        this.thread = new Thread(this.task, "tester");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    Thread thread() {
        return this.thread;
    }

    boolean isDone() {
        return this.task.isDone();
    }

    /**
     * Waits until the thread waits for something.
     */
    Started<T> awaitBlocked() {
        Pools.eventually(() -> this.thread.getState() == Thread.State.WAITING
                || this.thread.getState() == Thread.State.TIMED_WAITING);
        return this;
    }

    /**
     * The result, or what was thrown.
     */
    T get() throws Exception {
        try {
            return this.task.get(60, TimeUnit.SECONDS);
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw (Error) ex.getCause();
        }
    }

}
