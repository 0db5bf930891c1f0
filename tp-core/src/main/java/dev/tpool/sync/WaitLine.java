package dev.tpool.sync;

import org.jspecify.annotations.Nullable;

/**
 * A first-in first-out line that anyone can leave in constant time: a doubly linked list
 * through its own nodes. Has no lock; its owner guards it.
 */
final class WaitLine {

    private @Nullable Node first;

    private @Nullable Node last;

    private int size;

    @Nullable Node first() {
        return this.first;
    }

    boolean isEmpty() {
        return this.first == null;
    }

    int size() {
        return this.size;
    }

    void add(Node node) {
        Node before = this.last;
        node.previous = before;
        node.inLine = true;
        this.last = node;
        if (before == null) {
            this.first = node;
        }
        else {
            before.next = node;
        }
        this.size++;
    }

    /**
     * Takes a node out of line; nothing happens if it is not in line any more.
     * @return whether it was
     */
    boolean remove(Node node) {
        if (!node.inLine) {
            return false;
        }
        Node before = node.previous;
        Node after = node.next;
        if (before == null) {
            this.first = after;
        }
        else {
            before.next = after;
        }
        if (after == null) {
            this.last = before;
        }
        else {
            after.previous = before;
        }
        // A node outlives its place in line: it must not keep its old neighbours alive.
        node.previous = null;
        node.next = null;
        node.inLine = false;
        this.size--;
        return true;
    }

    /**
     * One who stands in line: a blocked thread or a registered waiter. May come back once
     * it has left or was told.
     */
    abstract static class Node {

        private @Nullable Node previous;

        /** The next in line or, once out of line, the next to be told. */
        @Nullable Node next;

        private boolean inLine;

        /**
         * How many signals it takes to let this one go.
         */
        int wanted() {
            return 1;
        }

        /**
         * Accepts or declines what was wanted. Called once, just out of line, under the
         * line's guard. Does not throw.
         */
        abstract boolean accept();

        /**
         * Lets go the one who accepted. Called once after {@code accept()}, whatever that
         * returned, outside every lock. Does not throw.
         */
        abstract void tell();

    }

}
