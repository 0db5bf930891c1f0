package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The objects of a pool that were created and not freed yet: a ring through the objects
 * themselves, so that being known costs two references and no node.
 */
final class LiveObjects extends BriefLock {

    /** The oldest one; guarded by the lock, as are the objects' links. */
    private @Nullable TpObject first;

    /**
     * Written under the lock. Volatile, since a worker that leaves and the creator of an
     * object look at each other's mark.
     */
    private volatile int size;

    boolean isEmpty() {
        return this.size == 0;
    }

    void add(TpObject object) {
        lock();
        try {
            TpObject oldest = this.first;
            if (oldest == null) {
                object.bornBefore = object;
                object.bornAfter = object;
                this.first = object;
            }
            else {
                TpObject newest = oldest.bornBefore;
                object.bornBefore = newest;
                object.bornAfter = oldest;
                oldest.bornBefore = object;
                if (newest != null) {
                    newest.bornAfter = object;
                }
            }
            addToSize(1);
        }
        finally {
            unlock();
        }
    }

    void remove(TpObject object) {
        lock();
        try {
            TpObject before = object.bornBefore;
            TpObject after = object.bornAfter;
            if (before == object) {
                this.first = null;
            }
            else if (before != null && after != null) {
                before.bornAfter = after;
                after.bornBefore = before;
                if (this.first == object) {
                    this.first = after;
                }
            }
            // What the application still holds must not keep its old neighbours alive.
            object.bornBefore = null;
            object.bornAfter = null;
            addToSize(-1);
        }
        finally {
            unlock();
        }
    }

    /**
     * All of them, the oldest first.
     */
    List<TpObject> all() {
        List<TpObject> all = new ArrayList<>(this.size);
        forEach(all::add);
        return all;
    }

    /**
     * The callbacks that are pending on any of them and were not leased by a worker.
     */
    long pending() {
        long[] sum = new long[1];
        forEach((object) -> sum[0] += object.pendingByState());
        return sum[0];
    }

    private void forEach(Consumer<TpObject> action) {
        lock();
        try {
            TpObject object = this.first;
            while (object != null) {
                action.accept(object);
                object = (object.bornAfter != this.first) ? object.bornAfter : null;
            }
        }
        finally {
            unlock();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Only under the lock.
    private void addToSize(int change) {
        this.size += change;
    }

}
