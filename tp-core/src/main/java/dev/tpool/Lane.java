package dev.tpool;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The queue of one priority: first in, first out.
 */
final class Lane extends NodeQueue {

    /*-
     * The line is written only under the lock. When it is empty all arrivals are taken at once and turned
     * round; meanwhile the line stands for them, so that they are never seen to be in neither part.
     */

    private final ReentrantLock lock = new ReentrantLock();

    /**
     * The stripe of a worker that claims callbacks of the only node where it is. When
     * several do it is that of one of them, or of none: nobody relies on it for more than
     * a moment.
     */
    private volatile @Nullable Stripe server;

    // Posters write to one lane while every worker reads the other two, between any two
    // callbacks: they must not share a cache line, nor one that is fetched along with it.
    @SuppressWarnings("unused")
    private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7, gap8, gap9, gap10, gap11, gap12, gap13, gap14, gap15;

    /**
     * A worker has claimed a callback of the only node where it is.
     */
    void served(Stripe by) {
        if (this.server != by) {
            this.server = by;
        }
    }

    /**
     * The worker goes on with something else.
     */
    void left(Stripe by) {
        if (this.server == by) {
            this.server = null;
        }
    }

    @Nullable Stripe server() {
        return this.server;
    }

    /**
     * Takes the oldest node.
     */
    @Nullable QueueNode take() {
        this.lock.lock();
        try {
            return takeFirst(null, 0, 1);
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Takes the oldest node, and moves those that follow to a stripe, which is empty.
     * @param most how many to take at most
     * @param sharers among how many workers those that are in line are shared
     */
    @Nullable QueueNode takeBatch(Stripe stripe, int most, int sharers) {
        this.lock.lock();
        try {
            return takeFirst(stripe, most, sharers);
        }
        finally {
            this.lock.unlock();
        }
    }

    private @Nullable QueueNode takeFirst(@Nullable Stripe stripe, int most, int sharers) {
        QueueNode oldest = this.line;
        if (oldest == null) {
            QueueNode newest = newest();
            if (newest == null) {
                return null;
            }
            this.line = newest;
            oldest = takeArrivals();
            if (oldest == null) {
                throw new AssertionError("taken without the lock");
            }
        }
        QueueNode end = oldest;
        if (stripe != null) {
            for (int left = shareOf(oldest, most, sharers); left > 1 && end.next != null; left--) {
                end = end.next;
            }
        }
        QueueNode rest = end.next;
        if (end != oldest && stripe != null) {
            end.next = null;
            // Before it is gone from here.
            stripe.fill(oldest.next);
        }
        oldest.next = null;
        this.line = rest;
        return oldest;
    }

    private static int shareOf(QueueNode oldest, int most, int sharers) {
        int count = 0;
        for (QueueNode node = oldest; node != null && count < most; node = node.next) {
            count++;
        }
        return (count == most) ? most : (count + sharers - 1) / sharers;
    }

    /**
     * Puts nodes back that were taken from here, before all others.
     * @param oldest the first of them, with the others linked to it in order
     */
    void putBack(QueueNode oldest) {
        QueueNode end = oldest;
        while (end.next != null) {
            end = end.next;
        }
        this.lock.lock();
        try {
            end.next = this.line;
            this.line = oldest;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Shows the nodes to somebody.
     */
    void forEachUnderLock(Consumer<QueueNode> action) {
        this.lock.lock();
        try {
            forEach(action);
        }
        finally {
            this.lock.unlock();
        }
    }

}
