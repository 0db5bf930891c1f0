package dev.tpool.spring;

import java.time.Duration;
import java.util.Collection;

import dev.tpool.TpObjectKind;
import dev.tpool.TpPool;
import dev.tpool.TpPoolSnapshot;

/**
 * Lets callbacks that wait for a lock or a permit get it from those that run, before the
 * close of their pools drops them.
 */
final class DeferredDrain {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private DeferredDrain() {
    }

    /**
     * Waits while some wait and any callback runs that could give them what they need.
     * @param pools the pools that are about to be closed
     * @param limit how long to wait at most
     * @throws InterruptedException if interrupted
     */
    static void await(Collection<TpPool> pools, Duration limit) throws InterruptedException {
        long start = System.nanoTime();
        while (isWaiting(pools) && System.nanoTime() - start < limit.toNanos()) {
            Thread.sleep(LOOK_AGAIN.toMillis());
        }
    }

    private static boolean isWaiting(Collection<TpPool> pools) {
        boolean waiting = false;
        boolean busy = false;
        for (TpPool pool : pools) {
            TpPoolSnapshot now = pool.snapshot();
            busy |= now.running() > 0 || now.idle() < now.threads();
            waiting |= now.objects()
                .stream()
                .anyMatch((object) -> object.kind() == TpObjectKind.ONE_SHOT && object.pending() > 0);
        }
        return waiting && busy;
    }

}
