package dev.tpool.spring.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.tpool.TpEnvironment;
import dev.tpool.TpRejectedException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.SchedulingAwareRunnable;

/**
 * An environment as an {@link AsyncTaskExecutor} and as a
 * {@link java.util.concurrent.ExecutorService}: each task is a one-shot callback of the
 * environment, with its priority, cleanup group, library and captured contexts.
 * <p>
 * It is a view with an account of its own. Shutting it down ends the view and what was
 * posted through it, and leaves the pool alone. {@link #shutdownNow()} and a cancelled
 * {@code Future} interrupt tasks that run, as the JDK's executors do; whoever wants a
 * callback that nobody interrupts posts it to the environment itself. A
 * {@link CompletableFuture} that is cancelled interrupts nothing.
 * <p>
 * A task that the pool refuses, or that comes when the pool, the cleanup group or the
 * view is closed, is answered with a {@link TaskRejectedException}. A task that the close
 * of the cleanup group drops has its future cancelled. What a task without a future
 * throws goes to the exception handler of the environment.
 * <p>
 * A {@link SchedulingAwareRunnable} that is long-lived runs with the hint of
 * {@link TpEnvironment#runsLong()}. Safe for use by any thread once it is set up.
 */
public final class TpTaskExecutor extends AbstractExecutorService implements AsyncTaskExecutor {

    /** In the state: no more tasks are taken. The rest is the number of tasks. */
    private static final long SHUT_DOWN = Long.MIN_VALUE;

    private final String name;

    private final TpEnvironment environment;

    private final TpEnvironment longEnvironment;

    private @Nullable TaskDecorator taskDecorator;

    private final AtomicLong state = new AtomicLong();

    private final CountDownLatch terminated = new CountDownLatch(1);

    /** The tasks that have not ended, for whoever stops them. */
    private final Set<ExecutorTask> tasks = ConcurrentHashMap.newKeySet();

    private volatile boolean stopped;

    /**
     * Creates a view.
     * @param name the name of its callbacks in logs and snapshots
     * @param environment where the tasks run
     */
    public TpTaskExecutor(String name, TpEnvironment environment) {
        this.name = Objects.requireNonNull(name, "name");
        this.environment = Objects.requireNonNull(environment, "environment");
        this.longEnvironment = environment.toBuilder().runsLong(true).build();
    }

    /**
     * Sets what decorates each task. To be called before the first task.
     * @param taskDecorator the decorator, called on the thread that posts, or
     * {@code null}
     */
    public void setTaskDecorator(@Nullable TaskDecorator taskDecorator) {
        this.taskDecorator = taskDecorator;
    }

    /**
     * The environment that this is a view of.
     * @return the environment
     */
    public TpEnvironment environment() {
        return this.environment;
    }

    /**
     * Posts a task.
     * @param task the task
     * @throws TaskRejectedException if it is refused
     */
    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        Runnable decorated = (this.taskDecorator != null) ? this.taskDecorator.decorate(task) : task;
        begin();
        ExecutorTask posted = new ExecutorTask(this, task, decorated);
        this.tasks.add(posted);
        TpEnvironment target = isLongLived(task) ? this.longEnvironment : this.environment;
        boolean accepted = false;
        try {
            accepted = post(posted, target);
        }
        finally {
            if (!accepted) {
                ended(posted);
            }
        }
        if (!accepted) {
            TpRejectedException rejection = target.pool().rejection(this.name);
            throw new TaskRejectedException(String.valueOf(rejection.getMessage()), rejection);
        }
    }

    private boolean post(ExecutorTask task, TpEnvironment target) {
        if (this.stopped && task.takeBack()) {
            throw shutDown();
        }
        try {
            return target.trySubmit(task, this);
        }
        catch (IllegalStateException ex) {
            throw new TaskRejectedException(this + " takes no more tasks: " + ex.getMessage(), ex);
        }
    }

    /**
     * Posts a task and tells how it ended. The future completes in the callback. If it is
     * cancelled the task is not begun, but one that runs is not interrupted.
     * @throws TaskRejectedException if it is refused
     */
    @Override
    @SuppressWarnings("NullAway") // There is no other Void.
    public CompletableFuture<Void> submitCompletable(Runnable task) {
        Objects.requireNonNull(task, "task");
        return postCompletable(() -> {
            task.run();
            return null;
        }, isLongLived(task));
    }

    /**
     * Posts a task for its result. The future completes in the callback. If it is
     * cancelled the task is not begun, but one that runs is not interrupted.
     * @throws TaskRejectedException if it is refused
     */
    @Override
    public <T extends @Nullable Object> CompletableFuture<T> submitCompletable(Callable<T> task) {
        return postCompletable(Objects.requireNonNull(task, "task"), false);
    }

    private <T extends @Nullable Object> CompletableFuture<T> postCompletable(Callable<T> task, boolean longLived) {
        CompletableTask<T> future = new CompletableTask<>(task, longLived);
        execute(future);
        return future;
    }

    @Override
    protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
        return new FutureTaskInView<>(runnable, value, isLongLived(runnable));
    }

    @Override
    protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> callable) {
        return new FutureTaskInView<>(callable);
    }

    private static boolean isLongLived(Runnable task) {
        return task instanceof SchedulingAwareRunnable aware && aware.isLongLived();
    }

    /**
     * Takes no more tasks. Those that were posted still run. The pool goes on.
     */
    @Override
    public void shutdown() {
        long before = this.state.getAndUpdate((seen) -> seen | SHUT_DOWN);
        if (before == 0) {
            this.terminated.countDown();
        }
    }

    /**
     * Takes no more tasks, takes back those that have not begun, and interrupts those of
     * this view that run. The pool goes on.
     * @return the tasks that will not run; those that came of a {@code submit} are its
     * futures, which nobody completes
     */
    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        this.stopped = true;
        List<Runnable> neverBegun = new ArrayList<>();
        for (ExecutorTask task : this.tasks) {
            if (task.takeBack()) {
                neverBegun.add(task.task());
                ended(task);
            }
        }
        // Only then, or the worker of one that ends would begin another.
        this.tasks.forEach(ExecutorTask::interrupt);
        return neverBegun;
    }

    @Override
    public boolean isShutdown() {
        return this.state.get() < 0;
    }

    @Override
    public boolean isTerminated() {
        return this.state.get() == SHUT_DOWN;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return this.terminated.await(timeout, unit);
    }

    /**
     * What it is and where its tasks run.
     */
    @Override
    public String toString() {
        return "task executor '" + this.name + "' (" + this.environment + ")";
    }

    String name() {
        return this.name;
    }

    private void begin() {
        long seen;
        do {
            seen = this.state.get();
            if (seen < 0) {
                throw shutDown();
            }
        }
        while (!this.state.compareAndSet(seen, seen + 1));
    }

    /**
     * A task ran, was dropped or was never posted. Only the first of these counts.
     */
    void ended(ExecutorTask task) {
        if (this.tasks.remove(task) && this.state.decrementAndGet() == SHUT_DOWN) {
            this.terminated.countDown();
        }
    }

    private TaskRejectedException shutDown() {
        return new TaskRejectedException(this + " is shut down");
    }

}
