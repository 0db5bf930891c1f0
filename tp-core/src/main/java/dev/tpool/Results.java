package dev.tpool;

import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

/**
 * What each pending callback of an object is told of its own: the result of a wait, the
 * outcome of an operation. Results are handed out in the order in which they occurred.
 * The lock guards the results, and every change of the object's pending count, so that
 * there are always as many of one as of the other.
 */
class Results extends BriefLock {

    /** Most objects have one result at a time. */
    private @Nullable Object first;

    /** The results after the first one, once there were any. */
    private @Nullable Line others;

    /**
     * Whether no callback is pending that has a result. Under the lock.
     */
    final boolean isEmpty() {
        return this.first == null;
    }

    /**
     * Takes the memory that {@link #add} needs for one more. Under the lock.
     */
    final void makeRoom() {
        if (this.first != null) {
            others().makeRoom();
        }
    }

    private Line others() {
        Line made = this.others;
        if (made == null) {
            made = new Line();
            this.others = made;
        }
        return made;
    }

    /**
     * Adds the result of a callback that is about to be counted. Under the lock.
     */
    final void add(Object result) {
        if (this.first == null) {
            this.first = result;
            return;
        }
        others().addLast(result);
    }

    /**
     * Takes back the result of a callback that was not counted. Under the lock.
     */
    final void takeBack() {
        if (this.others == null || this.others.pollLast() == null) {
            this.first = null;
        }
    }

    /**
     * Takes the result of the callback that is about to run. Under the lock.
     */
    final Object take() {
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
    final void drop() {
        this.first = null;
        this.others = null;
    }

    /**
     * First in, first out. An {@link java.util.ArrayDeque} that runs out of memory while
     * it grows has added the element, and loses all of them with the next one.
     */
    private static final class Line {

        private @Nullable Object[] ring = new @Nullable Object[3];

        private int head;

        private int size;

        void makeRoom() {
            if (this.size == this.ring.length) {
                grow();
            }
        }

        void addLast(Object result) {
            makeRoom();
            this.ring[index(this.size)] = result;
            this.size++;
        }

        @Nullable Object pollFirst() {
            if (this.size == 0) {
                return null;
            }
            Object first = this.ring[this.head];
            this.ring[this.head] = null;
            this.head = index(1);
            this.size--;
            return first;
        }

        @Nullable Object pollLast() {
            if (this.size == 0) {
                return null;
            }
            this.size--;
            int at = index(this.size);
            Object last = this.ring[at];
            this.ring[at] = null;
            return last;
        }

        private int index(int position) {
            int toEnd = this.ring.length - this.head;
            return (position < toEnd) ? this.head + position : position - toEnd;
        }

        private void grow() {
            int length = this.ring.length;
            @Nullable Object[] larger = new @Nullable Object[length + ((length < 64) ? length + 2 : length >> 1)];
            int toEnd = length - this.head;
            System.arraycopy(this.ring, this.head, larger, 0, toEnd);
            System.arraycopy(this.ring, 0, larger, toEnd, this.head);
            this.ring = larger;
            this.head = 0;
        }

    }

}
