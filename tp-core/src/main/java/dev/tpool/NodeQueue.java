package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What a lane and a stripe have in common: a stack of what has arrived, and a line of
 * what is next.
 */
abstract sealed class NodeQueue extends Apart permits Lane, Stripe {

    /*-
     *   arrivals   a stack that is pushed on with one compare-and-set and only ever taken as a whole. The
     *              node is linked before it becomes visible, so there is no moment at which a place is
     *              claimed and not yet filled: a poster that is preempted holds nobody up. Pushing
     *              compares the head with the value that the node was linked to, so a head that was
     *              taken and came back does no harm.
     *   line       nodes in order, the oldest first: what was taken from arrivals, turned round.
     */

    private static final VarHandle ARRIVALS = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "arrivals",
            VarHandle.class, NodeQueue.class, QueueNode.class);

    private volatile @Nullable QueueNode arrivals;

    volatile @Nullable QueueNode line;

    final void push(QueueNode node) {
        push(node, node);
    }

    /**
     * Pushes nodes that are linked to each other, the newest first.
     */
    final void push(QueueNode newest, QueueNode oldest) {
        QueueNode before;
        do {
            before = this.arrivals;
            oldest.next = before;
        }
        while (!ARRIVALS.compareAndSet(this, before, newest));
    }

    /**
     * Looks at arrivals first, since that is the order in which nodes move.
     */
    boolean isEmpty() {
        return this.arrivals == null && this.line == null;
    }

    final @Nullable QueueNode newest() {
        return this.arrivals;
    }

    /**
     * Whether it still begins with a node that was alone. Does not look at the node
     * itself, whose cache line belongs to posters.
     */
    boolean isStillAlone(QueueNode node) {
        QueueNode newest = this.arrivals;
        QueueNode first = this.line;
        return (first == null) ? newest == node : first == node && newest == null;
    }

    /**
     * The only node, if there is just one. Whoever claims one of its callbacks in place
     * overtakes nobody here.
     */
    @Nullable QueueNode alone() {
        QueueNode newest = this.arrivals;
        QueueNode first = this.line;
        QueueNode only = (first == null) ? newest : first;
        return (only != null && only.next == null && (first == null || newest == null)) ? only : null;
    }

    /**
     * Takes all that has arrived.
     * @return the oldest, with the others linked to it in order
     */
    final @Nullable QueueNode takeArrivals() {
        QueueNode newest = (this.arrivals != null) ? (QueueNode) ARRIVALS.getAndSet(this, null) : null;
        return (newest != null) ? turnRound(newest) : null;
    }

    /**
     * Links nodes the other way round.
     * @param first the one that is linked to the others
     * @return the one that has become the first
     */
    static QueueNode turnRound(QueueNode first) {
        QueueNode turned = first;
        QueueNode node = first.next;
        first.next = null;
        while (node != null) {
            QueueNode following = node.next;
            node.next = turned;
            turned = node;
            node = following;
        }
        return turned;
    }

    /**
     * Shows the nodes to somebody. Those that come, go or move meanwhile may be shown or
     * not: the line first, so that what moves there is rather missed than shown twice.
     */
    void forEach(Consumer<QueueNode> action) {
        forEach(this.line, action);
        forEach(this.arrivals, action);
    }

    static void forEach(@Nullable QueueNode first, Consumer<QueueNode> action) {
        for (QueueNode node = first; node != null; node = node.next) {
            action.accept(node);
        }
    }

}
