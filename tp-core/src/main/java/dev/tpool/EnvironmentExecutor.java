package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An environment as an executor, for those who ask for one. Its tasks are the callbacks
 * of one work object, so that none is refused while the executor lives, not even by a
 * pool that was closed meanwhile, unless the pool has {@linkplain TpPool#closeObjects()
 * closed its objects}. Nor is one dropped with what the pool has queued, since it may
 * complete what other threads wait for. Shutting it down leaves the pool alone.
 */
final class EnvironmentExecutor extends AbstractExecutorService {

    private final TpWork work;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition ended = this.lock.newCondition();

    /** Tasks that were posted and have not ended; guarded by the lock. */
    private int outstanding;

    private boolean shutDown;

    /**
     * Creates the executor.
     * @param environment one without a cleanup group, on a pool with an unbounded queue
     */
    EnvironmentExecutor(TpEnvironment environment) {
        this.work = environment.toBuilder().undroppable().build().work("executor", this::runNext);
    }

    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        begin();
        boolean added = false;
        try {
            this.tasks.add(task);
            added = true;
        }
        finally {
            if (!added) {
                end();
            }
        }
        try {
            this.work.submit();
        }
        catch (IllegalStateException | RejectedExecutionException ex) {
            takeBack(task, ex);
        }
    }

    /**
     * A task was added for which no callback could be posted.
     */
    private void takeBack(Runnable task, RuntimeException refusal) {
        if (!this.tasks.remove(task)) {
            // The callback of one that was added later was faster, and ran it: now that
            // one has no callback.
            runNext();
            return;
        }
        end();
        throw new RejectedExecutionException("this view of " + this.work.pool() + " takes no tasks", refusal);
    }

    private void runNext() {
        try {
            this.tasks.remove().run();
        }
        finally {
            end();
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
        closeIfTerminated();
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
                throw new RejectedExecutionException("this view of " + this.work.pool() + " is shut down");
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
        closeIfTerminated();
    }

    /**
     * Lets the pool end. Not under the lock, since a library may be closed with the work.
     */
    private void closeIfTerminated() {
        if (isTerminated()) {
            this.work.close();
        }
    }

}
