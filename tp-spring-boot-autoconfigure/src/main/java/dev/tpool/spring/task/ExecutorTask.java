package dev.tpool.spring.task;

import java.util.concurrent.Future;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpTask;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One task of an executor view.
 */
final class ExecutorTask implements TpTask<TpTaskExecutor> {

    private static final Log logger = LogFactory.getLog(TpTaskExecutor.class);

    private final TpTaskExecutor executor;

    private final Runnable task;

    private final Runnable decorated;

    private final Object lock = new Object();

    /** Guarded by the lock. */
    private boolean begun;

    /** Guarded by the lock. */
    private boolean interrupted;

    /** Who runs it, for whoever stops it; guarded by the lock. */
    private @Nullable Thread runner;

    /**
     * Creates a task.
     * @param task what was handed in
     * @param decorated what runs
     */
    ExecutorTask(TpTaskExecutor executor, Runnable task, Runnable decorated) {
        this.executor = executor;
        this.task = task;
        this.decorated = decorated;
    }

    Runnable task() {
        return this.task;
    }

    @Override
    public String name() {
        return this.executor.name();
    }

    @Override
    public void run(TpCallbackInstance instance, TpTaskExecutor context) {
        if (enter()) {
            try {
                this.decorated.run();
            }
            finally {
                leave();
            }
        }
    }

    private boolean enter() {
        synchronized (this.lock) {
            if (this.begun) {
                return false;
            }
            this.begun = true;
            this.runner = Thread.currentThread();
            return true;
        }
    }

    private void leave() {
        synchronized (this.lock) {
            this.runner = null;
            if (this.interrupted) {
                // Meant for the task, and not for a caller that ran it.
                Thread.interrupted();
            }
        }
    }

    /**
     * Sees to it that it never begins.
     * @return {@code false} if it has, or was taken back before
     */
    boolean takeBack() {
        synchronized (this.lock) {
            boolean waiting = !this.begun;
            this.begun = true;
            return waiting;
        }
    }

    /**
     * Interrupts it if it runs.
     */
    void interrupt() {
        synchronized (this.lock) {
            if (this.runner != null) {
                this.interrupted = true;
                this.runner.interrupt();
            }
        }
    }

    /**
     * Lets the failure pass: what a completion throws goes to the exception handler.
     */
    @Override
    public void completed(@Nullable Throwable failure) {
        this.executor.ended(this);
        if (failure != null) {
            ExecutorTask.<RuntimeException>rethrow(failure);
        }
    }

    @Override
    public void cancelled() {
        // First: the future may be anybody's, and throw.
        this.executor.ended(this);
        if (this.task instanceof Future<?> future) {
            future.cancel(false);
        }
        else if (logger.isDebugEnabled()) {
            logger.debug("A task of " + this.executor + " was dropped before it began: " + this.task);
        }
    }

    @SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" }) // Erased, so any
                                                                       // failure passes.
    private static <E extends Throwable> void rethrow(Throwable failure) throws E {
        throw (E) failure;
    }

}
