package dev.tpool;

/**
 * Time that passes only when a test says so.
 */
final class StandingTime implements TimeSource {

    volatile long nanos;

    @Override
    public long nanoTime() {
        return this.nanos;
    }

    @Override
    public long wallNanos() {
        return this.nanos;
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        throw new IllegalStateException("an actor plays the clock's thread");
    }

}
