package dev.tpool.spring.annotation;

import java.time.Duration;
import java.time.Instant;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpTimer;
import dev.tpool.TpTimerCallback;
import dev.tpool.spring.TpTrigger;
import org.jspecify.annotations.Nullable;

/**
 * One start of a timer, from its first expiry to its end: one that the engine sets anew
 * by itself, and whose callbacks may overlap.
 */
class TimerRun implements TpTimerCallback<TpTrigger> {

    private final TriggerMethod.Call call;

    private final Duration delay;

    private final @Nullable Instant at;

    private final Duration period;

    private final Duration window;

    private volatile boolean over;

    TimerRun(TriggerMethod.Call call, Duration delay, @Nullable Instant at, Duration period, Duration window) {
        this.call = call;
        this.delay = delay;
        this.at = at;
        this.period = period;
        this.window = window;
    }

    /**
     * Sets the timer for the first time.
     */
    void begin(TpTimer timer) {
        if (this.at != null) {
            timer.set(this.at, this.period, this.window);
        }
        else {
            timer.set(this.delay, this.period, this.window);
        }
    }

    @Override
    public void run(TpCallbackInstance instance, TpTrigger trigger, TpTimer timer) throws Exception {
        if (this.period.isZero()) {
            over();
        }
        call(instance, TriggerMethod.Ending.NONE);
    }

    final void call(TpCallbackInstance instance, TriggerMethod.Ending ending) throws Exception {
        this.call.run(instance, null, ending);
    }

    final Duration window() {
        return this.window;
    }

    final void over() {
        this.over = true;
    }

    final boolean isOver() {
        return this.over;
    }

}
