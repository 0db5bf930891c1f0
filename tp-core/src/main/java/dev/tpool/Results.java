package dev.tpool;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What each pending callback of an object is told of its own: the result of a wait, the
 * outcome of an operation. Results are handed out in the order in which they occurred.
 */
final class Results {

    /**
     * Guards the results, and every change of the object's pending count, so that there
     * are always as many of one as of the other. Held for a few instructions, never while
     * anybody is called.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Object> results = new ArrayDeque<>(2);

    void lock() {
        this.lock.lock();
    }

    void unlock() {
        this.lock.unlock();
    }

    /**
     * Adds the result of a callback that is about to be counted. Under the lock.
     */
    void add(Object result) {
        this.results.addLast(result);
    }

    /**
     * Takes back the result of a callback that was not counted. Under the lock.
     */
    void takeBack() {
        this.results.removeLast();
    }

    /**
     * Takes the result of the callback that is about to run. Under the lock.
     */
    Object take() {
        return this.results.remove();
    }

    /**
     * Drops the results of all callbacks that are pending. Under the lock.
     */
    void drop() {
        this.results.clear();
    }

}
