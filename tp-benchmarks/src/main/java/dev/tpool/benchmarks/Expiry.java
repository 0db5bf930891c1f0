package dev.tpool.benchmarks;

import io.netty.util.Timeout;
import io.netty.util.TimerTask;

/**
 * What a timer calls, in the form that each peer takes without a wrapping.
 */
@FunctionalInterface
interface Expiry extends Runnable, TimerTask {

    Expiry NOTHING = () -> {
    };

    @Override
    default void run(Timeout timeout) {
        run();
    }

}
