package dev.tpool.spring.annotation;

import dev.tpool.TpObjectKind;
import dev.tpool.TpTimer;
import dev.tpool.spring.TpTrigger;
import org.jspecify.annotations.Nullable;

/**
 * A timer that calls a method of a bean. Its timer object lives from start to stop, so
 * that a pool that ends has nothing of it left.
 */
final class TimerTrigger implements TpTrigger {

    private final TimerDefinition definition;

    private final TriggerMethod method;

    private @Nullable Started started;

    private @Nullable TimerRun last;

    TimerTrigger(TimerDefinition definition, TriggerMethod method) {
        this.definition = definition;
        this.method = method;
    }

    @Override
    public String name() {
        return this.definition.name();
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.TIMER;
    }

    @Override
    public String environment() {
        return this.definition.environment();
    }

    @Override
    public String description() {
        return this.definition.description();
    }

    @Override
    public synchronized boolean isActive() {
        return this.started != null && !this.started.timer.isClosed() && !this.started.run.isOver();
    }

    @Override
    public synchronized void start() {
        TimerRun before = this.last;
        if (this.started != null || this.definition.isDisabled() || (before != null && before.isOver())) {
            return;
        }
        TimerRun run = this.definition.run(this.method.call(this));
        if (before != null) {
            run.follow(before);
        }
        this.last = run;
        TpTimer timer = this.method.environment().timer(name(), run, this);
        this.started = new Started(timer, run);
        try {
            run.begin(timer);
        }
        catch (RuntimeException ex) {
            stop();
            throw ex;
        }
    }

    @Override
    public synchronized void stop() {
        if (this.started != null) {
            this.started.timer.close();
            this.started = null;
        }
    }

    @Override
    public void dropWaiting() {
        this.method.dropWaiting(!isStarted());
    }

    private synchronized boolean isStarted() {
        return this.started != null;
    }

    @Override
    public String toString() {
        return name() + " (timer, " + description() + ")";
    }

    private record Started(TpTimer timer, TimerRun run) {
    }

}
