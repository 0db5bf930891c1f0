package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The queue of a pool: three lanes, one per priority, each first in, first out. A lane
 * higher up is always emptied first.
 */
final class CallbackQueue {

    /*-
     * Each lane has two parts.
     *
     *   arrivals   a stack that anybody pushes on with one compare-and-set. The node is linked before
     *              it becomes visible, so there is no moment at which a place is claimed and not yet
     *              filled: a poster that is preempted holds nobody up.
     *   line       the nodes in order, oldest first, reached only under the lock. When it is empty the
     *              whole stack of arrivals is taken at once and turned round.
     *
     * A node is pushed only by the thread that won the node's place in the queue (for objects, the
     * QUEUED bit of the state word), and taken by exactly one thread. Pushing compares the head with the
     * value that the node was linked to, so a head that was taken and came back does no harm.
     *
     * A poster pushes and then looks whether somebody has to be woken; a worker says that it is about to
     * park and then looks at the queue again. Both steps are sequentially consistent, so one of the two
     * sees the other.
     */

    private final ReentrantLock lock = new ReentrantLock();

    private final Lane high = new Lane();

    private final Lane normal = new Lane();

    private final Lane low = new Lane();

    void add(QueueNode node, TpPriority priority) {
        lane(priority).push(node);
    }

    /**
     * Takes the oldest node of the highest priority.
     * @return the node, which no longer is in the queue, or {@code null} if there is none
     */
    @Nullable QueueNode take() {
        if (isEmpty()) {
            return null;
        }
        this.lock.lock();
        try {
            QueueNode node = this.high.poll();
            if (node == null) {
                node = this.normal.poll();
            }
            return (node != null) ? node : this.low.poll();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Whether there is nothing to take. Objects whose callbacks were all cancelled keep
     * their place until a worker comes by, so {@code false} does not promise that there
     * is something to run.
     */
    boolean isEmpty() {
        return this.high.isEmpty() && this.normal.isEmpty() && this.low.isEmpty();
    }

    /**
     * The one-shots in the queue that were not cancelled. Counts under the lock what is
     * in line, and what has arrived by walking the stack while it grows.
     */
    long countOneShots() {
        this.lock.lock();
        try {
            return this.high.countOneShots() + this.normal.countOneShots() + this.low.countOneShots();
        }
        finally {
            this.lock.unlock();
        }
    }

    private Lane lane(TpPriority priority) {
        return switch (priority) {
            case HIGH -> this.high;
            case NORMAL -> this.normal;
            case LOW -> this.low;
        };
    }

    private static final class Lane {

        private static final VarHandle ARRIVALS = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "arrivals",
                VarHandle.class, Lane.class, QueueNode.class);

        private volatile @Nullable QueueNode arrivals;

        /**
         * Written under the lock, read by anybody who wants to know whether the lane is
         * empty.
         */
        private volatile @Nullable QueueNode line;

        void push(QueueNode node) {
            QueueNode head;
            do {
                head = this.arrivals;
                node.next = head;
            }
            while (!ARRIVALS.compareAndSet(this, head, node));
        }

        @Nullable QueueNode poll() {
            QueueNode first = this.line;
            if (first == null) {
                if (this.arrivals == null) {
                    return null;
                }
                // A placeholder, so that the rest is never seen to be in neither part:
                // isEmpty() reads the
                // parts in the order in which nodes move through them.
                this.line = this.arrivals;
                first = reversed((QueueNode) ARRIVALS.getAndSet(this, null));
            }
            this.line = first.next;
            first.next = null;
            return first;
        }

        boolean isEmpty() {
            return this.arrivals == null && this.line == null;
        }

        long countOneShots() {
            return countOneShots(this.line) + countOneShots(this.arrivals);
        }

        private static long countOneShots(@Nullable QueueNode from) {
            long count = 0;
            for (QueueNode node = from; node != null; node = node.next) {
                if (node instanceof OneShot || (node instanceof TrackedOneShot tracked && tracked.pending() > 0)) {
                    count++;
                }
            }
            return count;
        }

        private static QueueNode reversed(QueueNode newest) {
            QueueNode oldest = newest;
            QueueNode behind = null;
            QueueNode node = newest;
            while (node != null) {
                QueueNode before = node.next;
                node.next = behind;
                behind = node;
                oldest = node;
                node = before;
            }
            return oldest;
        }

    }

}
