package dev.tpool.sync;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A first-in first-out line that anyone can leave in constant time: a doubly linked list
 * through its own nodes. Has no lock; its owner guards it.
 */
final class WaitLine {

    private static final VarHandle LINE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "line",
            VarHandle.class, WaitLine.Node.class, WaitLine.class);

    private final SignalCount owner;

    private @Nullable Node first;

    private @Nullable Node last;

    private int size;

    WaitLine(SignalCount owner) {
        this.owner = owner;
    }

    SignalCount owner() {
        return this.owner;
    }

    @Nullable Node first() {
        return this.first;
    }

    boolean isEmpty() {
        return this.first == null;
    }

    int size() {
        return this.size;
    }

    /**
     * Puts a node in line, or throws and changes nothing if the stack is too short for
     * that.
     */
    void add(Node node) {
        // First the only call: what follows cannot fail.
        LINE.setRelease(node, this);
        Node before = this.last;
        node.previous = before;
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
        if (!has(node)) {
            return false;
        }
        unlink(node);
        LINE.setRelease(node, null);
        return true;
    }

    boolean has(Node node) {
        return node.line == this;
    }

    /**
     * Takes the first one out of line and lets it accept or decline. To those who look
     * without the guard it stands in line until it has.
     * @return whether it has accepted
     */
    boolean serve(Node served) {
        unlink(served);
        boolean accepted = served.accept();
        LINE.setRelease(served, null);
        return accepted;
    }

    private void unlink(Node node) {
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
        this.size--;
    }

    /**
     * One who stands in line: a blocked thread or a registered waiter. May come back once
     * it has left or was told.
     */
    abstract static class Node extends Telling.Told {

        private @Nullable Node previous;

        /** The next in line or, once out of line, the next to be told. */
        @Nullable Node next;

        /**
         * Where it stands. Written under that line's guard, and so the same under the
         * guard of a line as long as it is that line.
         */
        private volatile @Nullable WaitLine line;

        /**
         * Where it stands. To be looked at without a guard, too: whoever sees that it has
         * left sees what it has accepted.
         */
        final @Nullable WaitLine line() {
            return this.line;
        }

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
         * returned, outside every lock.
         */
        @Override
        abstract void tell();

    }

}
