package dev.tpool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Time that stands still, until it passes as soon as somebody parks for it. Meanwhile the
 * clock's thread parks until it is woken.
 */
final class StillTime implements TimeSource {

    private final AtomicInteger parked = new AtomicInteger();

    private final AtomicLong nanos = new AtomicLong();

    private volatile long lastPark;

    private volatile boolean goesOn;

    private volatile Thread parking;

    /**
     * How often its thread has parked.
     */
    int parked() {
        return this.parked.get();
    }

    /**
     * For how long it was about to park the last time.
     */
    long lastPark() {
        return this.lastPark;
    }

    /**
     * From now on, time passes.
     */
    void goOn() {
        this.goesOn = true;
        LockSupport.unpark(this.parking);
    }

    @Override
    public long nanoTime() {
        return this.nanos.get();
    }

    @Override
    public long wallNanos() {
        return TimeSource.toNanos(ManualTime.START);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        this.lastPark = nanos;
        this.parking = Thread.currentThread();
        this.parked.incrementAndGet();
        if (this.goesOn) {
            this.nanos.addAndGet(nanos);
        }
        else {
            LockSupport.park(blocker);
        }
    }

}
