package dev.tpool.spring.task;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;

import dev.tpool.TpActivationContext;
import dev.tpool.TpContextCapture;
import dev.tpool.TpEnvironment;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.TaskUtils;
import org.springframework.util.ErrorHandler;

/**
 * An environment as a {@link TaskScheduler}: each scheduled task is a timer of the
 * environment, which holds no thread until it is due, and runs as its callback.
 * <p>
 * As with Spring's own scheduler, a task never runs twice at the same time, and one with
 * a fixed rate that is late catches up. Instants and triggers go by the wall clock, so
 * that a change of it is noticed; rates and delays by the monotonic clock. Exceptions go
 * to the error handler: by default those of a task that repeats are logged and it goes
 * on, and those of a task that runs once fail its future, too. Contexts that the
 * environment captures are those of the thread that schedules, at each run.
 * <p>
 * The scheduler ends with {@link #close()} or with the context that it is a bean of.
 * Closing the cleanup group of the environment ends what is scheduled, too, and cancels
 * its futures. The pool goes on in either case.
 * <p>
 * A {@link SchedulingAwareRunnable} that is long-lived runs with the hint of
 * {@link TpEnvironment#runsLong()}. Safe for use by any thread once it is set up.
 */
public final class TpTaskScheduler
        implements TaskScheduler, AutoCloseable, ApplicationContextAware, ApplicationListener<ContextClosedEvent> {

    private final String name;

    private final TpEnvironment environment;

    private final TpEnvironment longEnvironment;

    private final @Nullable TpContextCapture contextCapture;

    private final Set<ScheduledTask> tasks = ConcurrentHashMap.newKeySet();

    private Clock clock = Clock.system(ZoneId.systemDefault());

    private @Nullable ErrorHandler errorHandler;

    private @Nullable TaskDecorator taskDecorator;

    private @Nullable ApplicationContext context;

    private volatile boolean closed;

    /**
     * Creates a scheduler.
     * @param name the name of its timers in logs and snapshots
     * @param environment where the tasks run
     */
    public TpTaskScheduler(String name, TpEnvironment environment) {
        this.name = Objects.requireNonNull(name, "name");
        this.contextCapture = environment.contextCapture();
        // A timer that is set anew by its own callback would capture what that left
        // behind.
        this.environment = environment.toBuilder().contextCapture(null).build();
        this.longEnvironment = this.environment.toBuilder().runsLong(true).build();
    }

    /**
     * Sets the clock that instants and triggers go by. To be called before the first
     * task.
     * @param clock the clock, that of the system by default
     */
    public void setClock(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public Clock getClock() {
        return this.clock;
    }

    /**
     * Sets who is told what tasks throw. To be called before the first task.
     * @param errorHandler the handler, or {@code null} for that of
     * {@link TaskUtils#getDefaultErrorHandler}
     */
    public void setErrorHandler(@Nullable ErrorHandler errorHandler) {
        this.errorHandler = errorHandler;
    }

    /**
     * Sets what decorates each task. To be called before the first task.
     * @param taskDecorator the decorator, called once, on the thread that schedules, or
     * {@code null}
     */
    public void setTaskDecorator(@Nullable TaskDecorator taskDecorator) {
        this.taskDecorator = taskDecorator;
    }

    @Override
    public void setApplicationContext(ApplicationContext context) {
        this.context = context;
    }

    /**
     * Closes the scheduler with its context.
     */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == this.context) {
            close();
        }
    }

    /**
     * The listener is needed before the context closes anything.
     */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }

    /**
     * Schedules a task to run whenever a trigger says.
     * @return the future of all its runs, or {@code null} if the trigger never fires
     * @throws TaskRejectedException if the scheduler or the pool is closed
     */
    @Override
    public @Nullable ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
        return start(task, new Schedule.ByTrigger(trigger, this.clock));
    }

    /**
     * Schedules a task to run once.
     * @throws TaskRejectedException if the scheduler or the pool is closed
     */
    @Override
    public ScheduledFuture<?> schedule(Runnable task, Instant startTime) {
        return started(task, new Schedule.Once(startTime, this.clock));
    }

    /**
     * Schedules a task at a fixed rate.
     * @throws IllegalArgumentException if the period is not longer than zero
     * @throws TaskRejectedException if the scheduler or the pool is closed
     */
    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
        return started(task, new Schedule.FixedRate(until(startTime), period));
    }

    /**
     * Schedules a task at a fixed rate, as soon as possible.
     * @throws IllegalArgumentException if the period is not longer than zero
     * @throws TaskRejectedException if the scheduler or the pool is closed
     */
    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
        return started(task, new Schedule.FixedRate(Duration.ZERO, period));
    }

    /**
     * Schedules a task with a fixed delay between its runs.
     * @throws IllegalArgumentException if the delay is not longer than zero
     * @throws TaskRejectedException if the scheduler or the pool is closed
     */
    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Instant startTime, Duration delay) {
        return started(task, new Schedule.FixedDelay(until(startTime), delay));
    }

    /**
     * Schedules a task with a fixed delay between its runs, as soon as possible.
     * @throws IllegalArgumentException if the delay is not longer than zero
     * @throws TaskRejectedException if the scheduler or the pool is closed
     */
    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
        return started(task, new Schedule.FixedDelay(Duration.ZERO, delay));
    }

    private Duration until(Instant startTime) {
        Duration left = Duration.between(this.clock.instant(), startTime);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private ScheduledFuture<?> started(Runnable task, Schedule schedule) {
        return Objects.requireNonNull(start(task, schedule), "a schedule that runs at least once");
    }

    private @Nullable ScheduledFuture<?> start(Runnable task, Schedule schedule) {
        Objects.requireNonNull(task, "task");
        boolean longLived = task instanceof SchedulingAwareRunnable aware && aware.isLongLived();
        ErrorHandler handler = (this.errorHandler != null) ? this.errorHandler
                : TaskUtils.getDefaultErrorHandler(schedule.repeats());
        Runnable handled = TaskUtils.decorateTaskWithErrorHandler(task, handler, schedule.repeats());
        Runnable decorated = (this.taskDecorator != null) ? this.taskDecorator.decorate(handled) : handled;
        TpActivationContext captured = (this.contextCapture != null) ? this.contextCapture.capture() : null;
        if (!schedule.advance()) {
            return null;
        }
        try {
            return start(new ScheduledTask(this, decorated, schedule, captured,
                    longLived ? this.longEnvironment : this.environment));
        }
        catch (IllegalStateException ex) {
            throw new TaskRejectedException(this + " takes no more tasks: " + ex.getMessage(), ex);
        }
    }

    private ScheduledTask start(ScheduledTask task) {
        this.tasks.add(task);
        if (this.closed) {
            task.cancel(false);
            throw new IllegalStateException("it is closed");
        }
        boolean armed = false;
        try {
            task.arm();
            armed = true;
        }
        finally {
            if (!armed) {
                task.cancel(false);
            }
        }
        return task;
    }

    void ended(ScheduledTask task) {
        this.tasks.remove(task);
    }

    String name() {
        return this.name;
    }

    /**
     * Cancels everything that is scheduled and takes nothing more. Tasks that run go on;
     * their futures are cancelled, too. The pool goes on.
     */
    @Override
    public void close() {
        this.closed = true;
        this.tasks.forEach((task) -> task.cancel(false));
    }

    /**
     * What it is and where its tasks run.
     */
    @Override
    public String toString() {
        return "task scheduler '" + this.name + "' (" + this.environment + ")";
    }

}
