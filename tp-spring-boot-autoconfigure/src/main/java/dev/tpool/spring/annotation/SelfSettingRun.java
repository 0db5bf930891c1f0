package dev.tpool.spring.annotation;

import java.time.Duration;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpTimer;
import dev.tpool.spring.TpTrigger;

/**
 * A timer that each callback sets anew for the next: at its end if the callbacks must not
 * overlap, and else at its beginning. So there is never more than one expiry to come.
 */
abstract class SelfSettingRun extends TimerRun {

    /** For how long the completion actions of the last callback are left alone. */
    private static final Duration ACTIONS = Duration.ofMillis(1);

    private final boolean serial;

    SelfSettingRun(TriggerMethod.Call call, boolean serial, Duration window) {
        super(call, Duration.ZERO, null, Duration.ZERO, window);
        this.serial = serial;
    }

    @Override
    public final void run(TpCallbackInstance instance, TpTrigger trigger, TpTimer timer) throws Exception {
        if (!this.serial) {
            begun();
            setAnew(timer);
            call(instance, TriggerMethod.Ending.NONE);
            return;
        }
        if (timer.running() > 1) {
            // The last callback has set the timer, and is still carrying out its
            // completion actions, which are part of it.
            ifOpen(timer, () -> timer.set(ACTIONS));
            return;
        }
        begun();
        call(instance, () -> setAnew(timer));
    }

    private void setAnew(TpTimer timer) {
        ifOpen(timer, () -> setNext(timer));
    }

    private static void ifOpen(TpTimer timer, Runnable setting) {
        try {
            setting.run();
        }
        catch (IllegalStateException ex) {
            // It was stopped, or closed with its group, while the callback ran.
            if (!timer.isClosed()) {
                throw ex;
            }
        }
    }

    /**
     * A callback begins.
     */
    void begun() {
    }

    /**
     * Sets the timer for the expiry that comes after the last one.
     */
    abstract void setNext(TpTimer timer);

}
