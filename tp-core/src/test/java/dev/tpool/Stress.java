package dev.tpool;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The time that a stress test may take, and what it got done in it: after each test one
 * line tells the number of its operations. The time is {@code -Dtpool.stress.seconds}, a
 * moment if nothing is said.
 */
final class Stress implements BeforeEachCallback, AfterEachCallback {

    private static final Duration TIME = Duration
        .ofNanos((long) (Double.parseDouble(System.getProperty("tpool.stress.seconds", "0.6")) * 1e9));

    private final LongAdder operations = new LongAdder();

    private volatile long began;

    /**
     * Counts one operation.
     * @return whether there is time for it
     */
    boolean goesOn() {
        boolean goesOn = System.nanoTime() - this.began < TIME.toNanos();
        if (goesOn) {
            this.operations.increment();
        }
        return goesOn;
    }

    /**
     * Waits until the time is over and the thread has noticed.
     */
    void join(Thread thread) throws InterruptedException {
        long left = TIME.toNanos() - (System.nanoTime() - this.began);
        thread.join(TimeUnit.NANOSECONDS.toMillis(Math.max(0, left)) + Pools.GENEROUS.toMillis());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        this.began = System.nanoTime();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        double seconds = (System.nanoTime() - this.began) / 1e9;
        String method = context.getRequiredTestMethod().getName();
        String variant = context.getDisplayName().startsWith(method) ? "" : " " + context.getDisplayName();
        System.out.println(String.format(Locale.ROOT, "%s.%s%s: %d operations in %.1f s",
                context.getRequiredTestClass().getSimpleName(), method, variant, this.operations.sum(), seconds));
    }

}
