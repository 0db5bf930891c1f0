package dev.tpool.spring.annotation;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

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

    private AtomicBoolean over = new AtomicBoolean();

    /** When the delay began, on the monotonic clock. */
    private long begun = System.nanoTime();

    TimerRun(TriggerMethod.Call call, Duration delay, @Nullable Instant at, Duration period, Duration window) {
        this.call = call;
        this.delay = delay;
        this.at = at;
        this.period = period;
        this.window = window;
    }

    /**
     * Takes over from the start before, of which a callback may still be queued: what
     * fires once does so at the moment that was said first, and not again.
     */
    final void follow(TimerRun last) {
        this.over = last.over;
        this.begun = last.begun;
    }

    /**
     * Sets the timer for the first time.
     */
    void begin(TpTimer timer) {
        if (this.at != null) {
            timer.set(this.at, this.period, this.window);
        }
        else if (this.period.isZero()) {
            Duration left = this.delay.minusNanos(System.nanoTime() - this.begun);
            timer.set(left.isNegative() ? Duration.ZERO : left, this.period, this.window);
        }
        else {
            timer.set(this.delay, this.period, this.window);
        }
    }

    @Override
    public void run(TpCallbackInstance instance, TpTrigger trigger, TpTimer timer) throws Exception {
        if (!this.period.isZero()) {
            call(instance, TriggerMethod.Ending.NONE);
        }
        else if (over()) {
            call(instance, new TriggerMethod.OnceEnding(this.over));
        }
    }

    final void call(TpCallbackInstance instance, TriggerMethod.Ending ending) throws Exception {
        this.call.run(instance, null, ending);
    }

    final Duration window() {
        return this.window;
    }

    /**
     * Nothing comes any more.
     * @return {@code false} if that was so already
     */
    final boolean over() {
        return this.over.compareAndSet(false, true);
    }

    final boolean isOver() {
        return this.over.get();
    }

}
