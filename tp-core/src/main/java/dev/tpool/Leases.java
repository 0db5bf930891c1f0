package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * What a worker has leased: callbacks of the object whose callback it runs, and of others
 * that take turns with it, which rest meanwhile. One word says what is left of each, so
 * that to go on from one to the next is one step.
 */
final class Leases {

    /*-
     * Layout of the word, high to low
     *
     *   63..28  number   of leases so far, so that no two words of a worker are alike
     *   27      OPENING  the owner is about to take callbacks for the current lease out of its object's state word
     *   26..24  current  which lease does not rest: the one of what the owner runs, plus one; 0 if all do
     *   23..0   left     for each lease, 6 bits: callbacks that have been taken and have not begun
     *
     * Transitions
     *
     *   by         when                                        change                             how
     *   owner      left = 0, the lease's object was written    number + 1, OPENING, current       add
     *   owner      has taken callbacks, or could not           not OPENING, left = n              add
     *   owner      begins the next one                         left of the current - 1            CAS
     *   owner      has run one and not settled, it is the      current = the other, left of the   CAS
     *              turn of another lease; left > 0 in both     other - 1
     *   owner      has run one and not settled, it is          current = 0                        CAS
     *              something else's turn; left > 0
     *   owner      it is the turn of a lease that rests        current = it, left of it - 1       CAS
     *   owner      has something else to do                    left = 0, puts back                CAS
     *   another    finds the owner held up                     left = 0, puts back                CAS
     *   canceller  drops all of the object                     left = 0                           CAS
     *   claimer    of a wait, has to be told of them first     left = 0, puts back                CAS
     *
     * A lease that is not current and of which something is left rests. Since left only grows with another number,
     * no word comes back, and what was read of a lease between two looks at the word, or before it was changed, was
     * so: an object is written while nothing is left of its lease, before OPENING.
     *
     * Each object has an execution that counts as running as long as anything of it is left. Of the current lease it
     * is the owner's own, which ends the lease before it settles or disassociates. Of one that rests it is the last one that the
     * owner has run, and has not settled: the owner goes on with it when it resumes the lease, and whoever takes what is left
     * away takes that over, too, and settles it. Whoever else puts callbacks back holds the object by an
     * execution of his own meanwhile. So an object is never seen to be quiet, or to have nothing leased, while
     * callbacks of it are on their way.
     *
     * OPENING is set before the state word is changed, and everybody else reads the state word before the
     * leases. So who does not find callbacks in the state word finds that they are about to be here, if they
     * are: a canceller waits for that moment, and a worker that is about to park does not. What goes the other
     * way, back to the state word, would be seen in neither by a canceller in between: so putting back and
     * cancelling take turns, by a lock of the queue. Whoever has it waits for nobody who wants it: for an owner
     * that is opening, and for a wait's own lock, whose holders never want it.
     */

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "word",
            VarHandle.class, Leases.class, long.class);

    /** Of so many objects there are leases at a time, at most. */
    private static final int MOST_OBJECTS = 4;

    private static final int LEFT_BITS = 6;

    private static final long LEFT = (1L << LEFT_BITS) - 1;

    private static final long ALL_LEFT = (1L << (MOST_OBJECTS * LEFT_BITS)) - 1;

    private static final int CURRENT_SHIFT = MOST_OBJECTS * LEFT_BITS;

    private static final long CURRENT = 7L << CURRENT_SHIFT;

    private static final long OPENING = 1L << 27;

    private static final long NUMBER_ONE = 1L << 28;

    /** How {@link #takeAllOf} says that the lease rested. */
    private static final long HOLD = 1L << 32;

    /** So many callbacks of one object are taken at most. */
    static final int MOST = 32;

    // Its owner writes to it for each callback, and others read what is next to it.
    @SuppressWarnings("unused")
    private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;

    private volatile long word;

    /** Where in the word what is left of the current lease is. Owned by the owner. */
    private int currentShift;

    /** {@code null} if the owner runs what it has no lease of. Owned by the owner. */
    private @Nullable Lease current;

    /** How many are of an object. Owned by the owner. */
    private int used;

    private final Lease[] leases = { new Lease(), new Lease(), new Lease(), new Lease() };

    @SuppressWarnings("unused")
    private long gapA, gapB, gapC, gapD, gapE, gapF, gapG, gapH;

    /**
     * Whether callbacks are left, or about to be.
     */
    boolean areOpen() {
        return (this.word & (ALL_LEFT | OPENING)) != 0;
    }

    /**
     * How many callbacks are left. For those who only want to know.
     */
    long left() {
        long seen = this.word;
        long sum = 0;
        for (int shift = 0; shift < CURRENT_SHIFT; shift += LEFT_BITS) {
            sum += (seen >>> shift) & LEFT;
        }
        return sum;
    }

    /**
     * How many of them are of a certain object. Waits for the moment in which the owner
     * is just about to take something.
     * @return for {@link #countOf} and {@link #holdsOf}
     */
    long leftOf(TpObject object) {
        while (true) {
            long seen = this.word;
            int at = find(object, seen);
            if (at < 0) {
                return 0;
            }
            long left = leftAt(at, seen);
            long now = this.word;
            // Once nothing is left the owner may write whose the next one will be.
            if (left != 0 && isOfSameLeases(now, seen) && leftAt(at, now) != 0) {
                return left;
            }
        }
    }

    /**
     * Takes away what is left of a certain object. Waits for the moment in which the
     * owner is just about to take something.
     * @return for {@link #countOf} and {@link #holdsOf}
     */
    long takeAllOf(TpObject object) {
        while (true) {
            long seen = this.word;
            int at = find(object, seen);
            long left = (at < 0) ? 0 : leftAt(at, seen);
            if (at < 0 || (left != 0 && WORD.compareAndSet(this, seen, seen & ~(LEFT << (at * LEFT_BITS))))) {
                return left;
            }
        }
    }

    /**
     * Which lease is of a certain object and has something left, or is about to; that one
     * gets a moment. For those who are not the owner, who have to see whether the word is
     * still the same.
     * @return less than 0 if there is none
     */
    @SuppressWarnings("ThreadPriorityCheck") // The owner may have lost its processor.
    private int find(TpObject object, long seen) {
        for (int at = 0; at < MOST_OBJECTS; at++) {
            boolean opening = (seen & OPENING) != 0 && currentOf(seen) == at;
            if ((opening || leftAt(at, seen) != 0) && this.leases[at].seenObject() == object) {
                if (opening) {
                    Thread.yield();
                }
                return at;
            }
        }
        return -1;
    }

    private static boolean isOfSameLeases(long word, long seen) {
        return (word & -NUMBER_ONE) == (seen & -NUMBER_ONE);
    }

    private static int currentOf(long seen) {
        return (int) ((seen & CURRENT) >>> CURRENT_SHIFT) - 1;
    }

    private static long leftAt(int at, long seen) {
        long left = (seen >>> (at * LEFT_BITS)) & LEFT;
        return (left != 0 && currentOf(seen) != at) ? left + HOLD : left;
    }

    /**
     * How many callbacks were taken away from a lease, or from several.
     * @param taken the sum of what {@link #takeAllOf} has returned
     */
    static int countOf(long taken) {
        return (int) (taken & (HOLD - 1));
    }

    /**
     * How many of those leases rested: so often does the object count as running without
     * an execution. Whoever has taken them away settles that.
     */
    static int holdsOf(long taken) {
        return (int) (taken / HOLD);
    }

    /**
     * Puts back what is left. For those who are not the owner.
     * @return whether something was
     */
    boolean putBack() {
        boolean put = false;
        for (int at = 0; at < MOST_OBJECTS; at++) {
            long seen = this.word;
            TpObject of = (leftAt(at, seen) != 0) ? this.leases[at].seenObject() : null;
            put |= of != null && isOfSameLeases(this.word, seen) && of.putBackFrom(this);
        }
        return put;
    }

    /**
     * The lease of what the owner runs, if it has leased that. For the owner.
     */
    @Nullable Lease current() {
        return this.current;
    }

    /**
     * Says that callbacks of a work object are about to be taken, for the current lease
     * or, if there is none, for one that is free. For the owner.
     */
    void open(TpWork work, TpWorkCallback<@Nullable Object> callback, @Nullable Object context) {
        openable().isFor(work, callback, context);
        open();
    }

    /**
     * The same for a wait, whose callbacks are all told that it was signalled. For the
     * owner.
     */
    void open(TpWait wait, TpWaitCallback<@Nullable Object> callback, @Nullable Object context) {
        openable().isFor(wait, callback, context);
        open();
    }

    private Lease openable() {
        Lease existing = this.current;
        if (existing != null) {
            return existing;
        }
        int at = 0;
        while (this.leases[at].object() != null) {
            at++;
        }
        this.used++;
        return goOnWith(at);
    }

    private void open() {
        long seen = this.word;
        long current = (this.currentShift / LEFT_BITS + 1L) << CURRENT_SHIFT;
        // Others change nothing but what is left.
        WORD.getAndAdd(this, NUMBER_ONE + OPENING + current - (seen & (CURRENT | OPENING)));
    }

    /**
     * Says how many have been taken, without the one that begins at once. For the owner.
     */
    void opened(int left) {
        WORD.getAndAdd(this, ((long) left << this.currentShift) - OPENING);
    }

    /**
     * Begins one more of the callbacks of the current lease. For the owner.
     * @return {@code false} if none is left
     */
    boolean next() {
        int shift = this.currentShift;
        long seen = (this.current != null) ? (long) WORD.getOpaque(this) : 0;
        while ((seen & (LEFT << shift)) != 0) {
            if (WORD.compareAndSet(this, seen, seen - (1L << shift))) {
                return true;
            }
            seen = this.word;
        }
        return false;
    }

    /**
     * Whether another object can be leased, once the one that the owner runs rests. For
     * the owner.
     */
    boolean haveFree() {
        return this.used < MOST_OBJECTS;
    }

    /**
     * It is something else's turn: the execution that has just ended counts as running
     * until it is this one's again. For the owner.
     * @return {@code false} if nothing of the current lease is left
     */
    boolean rest() {
        long left = LEFT << this.currentShift;
        long seen = (this.current != null) ? (long) WORD.getOpaque(this) : 0;
        while ((seen & left) != 0) {
            if (WORD.compareAndSet(this, seen, seen & ~CURRENT)) {
                this.current = null;
                return true;
            }
            seen = this.word;
        }
        return false;
    }

    /**
     * Begins the next callback of a lease that rests. For the owner, with no current
     * lease.
     * @return {@code null} if there is no lease of the node, or somebody has taken all of
     * it away
     */
    @Nullable Lease resume(QueueNode node) {
        int at = indexOf(node);
        if (at < 0) {
            return null;
        }
        long seen = (long) WORD.getOpaque(this);
        while (leftAt(at, seen) != 0) {
            if (WORD.compareAndSet(this, seen, resumed(at, seen))) {
                return goOnWith(at);
            }
            seen = this.word;
        }
        free(this.leases[at]);
        return null;
    }

    /**
     * The same of another lease, while the current one begins to rest.
     * @return {@code null} if that cannot be done in one step
     */
    @Nullable Lease turnTo(QueueNode node) {
        int at = indexOf(node);
        Lease other = (at >= 0) ? this.leases[at] : null;
        if (other == null || other == this.current || !other.environment().isPlain() || !other.environment().isBare()) {
            return null;
        }
        long left = LEFT << this.currentShift;
        long seen = (this.current != null) ? (long) WORD.getOpaque(this) : 0;
        while ((seen & left) != 0 && leftAt(at, seen) != 0) {
            if (WORD.compareAndSet(this, seen, resumed(at, seen))) {
                return goOnWith(at);
            }
            seen = this.word;
        }
        return null;
    }

    private Lease goOnWith(int at) {
        Lease lease = this.leases[at];
        this.current = lease;
        this.currentShift = at * LEFT_BITS;
        return lease;
    }

    private static long resumed(int at, long seen) {
        return ((seen & ~CURRENT) | ((at + 1L) << CURRENT_SHIFT)) - (1L << (at * LEFT_BITS));
    }

    private int indexOf(QueueNode node) {
        for (int at = 0; at < MOST_OBJECTS; at++) {
            if (this.leases[at].object() == node) {
                return at;
            }
        }
        return -1;
    }

    /**
     * Puts back what is left, while a callback of the owner runs or is about to. For the
     * owner.
     */
    void putBackRest() {
        for (int at = 0; at < MOST_OBJECTS; at++) {
            putBackRest(at);
        }
    }

    private void putBackRest(int at) {
        TpObject of = this.leases[at].object();
        if (of != null && leftAt(at, this.word) != 0) {
            of.putBack(this);
        }
    }

    /**
     * Puts back what is left of the current lease, and forgets whose it was. For the
     * owner, while its execution counts as running.
     */
    void endCurrent() {
        Lease ending = this.current;
        if (ending != null) {
            putBackRest(this.currentShift / LEFT_BITS);
            free(ending);
            this.current = null;
        }
    }

    /**
     * The same of all that rest. For the owner, between two executions.
     */
    void endRests() {
        if (this.used > 0) {
            putBackRest();
            for (Lease each : this.leases) {
                if (each.object() != null) {
                    each.isForNobody();
                }
            }
            this.used = 0;
            this.current = null;
        }
    }

    private void free(Lease lease) {
        lease.isForNobody();
        this.used--;
    }

}
