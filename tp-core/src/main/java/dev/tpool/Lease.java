package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Several pending callbacks of one work object or wait that a worker has taken out of the
 * object's state word in one step, to begin them one after the other. Those that have not
 * begun are pending as before: anybody may drop them, or put them back so that others run
 * them, and does as soon as the worker is held up. So the worker and the posters take the
 * state word from each other once for many callbacks instead of once for each.
 * <p>
 * It belongs to a worker and is used again and again.
 */
final class Lease extends Body {

    /*-
     * Layout of the word, high to low
     *
     *   63..17  number   of the lease, so that no two words of a worker are alike
     *   16      OPENING  the owner is about to take callbacks out of the object's state word
     *   15..0   left     callbacks that have been taken and have not begun
     *
     * Transitions
     *
     *   by         when                                        change                 how
     *   owner      left = 0, the object was written            number + 1, OPENING    write
     *   owner      has taken callbacks, or could not           not OPENING, left = n  write
     *   owner      begins the next one                         left - 1               CAS
     *   owner      has something else to do                    left = 0, puts back    CAS
     *   another    finds the owner held up                     left = 0, puts back    CAS
     *   canceller  drops all of the object                     left = 0               CAS
     *   claimer    of a wait, has to be told of them first     left = 0, puts back    CAS
     *
     * The object has an execution that counts as running as long as anything is left: the owner's own, which
     * ends the lease before it settles or disassociates. Whoever else puts callbacks back holds the object
     * by an execution of his own meanwhile. So an object is never seen to be quiet, or to have nothing leased,
     * while callbacks of it are on their way.
     *
     * OPENING is written before the state word is changed, and everybody else reads the state word before the
     * lease. So who does not find callbacks in the state word finds that they are about to be here, if they
     * are: a canceller waits for that moment, and a worker that is about to park does not. What goes the other
     * way, back to the state word, would be seen in neither by a canceller in between: so putting back and
     * cancelling take turns, by a lock of the queue. Whoever has it waits for nobody who wants it: for an owner
     * that is opening, and for a wait's own lock, whose holders never want it.
     *
     * The object is written before OPENING, and read between two reads of the word or before it is changed.
     */

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "word",
            VarHandle.class, Lease.class, long.class);

    private static final VarHandle OBJECT = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "object",
            VarHandle.class, Lease.class, TpObject.class);

    private static final long LEFT = 0xFFFF;

    private static final long OPENING = 1L << 16;

    private static final long NUMBER_ONE = 1L << 17;

    /** So many callbacks are taken at most. */
    static final int MOST = 32;

    // Its owner writes to it for each callback, and others read what is next to it.
    @SuppressWarnings("unused")
    private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;

    private volatile long word;

    /** Written by the owner while nothing is left. */
    private @Nullable TpObject object;

    // Copies, since the object's own share a cache line with its state word.
    private @Nullable TpWorkCallback<@Nullable Object> callback;

    /** Instead of the other one, if it is a wait. */
    private @Nullable TpWaitCallback<@Nullable Object> waitCallback;

    // The object once more, for the owner alone. A cast would read its header for each
    // callback, which may be in the cache line of its state word.

    private @Nullable TpWork work;

    /** Instead of the work object. */
    private @Nullable TpWait wait;

    private @Nullable Object context;

    @SuppressWarnings("unused")
    private long gapA, gapB, gapC, gapD, gapE, gapF, gapG, gapH;

    /**
     * Whether callbacks are left, or about to be.
     */
    boolean isOpen() {
        return (this.word & (LEFT | OPENING)) != 0;
    }

    /**
     * How many callbacks are left. For those who only want to know.
     */
    long left() {
        return this.word & LEFT;
    }

    /**
     * How many of them are of a certain object. Waits for the moment in which the owner
     * is just about to take something.
     */
    @SuppressWarnings("ThreadPriorityCheck") // The owner may have lost its processor.
    long leftOf(TpObject object) {
        while (true) {
            long seen = this.word;
            if ((seen & (LEFT | OPENING)) == 0 || OBJECT.getOpaque(this) != object) {
                return 0;
            }
            if ((seen & OPENING) != 0) {
                Thread.yield();
            }
            else if (this.word == seen) {
                return seen & LEFT;
            }
        }
    }

    /**
     * Says whose callbacks are about to be taken. For the owner.
     */
    void open(TpWork work, TpWorkCallback<@Nullable Object> callback, @Nullable Object context) {
        if (this.object != work) {
            OBJECT.setOpaque(this, work);
            this.work = work;
            this.wait = null;
            this.callback = callback;
            this.waitCallback = null;
            this.context = context;
        }
        open();
    }

    /**
     * The same for a wait, whose callbacks are all told that it was signalled. For the
     * owner.
     */
    void open(TpWait wait, TpWaitCallback<@Nullable Object> callback, @Nullable Object context) {
        if (this.object != wait) {
            OBJECT.setOpaque(this, wait);
            this.work = null;
            this.wait = wait;
            this.callback = null;
            this.waitCallback = callback;
            this.context = context;
        }
        open();
    }

    private void open() {
        this.word = (this.word & ~LEFT) + NUMBER_ONE | OPENING;
    }

    /**
     * Says how many have been taken, without the one that begins at once. For the owner.
     */
    void opened(int left) {
        WORD.setRelease(this, this.word - OPENING + left);
    }

    /**
     * Begins one of the callbacks. For the owner.
     * @return {@code false} if none is left
     */
    boolean next() {
        long seen = (long) WORD.getOpaque(this);
        while ((seen & LEFT) != 0) {
            if (WORD.compareAndSet(this, seen, seen - 1)) {
                return true;
            }
            seen = this.word;
        }
        return false;
    }

    /**
     * Takes away what is left, if it is of a certain object. Waits for the moment in
     * which the owner is just about to take something.
     */
    @SuppressWarnings("ThreadPriorityCheck") // The owner may have lost its processor.
    int takeAllOf(TpObject object) {
        while (true) {
            long seen = this.word;
            if ((seen & (LEFT | OPENING)) == 0 || OBJECT.getOpaque(this) != object) {
                return 0;
            }
            if ((seen & OPENING) != 0) {
                Thread.yield();
            }
            else if (WORD.compareAndSet(this, seen, seen & ~LEFT)) {
                return (int) (seen & LEFT);
            }
        }
    }

    /**
     * Puts back what is left. For those who are not the owner.
     * @return whether something was
     */
    boolean putBack() {
        long seen = this.word;
        TpObject of = (TpObject) OBJECT.getOpaque(this);
        return (seen & LEFT) != 0 && of != null && this.word == seen && of.putBackFrom(this);
    }

    /**
     * Whether it is of a certain node, and was not ended since. For the owner.
     */
    boolean isOf(QueueNode node) {
        return this.object == node;
    }

    /**
     * Puts back what is left, while a callback of the lease runs or is about to. For the
     * owner.
     */
    void putBackRest() {
        TpObject of = this.object;
        if (of != null && isOpen()) {
            of.putBack(this);
        }
    }

    /**
     * Puts back what is left, and forgets whose it was. For the owner, while its
     * execution counts as running.
     */
    void end() {
        if (this.object != null) {
            putBackRest();
            OBJECT.setOpaque(this, null);
            this.callback = null;
            this.waitCallback = null;
            this.work = null;
            this.wait = null;
            this.context = null;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    void invoke(TpCallbackInstance instance) throws Exception {
        TpWork ofWork = this.work;
        if (ofWork != null) {
            Objects.requireNonNull(this.callback).run(instance, this.context, ofWork);
        }
        else {
            Objects.requireNonNull(this.waitCallback)
                .run(instance, this.context, Objects.requireNonNull(this.wait), TpWait.resultOf(instance));
        }
    }

    @Override
    boolean tellCompletion(@Nullable Throwable failure) {
        return false;
    }

}
