package dev.tpool;

import java.util.ArrayDeque;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

/**
 * What each pending callback of an object is told of its own: the result of a wait, the
 * outcome of an operation. Results are handed out in the order in which they occurred.
 * The lock guards the results, and every change of the object's pending count, so that
 * there are always as many of one as of the other.
 */
final class Results extends BriefLock {

    /** Most objects have one result at a time. */
    private @Nullable Object first;

    /** The results after the first one, once there were any. */
    private @Nullable ArrayDeque<Object> others;

    /**
     * Adds the result of a callback that is about to be counted. Under the lock.
     */
    void add(Object result) {
        if (this.first == null) {
            this.first = result;
            return;
        }
        if (this.others == null) {
            this.others = new ArrayDeque<>(2);
        }
        this.others.addLast(result);
    }

    /**
     * Takes back the result of a callback that was not counted. Under the lock.
     */
    void takeBack() {
        if (this.others == null || this.others.pollLast() == null) {
            this.first = null;
        }
    }

    /**
     * Takes the result of the callback that is about to run. Under the lock.
     */
    Object take() {
        Object taken = this.first;
        if (taken == null) {
            throw new NoSuchElementException();
        }
        this.first = (this.others != null) ? this.others.pollFirst() : null;
        return taken;
    }

    /**
     * Drops the results of all callbacks that are pending. Under the lock.
     */
    void drop() {
        this.first = null;
        this.others = null;
    }

}
