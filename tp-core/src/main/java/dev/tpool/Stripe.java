package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The part of the queue that is nearest to one worker: nodes of normal priority that it
 * has taken from the lane, whose turn comes again, or that were posted by its callbacks.
 * Only the owner adds; anybody may take it all away.
 */
final class Stripe extends NodeQueue {

    /*-
     * Only the owner makes the line anything but null, and only when it is null. Thieves make it null. So
     * when the owner moves the line on by one node, a compare-and-set that finds the first node still there
     * finds the line it has read: there is no ABA.
     */

    private static final VarHandle LINE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "line",
            VarHandle.class, NodeQueue.class, QueueNode.class);

    private static final VarHandle BEGUN = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "begun",
            VarHandle.class, Stripe.class, long.class);

    /** Whether nodes may be added; owned by the owner. */
    private boolean open;

    /** How many callbacks the owner has begun; others look how it gets on. */
    private long begun;

    /** What {@link #begun} was when another worker last looked; races do no harm. */
    private long begunWhenSeen;

    /**
     * Takes the next node in line. For the owner.
     */
    @Nullable QueueNode take() {
        QueueNode first = this.line;
        if (first == null || !LINE.compareAndSet(this, first, first.next)) {
            // All of it was stolen.
            return null;
        }
        first.next = null;
        return first;
    }

    /**
     * Takes the oldest node of what has arrived, and puts the others in line. For the
     * owner, when the line is empty.
     */
    @Nullable QueueNode refill() {
        QueueNode oldest = takeArrivals();
        if (oldest != null) {
            this.line = oldest.next;
            oldest.next = null;
        }
        return oldest;
    }

    boolean hasLine() {
        return this.line != null;
    }

    /**
     * Puts nodes in line. For the owner, when the line is empty.
     */
    void fill(@Nullable QueueNode oldest) {
        this.line = oldest;
    }

    /**
     * Takes all that is in line. What has arrived is taken by {@link #takeArrivals()}.
     * @return the oldest, with the others linked to it in order
     */
    @Nullable QueueNode takeLine() {
        return (this.line != null) ? (QueueNode) LINE.getAndSet(this, null) : null;
    }

    /**
     * Opens or closes it for what is posted or comes again. For the owner.
     */
    void setOpen(boolean open) {
        this.open = open;
    }

    boolean isOpen() {
        return this.open;
    }

    /**
     * The owner begins a callback.
     */
    void count() {
        BEGUN.setOpaque(this, this.begun + 1);
    }

    /**
     * How many callbacks the owner has begun so far.
     */
    long begun() {
        return (long) BEGUN.getOpaque(this);
    }

    /**
     * Whether nodes are left here, and the owner has begun no callback since this was
     * last asked.
     */
    boolean isStuck() {
        long now = begun();
        boolean stuck = now == this.begunWhenSeen && !isEmpty();
        this.begunWhenSeen = now;
        return stuck;
    }

}
