package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An environment as an executor, for those who ask for one: each task is a one-shot
 * callback. Shutting it down leaves the pool alone.
 */
final class EnvironmentExecutor extends AbstractExecutorService {

    private final TpEnvironment environment;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition ended = this.lock.newCondition();

    /** Tasks that were posted and have not ended; guarded by the lock. */
    private int outstanding;

    private boolean shutDown;

    EnvironmentExecutor(TpEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public void execute(Runnable task) {
        begin();
        boolean posted = false;
        try {
            posted = this.environment.trySubmit(() -> {
                try {
                    task.run();
                }
                finally {
                    end();
                }
            });
        }
        catch (IllegalStateException ex) {
            // The pool is closed; this is how executors say it.
            throw new RejectedExecutionException(ex.getMessage(), ex);
        }
        finally {
            if (!posted) {
                end();
            }
        }
        if (!posted) {
            throw this.environment.pool().rejected("task");
        }
    }

    @Override
    public void shutdown() {
        this.lock.lock();
        try {
            this.shutDown = true;
            this.ended.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Shuts down. Tasks are callbacks, which are never interrupted, so none is taken
     * back.
     */
    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return new ArrayList<>();
    }

    @Override
    public boolean isShutdown() {
        this.lock.lock();
        try {
            return this.shutDown;
        }
        finally {
            this.lock.unlock();
        }
    }

    @Override
    public boolean isTerminated() {
        this.lock.lock();
        try {
            return this.shutDown && this.outstanding == 0;
        }
        finally {
            this.lock.unlock();
        }
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long left = unit.toNanos(timeout);
        this.lock.lockInterruptibly();
        try {
            while (!this.shutDown || this.outstanding > 0) {
                if (left <= 0) {
                    return false;
                }
                left = this.ended.awaitNanos(left);
            }
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    private void begin() {
        this.lock.lock();
        try {
            if (this.shutDown) {
                throw new RejectedExecutionException("this view of " + this.environment.pool() + " is shut down");
            }
            this.outstanding++;
        }
        finally {
            this.lock.unlock();
        }
    }

    private void end() {
        this.lock.lock();
        try {
            this.outstanding--;
            this.ended.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

}
