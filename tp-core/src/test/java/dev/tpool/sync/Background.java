package dev.tpool.sync;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.opentest4j.TestAbortedException;

/**
 * A thread of a test, and what it came to.
 *
 * @param <T> the type of what it returns
 */
final class Background<T> {

    private final FutureTask<T> task;

    private final Thread thread;

    private Background(FutureTask<T> task, Thread thread) {
        this.task = task;
        this.thread = thread;
    }

    static <T> Background<T> start(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return new Background<>(task, thread);
    }

    static Background<Void> run(Action action) {
        return start(action.asCallable());
    }

    /**
     * As {@link #run}, on a virtual thread. Aborts the test where the JDK has none.
     */
    static Background<Void> runVirtual(Action action) throws Exception {
        FutureTask<Void> task = new FutureTask<>(action.asCallable());
        try {
            Thread thread = (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
            return new Background<>(task, thread);
        }
        catch (NoSuchMethodException ex) {
            throw new TestAbortedException("This JDK has no virtual threads");
        }
        catch (InvocationTargetException ex) {
            // a preview on JDK 19 and 20
            throw new TestAbortedException("This JDK's virtual threads are switched off");
        }
    }

    Thread thread() {
        return this.thread;
    }

    void interrupt() {
        this.thread.interrupt();
    }

    boolean isOver() {
        return this.task.isDone();
    }

    /**
     * Waits for the end of the action and of its thread.
     * @return what the action returned
     * @throws Exception what the action threw
     */
    T result() throws Exception {
        try {
            T result = this.task.get(60, TimeUnit.SECONDS);
            this.thread.join();
            return result;
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw ex;
        }
    }

    /**
     * What a thread does if it returns nothing.
     */
    interface Action {

        void run() throws Exception;

        private Callable<Void> asCallable() {
            return () -> {
                run();
                return null;
            };
        }

    }

}
