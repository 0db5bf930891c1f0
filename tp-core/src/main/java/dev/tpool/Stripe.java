package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The part of the queue that is nearest to one worker: nodes of normal priority that it
 * has taken from the lane, whose turn comes again, or that were posted by its callbacks.
 * Only the owner adds; anybody may take it all away.
 */
final class Stripe extends NodeQueue {

    /*-
     * Only the owner makes the line anything but null, and only when it is null. Thieves make it null. So
     * when the owner moves the line on, a compare-and-set that finds the first node still there
     * finds the line it has read: there is no ABA.
     *
     * The callback of a tracked one-shot belongs to whoever changes the state word, and its node is never added
     * again. So the owner claims some of those in line where they are, one after the other, and moves the line on once
     * for all of them: each saves a compare-and-set, and a link that is stored into the line, which is old as a rule,
     * so that some collectors put a fence behind it. The last in line is taken as others are, so there is something
     * left in a line of the owner's that is not empty, as far as anybody can know. Others see those that have begun in
     * front, and take them for more than there is, until a thief leaves them out.
     *
     * The owner looks at the line after he has claimed one, and reads its link only if the line is still there: so
     * whoever steals it afterwards sees that one claimed, and cuts its link. What the owner claims behind it may have
     * become the thief's meanwhile, who then finds nothing to claim there, wherever he has put it.
     *
     * A long line is cut in two: what is in the rear follows what is in line. It becomes the line, of which half goes
     * to the rear again, once the line is over. A thief takes the line and leaves the rear. If he took all of it, the
     * owner, with nothing left, would take it back from him in turn, and each node that changes hands is one or two
     * cache misses, which take longer than a short callback. It is the line that he takes, and not the rear, since
     * what is older must not wait for what is younger: the owner may be blocked until the next in line has run. The
     * middle has to be known for that, and the owner comes by each node anyway when it turns round what has arrived.
     * The rear, too, is made anything but null only by the owner, and only when it is null.
     */

    private static final VarHandle LINE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "line",
            VarHandle.class, NodeQueue.class, QueueNode.class);

    private static final VarHandle REAR = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "rear",
            VarHandle.class, Stripe.class, QueueNode.class);

    private static final VarHandle BEGUN = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "begun",
            VarHandle.class, Stripe.class, long.class);

    /** After so long without a callback what is near to a worker is taken from it. */
    static final long STUCK_NANOS = 100_000;

    /** A line that is shorter is not worth another look at it. */
    private static final int SHORTEST_TO_CUT = 32;

    /** After so many laps the largest leases are taken: 2 to the power of it. */
    private static final int MOST_LAPS = Integer.numberOfTrailingZeros(Leases.MOST);

    /** What follows the line, in order. */
    private volatile @Nullable QueueNode rear;

    /**
     * How many nodes were put in line. Thieves may read that of another line: all it says
     * is where to cut.
     */
    private int lineLength;

    /** How many were put to the rear, in the same way. */
    private int rearLength;

    /** What the owner has claimed together; others put it back if it is held up. */
    final Leases leases = new Leases();

    /**
     * The first in line when the owner began to let those in line take turns, if it did.
     */
    private @Nullable QueueNode roundFirst;

    /**
     * Whose turn is next; {@code null} if all had theirs. Thieves may have taken the
     * line, and this node somewhere else. That does no harm: what is claimed in place
     * need not be in a certain place.
     */
    private @Nullable QueueNode turn;

    /**
     * How often all in line have had their turn since the owner began to let them, about:
     * a thief that takes them may set it back at any time, which may be lost.
     */
    private int laps;

    /**
     * Whether the owner has seen an object with more than one callback lately, and taken
     * no node with just one since.
     */
    private boolean turns;

    /**
     * See {@link #hasClaimed()}. Not to be seen from the round, which a thief may end at
     * once.
     */
    private boolean claimedByRefill;

    /**
     * See {@link #hasLostRound()}. Not to be seen from the round, which a thief may end
     * at once.
     */
    private boolean lostRound;

    /** See {@link #hasMovedBack()}. */
    private boolean movedBack;

    /** Whether nodes may be added; owned by the owner. */
    private boolean open;

    /** How many callbacks the owner has begun; others look how it gets on. */
    private long begun;

    /**
     * What {@link #begun} was when another worker last saw it change; races do no harm.
     */
    private long begunWhenSeen = -1;

    /** When that was. */
    private long seenWhen;

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
     * Claims the callback of the first in line and leaves it there, if it is a tracked
     * one-shot and not the only one in line. For the owner, who goes on with
     * {@link #claimBehind} and ends with {@link #passBy}.
     * @return {@code null} if nothing was done
     */
    @Nullable QueueNode claimFirst() {
        QueueNode first = this.line;
        return (first != null) ? claimWhereItIs(first) : null;
    }

    /**
     * Does the same of the one behind that which was claimed last, unless the line was
     * stolen. For the owner.
     * @return {@code null} if nothing was done
     */
    @Nullable QueueNode claimBehind(QueueNode last) {
        QueueNode node = (this.line != null) ? last.next : null;
        return (node != null) ? claimWhereItIs(node) : null;
    }

    private static @Nullable QueueNode claimWhereItIs(QueueNode node) {
        boolean claimed = node instanceof TrackedOneShot oneShot && node.next != null && oneShot.claimOnlyOne();
        return claimed ? node : null;
    }

    /**
     * Moves the line on behind those that were claimed in it, unless it was stolen. For
     * the owner.
     * @param last the last one that was
     */
    void passBy(QueueNode last) {
        QueueNode first = this.line;
        QueueNode following = last.next;
        // One follows as long as the line is there.
        if (first != null && following != null && LINE.compareAndSet(this, first, following)) {
            dropUntil(first, following);
        }
    }

    /**
     * Takes away the links of nodes that have lost their places: a collector would keep
     * what is behind an old one.
     */
    private static void dropUntil(QueueNode first, @Nullable QueueNode end) {
        QueueNode node = first;
        while (node != null && node != end) {
            QueueNode following = node.next;
            node.next = null;
            node = following;
        }
    }

    /**
     * Claims a callback of the node whose turn it is, while all that are in line keep
     * their places. For the owner.
     * @param lane what comes after the line
     * @return {@code null} if the node has to be taken out, which is the first one then,
     * or if nothing is in line any more, since all had their turn and others have not
     */
    @Nullable QueueNode claimInTurn(Lane lane, int most) {
        QueueNode first = this.line;
        if (first == null || !this.turns) {
            return null;
        }
        QueueNode node = whoseTurn(first, lane);
        if (node != null && takesTurn(node, first, most)) {
            return node;
        }
        endRound();
        this.turns = node == null;
        if (node != first) {
            moveBack(node);
        }
        return null;
    }

    /**
     * Claims a callback of the next node of a round that goes on, as {@link #claimInTurn}
     * does. For the owner.
     * @return {@code null} if nothing was done, since there is more to decide
     */
    @Nullable QueueNode claimNextInTurn(Lane lane, int most) {
        QueueNode first = this.line;
        if (first == null || first != this.roundFirst) {
            return null;
        }
        QueueNode node = whoseTurn(first, lane);
        boolean alone = node == first && first.next == null;
        return (node != null && !alone && takesTurn(node, first, most)) ? node : null;
    }

    private @Nullable QueueNode whoseTurn(QueueNode first, Lane lane) {
        QueueNode node = (first == this.roundFirst) ? this.turn : first;
        return (node == null && newest() == null && this.rear == null && lane.isEmpty()) ? first : node;
    }

    /**
     * Whether all had their turn.
     */
    private boolean isLapOver(QueueNode first) {
        return first == this.roundFirst && this.turn == null;
    }

    private void countLap() {
        this.laps = Math.min(this.laps + 1, MOST_LAPS);
    }

    private boolean takesTurn(QueueNode node, QueueNode first, int most) {
        if (!this.open) {
            return false;
        }
        if (isLapOver(first)) {
            countLap();
        }
        Lease lease = this.leases.resume(node);
        if (lease != null) {
            this.turn = lease.following();
        }
        else if (claimOf(node, most)) {
            this.turn = node.next;
            lease = this.leases.current();
            if (lease != null) {
                lease.following(this.turn);
            }
        }
        else {
            // It may have been about to be leased.
            this.leases.endCurrent();
            return false;
        }
        this.roundFirst = first;
        this.lostRound = this.line != first;
        return true;
    }

    /**
     * To lease and to put back costs more than a turn. So it is done only in a round that
     * goes on, and for twice as many turns with each lap.
     */
    private boolean claimOf(QueueNode node, int most) {
        boolean together = this.laps > 0 && most > 1 && this.leases.haveFree();
        return together ? node.claimInPlace(this.leases, Math.min(most, 1 << this.laps)) : node.claimInPlace();
    }

    /**
     * Claims a callback of the next node of the round if it was leased, and lets the
     * lease of the one that has just run rest, all in one step. For the owner.
     * @return {@code false} if nothing was done, since there is more to do
     */
    boolean turnToNext(Lane lane) {
        QueueNode first = this.line;
        if (first == null || first != this.roundFirst || !this.open) {
            return false;
        }
        QueueNode node = whoseTurn(first, lane);
        Lease lease = (node != null) ? this.leases.turnTo(node) : null;
        if (lease != null) {
            if (isLapOver(first)) {
                countLap();
            }
            this.turn = lease.following();
        }
        return lease != null;
    }

    /**
     * Takes the oldest node of what has arrived, and puts the others in line. If several
     * are to take turns it claims a callback of that node instead, which
     * {@link #hasClaimed} tells, and leaves it in front of the others. For the owner,
     * when the line is empty.
     */
    @Nullable QueueNode refill() {
        QueueNode oldest = takeArrivals();
        endRound();
        if (oldest != null) {
            QueueNode others = oldest.next;
            this.claimedByRefill = this.turns && others != null && oldest.claimInPlace();
            if (this.claimedByRefill) {
                this.roundFirst = oldest;
                this.turn = others;
                this.line = oldest;
            }
            else {
                oldest.next = null;
                fillInTwo(others, lengthOf(others));
            }
        }
        return oldest;
    }

    /**
     * Whether {@link #refill} has claimed a callback of the node that it returned last.
     * For the owner.
     */
    boolean hasClaimed() {
        return this.claimedByRefill;
    }

    /**
     * An object has more than the callback that was claimed: to let it take turns with
     * others pays. For the owner.
     */
    void hasTurns() {
        this.turns = true;
    }

    /**
     * Whether nodes went from the line behind what has arrived since this was last asked:
     * they could not be seen meanwhile. For the owner.
     */
    boolean hasMovedBack() {
        boolean moved = this.movedBack;
        this.movedBack = false;
        return moved;
    }

    /**
     * Moves those of the line that had their turn behind what has arrived, before that
     * goes to the lane. For the owner.
     */
    void interruptRound() {
        if (this.roundFirst != null && this.roundFirst == this.line) {
            moveBack(this.turn);
        }
        endRound();
    }

    /**
     * Forgets whose turn it is. For the owner.
     */
    void endRound() {
        // Others look at what lies beside it: it is not written to without need.
        if (this.roundFirst != null || this.turn != null || this.laps != 0) {
            this.roundFirst = null;
            this.turn = null;
            this.laps = 0;
        }
    }

    /**
     * Moves those in front of a node, which had their turn, behind what has arrived.
     */
    private void moveBack(@Nullable QueueNode end) {
        this.movedBack = true;
        QueueNode first = this.line;
        while (first != null && first != end) {
            QueueNode taken = take();
            if (taken != null) {
                push(taken);
            }
            first = this.line;
        }
    }

    /**
     * Whether the line had been stolen when the owner had last claimed callbacks of a
     * node in it. For the owner.
     */
    boolean hasLostRound() {
        return this.lostRound;
    }

    /**
     * Whether nothing is here. Looks at what moves first where it moves from.
     */
    @Override
    boolean isEmpty() {
        return newest() == null && this.rear == null && this.line == null;
    }

    @Override
    boolean isStillAlone(QueueNode node) {
        return this.rear == null && super.isStillAlone(node);
    }

    @Override
    @Nullable QueueNode alone() {
        return (this.rear == null) ? super.alone() : null;
    }

    @Override
    void forEach(Consumer<QueueNode> action) {
        forEach(this.line, action);
        forEach(this.rear, action);
        forEach(newest(), action);
    }

    boolean hasLine() {
        return this.line != null;
    }

    /**
     * Whether there is nothing in line or behind it. For the owner.
     */
    boolean isAtEnd() {
        return this.line == null && this.rear == null;
    }

    /**
     * Puts what is in the rear in line, and half of it to the rear again if it is long.
     * For the owner, when the line is empty. The nodes cannot be seen meanwhile.
     * @return {@code false} if there was nothing
     */
    boolean bringUpRear() {
        int length = this.rearLength;
        QueueNode oldest = takeRear();
        if (oldest == null) {
            return false;
        }
        endRound();
        fillInTwo(oldest, length);
        return true;
    }

    /**
     * Puts nodes in line, and half of them to the rear if they are many.
     */
    private void fillInTwo(@Nullable QueueNode oldest, int length) {
        QueueNode following = null;
        int kept = length;
        if (oldest != null && length >= SHORTEST_TO_CUT) {
            kept = length / 2;
            QueueNode end = oldest;
            for (int left = kept; left > 1 && end.next != null; left--) {
                end = end.next;
            }
            following = end.next;
            end.next = null;
        }
        this.lineLength = kept;
        this.line = oldest;
        if (following != null) {
            this.rearLength = length - kept;
            this.rear = following;
        }
    }

    /**
     * How many nodes are linked to each other.
     */
    static int lengthOf(@Nullable QueueNode oldest) {
        int length = 0;
        for (QueueNode node = oldest; node != null; node = node.next) {
            length++;
        }
        return length;
    }

    /**
     * Puts nodes in line. For the owner, when the line is empty.
     */
    void fill(@Nullable QueueNode oldest) {
        endRound();
        this.lineLength = 0;
        this.line = oldest;
    }

    /**
     * Puts nodes in line that are older than what the lane has, or to the rear if they
     * are many, so that they are cut in two when they are brought up. For the owner, when
     * the rear and the line are empty.
     * @param length how many they are, or about
     */
    void fill(QueueNode oldest, int length) {
        if (length < SHORTEST_TO_CUT) {
            fill(oldest);
        }
        else {
            this.rearLength = length;
            this.rear = oldest;
        }
    }

    /**
     * How many nodes {@link #takeLine()} will take at most, or about.
     */
    int lineLength() {
        return this.lineLength;
    }

    /**
     * How many nodes {@link #takeRear()} will take, or about.
     */
    int rearLength() {
        return this.rearLength;
    }

    /**
     * Takes what follows the line.
     * @return the oldest, with the others linked to it in order
     */
    @Nullable QueueNode takeRear() {
        return (this.rear != null) ? (QueueNode) REAR.getAndSet(this, null) : null;
    }

    /**
     * Takes all that is in line, but for what the owner has claimed in front until now.
     * What follows is taken by {@link #takeRear()}, and what has arrived by
     * {@link #takeArrivals()}.
     * @return the oldest, with the others linked to it in order; {@code null} if nothing
     * is left, though something may have been in line
     */
    @Nullable QueueNode takeLine() {
        QueueNode taken = (this.line != null) ? (QueueNode) LINE.getAndSet(this, null) : null;
        if (taken == null) {
            return null;
        }
        // They may come to their end elsewhere while the owner is busy. If that begins a
        // round just now it begins it once more.
        endRound();
        QueueNode first = taken;
        while (first instanceof TrackedOneShot oneShot && oneShot.hasBegun()) {
            first = first.next;
        }
        dropUntil(taken, first);
        return first;
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
     * Whether nodes are left here, and the owner has begun no callback for as long as it
     * takes to call that stuck, as far as others have looked.
     */
    boolean isStuck(long now) {
        long seen = begun();
        if (seen != this.begunWhenSeen) {
            // In this order: others must not find it unchanged for so long.
            this.seenWhen = now;
            this.begunWhenSeen = seen;
            return false;
        }
        return now - this.seenWhen >= STUCK_NANOS && !(isEmpty() && !this.leases.areOpen());
    }

}
