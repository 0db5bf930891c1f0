package dev.tpool;

import java.util.Arrays;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The queue of a pool: a lane for each priority, and a stripe for each worker. What has a
 * higher priority is always taken first, wherever it is.
 */
final class CallbackQueue {

    /*-
     * A node is added only by the thread that won the node's place in the queue (for objects, the QUEUED bit
     * of the state word), and taken by exactly one thread. There is one exception to the second: an object
     * that is alone in its lane or stripe and has more than one callback pending keeps its place while its
     * callbacks are claimed one by one in its state word. It would be added again at once, behind nobody.
     *
     * Stripes hold nodes of normal priority only. So whoever looks for something of high priority has one
     * place to look at.
     *
     * Nodes that move from the lane to a stripe can be seen in one of them at any time. Nodes that move
     * from a stripe are in neither place for a moment. Whoever moves them looks afterwards whether
     * somebody has to be woken, as whoever has added one does.
     *
     * A poster adds and then looks whether somebody has to be woken; a worker says that it is about to
     * park and then looks at the queue again, lanes first and then stripes. All these steps are sequentially
     * consistent, so one of the two sees the other.
     */

    private final Lane high = new Lane();

    private final Lane normal = new Lane();

    private final Lane low = new Lane();

    /** Replaced under the lock of this. */
    private volatile Stripe[] stripes = {};

    Lane high() {
        return this.high;
    }

    Lane normal() {
        return this.normal;
    }

    Lane low() {
        return this.low;
    }

    Stripe[] stripes() {
        return this.stripes;
    }

    synchronized void addStripe(Stripe stripe) {
        Stripe[] more = Arrays.copyOf(this.stripes, this.stripes.length + 1);
        more[this.stripes.length] = stripe;
        this.stripes = more;
    }

    /**
     * Takes a stripe away, whose owner adds nothing any more.
     */
    synchronized void removeStripe(Stripe stripe) {
        for (QueueNode left = stripe.takeAll(); left != null; left = stripe.takeAll()) {
            addAgain(left);
        }
        this.stripes = Arrays.stream(this.stripes).filter((each) -> each != stripe).toArray(Stripe[]::new);
    }

    /**
     * Adds a node.
     * @param own the stripe of the worker that does it, if it is one
     */
    void add(QueueNode node, TpPriority priority, @Nullable Stripe own) {
        switch (priority) {
            case HIGH -> this.high.push(node);
            case NORMAL -> {
                if (own != null && own.isOpen()) {
                    own.push(node);
                }
                else {
                    this.normal.push(node);
                }
            }
            case LOW -> this.low.push(node);
        }
    }

    /**
     * Moves nodes to the end of the lane.
     * @param oldest the first of them, with the others linked to it in order
     */
    void addAgain(QueueNode oldest) {
        QueueNode newest = oldest;
        QueueNode node = oldest.next;
        while (node != null) {
            QueueNode following = node.next;
            node.next = newest;
            newest = node;
            node = following;
        }
        this.normal.push(newest, oldest);
    }

    /**
     * Whether there is nothing to take. Objects whose callbacks were all cancelled keep
     * their place until a worker comes by, so {@code false} does not promise that there
     * is something to run.
     */
    boolean isEmpty() {
        return this.high.isEmpty() && this.normal.isEmpty() && this.low.isEmpty() && hasEmptyStripes();
    }

    private boolean hasEmptyStripes() {
        for (Stripe stripe : this.stripes) {
            if (!stripe.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The one-shots in the queue that were not cancelled. Those that come or go meanwhile
     * may be counted or not.
     */
    long countOneShots() {
        long[] count = new long[1];
        Consumer<QueueNode> counter = (node) -> {
            if (node instanceof OneShot || (node instanceof TrackedOneShot tracked && tracked.pending() > 0)) {
                count[0]++;
            }
        };
        this.high.forEachUnderLock(counter);
        this.normal.forEachUnderLock(counter);
        this.low.forEachUnderLock(counter);
        for (Stripe stripe : this.stripes) {
            stripe.forEach(counter);
        }
        return count[0];
    }

}
