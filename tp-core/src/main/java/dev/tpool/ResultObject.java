package dev.tpool;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * An object each of whose callbacks is told something of its own: the result of a wait,
 * the outcome of an operation. Results are handed out in the order in which they
 * occurred.
 */
abstract sealed class ResultObject extends TpObject permits TpWait, TpIo {

    /**
     * Guards the results, and every change of the pending count, so that there are always
     * as many of one as of the other. Held for a few instructions, never while anybody is
     * called.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Object> results = new ArrayDeque<>(2);

    ResultObject(@Nullable String name, TpEnvironment environment) {
        super(name, environment, 0);
    }

    final void lock() {
        this.lock.lock();
    }

    final void unlock() {
        this.lock.unlock();
    }

    /**
     * Counts a callback with its result. Under the lock.
     */
    final Post countPost(boolean evenIfClosed, Object result) {
        // First the result: what runs out of memory here has counted nothing.
        this.results.addLast(result);
        Post post = countPost(evenIfClosed);
        if (post == Post.REFUSED) {
            this.results.removeLast();
        }
        return post;
    }

    @Override
    final long takeOne(TpCallbackInstance instance) {
        lock();
        try {
            long next = super.takeOne(instance);
            if (next != NOTHING_TAKEN) {
                instance.payload = this.results.remove();
            }
            return next;
        }
        finally {
            unlock();
        }
    }

    @Override
    final long dropPending() {
        lock();
        try {
            this.results.clear();
            return super.dropPending();
        }
        finally {
            unlock();
        }
    }

    @Override
    final boolean countsAgainstCapacity() {
        return false;
    }

}
