package dev.tpool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The objects of a pool that were created and not freed yet: rings through the objects
 * themselves, so that being known costs two references and no node. Timers and waits,
 * which come and go with what they watch, have a ring for each shard.
 */
final class LiveObjects {

    private final Ring[] rings = new Ring[Shards.COUNT];

    LiveObjects() {
        Arrays.setAll(this.rings, (i) -> new RingApart());
    }

    /**
     * Whether there is none. One that is added while this looks may be missed: a worker
     * that leaves says so before it asks, and the creator of an object looks for that
     * after it has added it.
     */
    boolean isEmpty() {
        for (Ring ring : this.rings) {
            if (ring.size != 0) {
                return false;
            }
        }
        return true;
    }

    void add(TpObject object) {
        ringOf(object).add(object);
    }

    void remove(TpObject object) {
        ringOf(object).remove(object);
    }

    /**
     * All of them, the oldest of a shard first. Looks at one shard after the other: what
     * is added or removed meanwhile may be among them or not.
     */
    List<TpObject> all() {
        List<TpObject> all = new ArrayList<>();
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
        for (Ring ring : this.rings) {
            ring.forEach(action);
        }
    }

    private Ring ringOf(TpObject object) {
        return this.rings[object.shard()];
    }

    /**
     * The objects of one shard.
     */
    private static class Ring extends BriefLock {

        /** The oldest one; guarded by the lock, as are the objects' links. */
        private @Nullable TpObject first;

        /** Written under the lock. */
        private volatile int size;

        final void add(TpObject object) {
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

        final void remove(TpObject object) {
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
                // What the application still holds must not keep its old neighbours
                // alive.
                object.bornBefore = null;
                object.bornAfter = null;
                addToSize(-1);
            }
            finally {
                unlock();
            }
        }

        final void forEach(Consumer<TpObject> action) {
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

    /**
     * A ring with nothing next to it in memory that other threads write to. In a class of
     * its own, since a class's fields follow those of its superclass.
     */
    private static final class RingApart extends Ring {

        @SuppressWarnings("unused")
        private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;

    }

}
