package dev.tpool;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads that wait for an object's callbacks, and the count that only they need.
 * Made when the first of them comes, or the first callback disassociates.
 */
final class ObjectWaiters {

    final ReentrantLock lock = new ReentrantLock();

    final Condition changed = this.lock.newCondition();

    /** Running executions that are disassociated; guarded by the lock. */
    int disassociated;

    /** Waiting threads; guarded by the lock. */
    int waiting;

}
