package dev.tpool;

import java.util.Arrays;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The queue of a pool: a lane for each priority, and stripes of the one for normal
 * priority, near to some of the workers. What has a higher priority is taken first,
 * wherever it is.
 */
final class CallbackQueue {

    /*-
     * A node is added only by the thread that won the node's place in the queue (for objects, the QUEUED bit
     * of the state word), and taken by exactly one thread. There are two exceptions to the second: an object
     * that is alone in its lane or stripe and has more than one callback pending keeps its place while its
     * callbacks are claimed one by one in its state word. It would be added again at once, behind nobody. And one-shots
     * are claimed in line, where they stay for a while though they have begun (Stripe).
     *
     * Stripes hold nodes of normal priority only. So whoever looks for something of high priority has one
     * place to look at.
     *
     * What is in line in a stripe, or in its rear, is older than what is in the lane, and goes back to the front of
     * the lane if it goes back. What has arrived in a stripe is served after the lane, and goes to its end.
     *
     * Nodes that move from the lane to a stripe can be seen in one of them at any time. Nodes that move
     * from a stripe, or in it from its arrivals or its rear to its line, are in neither place for a moment: another
     * worker may take something of low priority meanwhile, or park. Whoever moves them looks afterwards whether
     * somebody has to be woken, as whoever has added one does.
     *
     * A poster adds and then looks whether somebody has to be woken; a worker says that it is about to
     * park and then looks at the queue again, lanes first and then stripes. All these steps are sequentially
     * consistent, so one of the two sees the other.
     */

    /** More workers than that do not compute at the same time. */
    private static final int MOST_STRIPES = Math.max(8, 2 * Runtime.getRuntime().availableProcessors());

    private final Lane high = new Lane();

    private final Lane normal = new Lane();

    private final Lane low = new Lane();

    /** See {@link Leases}. */
    private final BriefLock moves = new BriefLock();

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

    /**
     * By which cancels of leased callbacks, and those who put leased ones back, take
     * turns.
     */
    BriefLock moves() {
        return this.moves;
    }

    Stripe[] stripes() {
        return this.stripes;
    }

    /**
     * Adds the stripe of a worker, unless there are as many as help: whoever looks for
     * work looks at all of them.
     * @return whether it was added, and may be used
     */
    synchronized boolean addStripe(Stripe stripe) {
        Stripe[] present = this.stripes;
        if (present.length >= MOST_STRIPES) {
            return false;
        }
        Stripe[] more = Arrays.copyOf(present, present.length + 1);
        more[present.length] = stripe;
        this.stripes = more;
        return true;
    }

    /**
     * Takes a stripe away, whose owner adds nothing any more.
     */
    synchronized void removeStripe(Stripe stripe) {
        empty(stripe);
        this.stripes = Arrays.stream(this.stripes).filter((each) -> each != stripe).toArray(Stripe[]::new);
    }

    /**
     * Moves all that is in a stripe to the lane, what was in line to its front.
     * @return whether there was something
     */
    boolean empty(Stripe stripe) {
        boolean moved = putBack(stripe.takeRear());
        moved |= putBack(stripe.takeLine());
        QueueNode arrived = stripe.takeArrivals();
        if (arrived != null) {
            addAgain(arrived);
        }
        return moved || arrived != null;
    }

    private boolean putBack(@Nullable QueueNode oldest) {
        if (oldest != null) {
            this.normal.putBack(oldest);
        }
        return oldest != null;
    }

    /**
     * Adds a node.
     * @param own the stripe of the worker that does it, if it is one
     */
    void add(QueueNode node, TpPriority priority, @Nullable Stripe own) {
        if (priority == TpPriority.NORMAL && own != null && own.isOpen()) {
            own.push(node);
        }
        else {
            laneFor(priority).push(node);
        }
    }

    /**
     * Adds nodes that come before all that the clock adds from here on.
     * @param newest the newest of them, with the others linked to it up to the oldest
     * @param own the stripe of the worker that does it, if it has one: they are put in
     * line there, if nothing is queued that has come before
     */
    void add(QueueNode newest, QueueNode oldest, TpPriority priority, @Nullable Stripe own) {
        if (priority == TpPriority.NORMAL && own != null && own.isAtEnd() && this.normal.isEmpty()) {
            QueueNode first = NodeQueue.turnRound(newest);
            own.fill(first, Stripe.lengthOf(first));
        }
        else {
            laneFor(priority).push(newest, oldest);
        }
    }

    private Lane laneFor(TpPriority priority) {
        return switch (priority) {
            case HIGH -> this.high;
            case NORMAL -> this.normal;
            case LOW -> this.low;
        };
    }

    /**
     * Moves nodes to the end of the lane.
     * @param oldest the first of them, with the others linked to it in order
     */
    void addAgain(QueueNode oldest) {
        QueueNode newest = NodeQueue.turnRound(oldest);
        this.normal.push(newest, oldest);
    }

    /**
     * Takes the node that is next by its priority, for whoever is no worker.
     */
    @Nullable QueueNode take() {
        for (Stripe stripe : this.stripes) {
            empty(stripe);
        }
        QueueNode node = this.high.take();
        if (node == null) {
            node = this.normal.take();
        }
        return (node != null) ? node : this.low.take();
    }

    /**
     * Whether there is nothing to take. Objects whose callbacks were all cancelled keep
     * their place until a worker comes by, as do one-shots for a while that were claimed
     * in line, so {@code false} does not promise that there is something to run.
     */
    boolean isEmpty() {
        return this.high.isEmpty() && this.normal.isEmpty() && this.low.isEmpty() && hasEmptyStripes() && !isLeased();
    }

    /**
     * Whether there is more than one node of normal priority, or one of high priority.
     * One-shots that were claimed in line count as long as they are there.
     */
    boolean hasMoreThanOneObject() {
        if (!this.high.isEmpty()) {
            return true;
        }
        NodeQueue of = this.normal.isEmpty() ? null : this.normal;
        for (Stripe stripe : this.stripes) {
            if (!stripe.isEmpty()) {
                if (of != null) {
                    return true;
                }
                of = stripe;
            }
        }
        return of != null && of.alone() == null;
    }

    boolean hasEmptyStripes() {
        for (Stripe stripe : this.stripes) {
            if (!stripe.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether any worker has leased something, or is about to.
     */
    boolean isLeased() {
        for (Stripe stripe : this.stripes) {
            if (stripe.leases.areOpen()) {
                return true;
            }
        }
        return false;
    }

    /**
     * How many callbacks all workers that are there have begun so far, but for those
     * without a stripe here.
     */
    long begun() {
        long sum = 0;
        for (Stripe stripe : this.stripes) {
            sum += stripe.begun();
        }
        return sum;
    }

    /**
     * All callbacks that workers have leased.
     */
    long leased() {
        long sum = 0;
        for (Stripe stripe : this.stripes) {
            sum += stripe.leases.left();
        }
        return sum;
    }

    /**
     * Those of the pending callbacks of an object that workers have leased.
     */
    long leased(TpObject object) {
        return Leases.countOf(leasesOf(object));
    }

    /**
     * How many leases of an object rest.
     */
    int resting(TpObject object) {
        return Leases.holdsOf(leasesOf(object));
    }

    private long leasesOf(TpObject object) {
        long sum = 0;
        for (Stripe stripe : this.stripes) {
            sum += stripe.leases.leftOf(object);
        }
        return sum;
    }

    /**
     * Takes all callbacks of an object away that workers have leased. Under the lock of
     * the moves.
     * @return for {@link Leases#countOf} and {@link Leases#holdsOf}
     */
    long takeLeased(TpObject object) {
        long sum = 0;
        for (Stripe stripe : this.stripes) {
            sum += stripe.leases.takeAllOf(object);
        }
        return sum;
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
        // First where nodes move to, so that they are rather missed than counted twice.
        for (Stripe stripe : this.stripes) {
            stripe.forEach(counter);
        }
        this.high.forEachUnderLock(counter);
        this.normal.forEachUnderLock(counter);
        this.low.forEachUnderLock(counter);
        return count[0];
    }

}
