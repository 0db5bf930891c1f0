package dev.tpool;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Something that callbacks block at until the test lets them through.
 */
final class Gate {

    private final CountDownLatch open = new CountDownLatch(1);

    private final AtomicInteger arrivals = new AtomicInteger();

    /**
     * Waits until the gate is open, interrupted or not.
     */
    void pass() {
        this.arrivals.incrementAndGet();
        boolean interrupted = false;
        boolean passed = false;
        while (!passed) {
            try {
                if (!this.open.await(60, TimeUnit.SECONDS)) {
                    throw new AssertionError("nobody opened the gate");
                }
                passed = true;
            }
            catch (InterruptedException ex) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void open() {
        this.open.countDown();
    }

    int arrivals() {
        return this.arrivals.get();
    }

    Gate awaitArrivals(int count) {
        Pools.eventually(() -> this.arrivals.get() >= count);
        return this;
    }

}
