package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Time that passes only when a test says so. A clock that runs on it serves only when the
 * test calls {@link Clock#serve()}: the clock's own thread is held at its first look at
 * the time.
 */
final class ManualTime implements TimeSource, AutoCloseable {

    static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    /** Shortly before the monotonic clock runs over, which it may. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());

    private final AtomicLong wall = new AtomicLong(TimeSource.toNanos(START));

    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * Lets time pass on both clocks.
     */
    void pass(Duration duration) {
        sleep(duration);
        this.nanos.addAndGet(duration.toNanos());
    }

    /**
     * The machine sleeps: the wall clock goes on alone. Or somebody sets it.
     */
    void sleep(Duration duration) {
        this.wall.addAndGet(duration.toNanos());
    }

    /**
     * The monotonic clock, for whoever asks.
     */
    long manualNanos() {
        return this.nanos.get();
    }

    Instant instant() {
        return START.plusNanos(this.wall.get() - TimeSource.toNanos(START));
    }

    @Override
    public long nanoTime() {
        if (Thread.currentThread().getName().equals("tp-clock")) {
            holdForever();
        }
        return this.nanos.get();
    }

    @Override
    public long wallNanos() {
        return this.wall.get();
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        throw new AssertionError("the clock's thread got past its first look at the time");
    }

    /**
     * Lets the clock's thread go, never to be seen again.
     */
    @Override
    public void close() {
        this.closed.countDown();
    }

    private void holdForever() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
        });
        while (true) {
            try {
                this.closed.await();
                throw new IllegalStateException("the test is over");
            }
            catch (InterruptedException ex) {
                // Nobody may wake it.
            }
        }
    }

}
