package dev.tpool.sync;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A mutex or critical section as the JDK's lock.
 *
 * @param owned what it is a view of
 */
record LockView(OwnedLock owned) implements Lock {

    @Override
    public void lock() {
        this.owned.takeUninterruptibly();
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        this.owned.take(WaitTime.FOREVER);
    }

    @Override
    public boolean tryLock() {
        return this.owned.tryTake();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return this.owned.take(unit.toNanos(time));
    }

    @Override
    public void unlock() {
        this.owned.release();
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException(this.owned + " has no conditions: use a TpEvent");
    }

    @Override
    public String toString() {
        return "Lock view of " + this.owned;
    }

}
