package dev.tpool.spring.task;

import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpActivationContext;
import dev.tpool.TpEnvironment;
import dev.tpool.TpTimer;
import org.jspecify.annotations.Nullable;

/**
 * A scheduled task: a timer that is set for one run at a time, so that no run overlaps
 * with another.
 */
final class ScheduledTask extends FutureTask<@Nullable Object> implements ScheduledFuture<@Nullable Object> {

    private final TpTaskScheduler scheduler;

    private final Schedule schedule;

    private final @Nullable TpActivationContext captured;

    private final TpTimer timer;

    /**
     * Creates a task.
     * @param schedule when it runs, advanced to the first run
     * @param captured what is in force at each run
     */
    ScheduledTask(TpTaskScheduler scheduler, Runnable task, Schedule schedule, @Nullable TpActivationContext captured,
            TpEnvironment environment) {
        super(task, null);
        this.scheduler = scheduler;
        this.schedule = schedule;
        this.captured = captured;
        this.timer = environment.timer(scheduler.name(), this::due);
        // With its group or pool, and not by this task, whose future is done by then.
        this.timer.whenFreed(() -> cancel(false));
    }

    void arm() {
        this.schedule.set(this.timer);
    }

    private void due() {
        if (isDone()) {
            return;
        }
        try {
            if (runInContext()) {
                goOn();
            }
        }
        catch (RuntimeException | Error ex) {
            // The trigger fails, or a context: there is no next run, and whoever waits
            // has to know.
            setException(ex);
            throw ex;
        }
    }

    private boolean runInContext() {
        TpActivationContext.Scope scope = (this.captured != null) ? this.captured.activate() : null;
        try {
            this.schedule.begins();
            return runOnce();
        }
        finally {
            if (scope != null) {
                scope.close();
            }
        }
    }

    private boolean runOnce() {
        if (!this.schedule.repeats()) {
            run();
            return false;
        }
        return runAndReset();
    }

    private void goOn() {
        this.schedule.ends();
        if (!this.schedule.advance()) {
            set(null);
            return;
        }
        try {
            arm();
        }
        catch (IllegalStateException ex) {
            // The timer is closed: by a cancel, or with its group.
            if (!isDone()) {
                throw ex;
            }
        }
    }

    @Override
    protected void done() {
        this.scheduler.ended(this);
        this.timer.close();
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(this.schedule.untilDue(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

}
