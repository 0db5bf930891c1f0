package dev.tpool;

/**
 * The state word of an object: what posters, workers, cancellers, waiters and closers
 * agree on with one compare-and-set.
 */
final class ObjectState {

    /*-
     * Layout, high to low
     *
     *   63..62  unused     always 0
     *   61      MIXED      the pending callbacks of a wait are told different things: claim them under its lock
     *   60      CREATING   its pool knows it, its group and library perhaps not yet: do not free it
     *   59      IN_FLIGHT  an I/O object has operations that have not completed, written off or not
     *   58      STARTED    an I/O object has operations that somebody has to wait for
     *   57      HELD       the group close that released the object is not done with it: do not free it
     *   56      RELEASED   a group close has released the object (comes with CLOSED)
     *   55      FREED      closed and quiescent: it has left its group and its pool
     *   54      CLOSED     no more posts
     *   53      WAITED     somebody waits: whoever leaves nothing pending has to tell
     *   52      QUEUED     the object has its place in the queue, or a worker has just taken it from there
     *   51..32  running    executions that have begun and not settled, leases that rest, and whoever has to keep the object
     *                      from being quiet for a moment: a worker that puts a lease back, or asks a deferred one-shot
     *   31..0   pending    posts that have not begun and were not cancelled
     *
     * Invariants (ObjectStateTests, PoolStressTests)
     *
     *   executions + cancelled = posts, once nothing is pending or running
     *   pending > 0 implies QUEUED, but for the instant in which a poster is about to set it, and for a
     *   deferred one-shot that waits to be posted
     *   the node is in the queue at most once: who sets QUEUED pushes it; that of a one-shot may be left there
     *   for a while without it, since nobody ever pushes it again (Stripe)
     *   FREED implies CLOSED, pending = running = 0 and not IN_FLIGHT, and is set once; nothing runs after
     *   it or after RELEASED, though a poster that is about to be refused may show for a moment as pending
     *   STARTED implies IN_FLIGHT
     *   MIXED implies pending > 0, but for whoever has the wait's lock
     *
     * Transitions
     *
     *   by           when                            change                                   how
     *   poster       any state                       pending + 1                              add
     *   poster       QUEUED was not set              QUEUED, then push                        CAS
     *   poster       a WorkerThread; not QUEUED,     pending + 1 and QUEUED instead, then     CAS
     *                not CLOSED, pending = 0           push
     *   poster       CLOSED was set                  pending - 1 if it is still there         CAS
     *   worker       took the node, pending > 1      pending - 1, running + 1, then push      CAS
     *   worker       took the node, pending = 1      pending - 1, running + 1, not QUEUED     CAS
     *   worker       saw a one-shot in line,         pending - 1, running + 1, not QUEUED     CAS
     *                pending = 1
     *   worker       took the node, nothing to run   not QUEUED                               CAS
     *   worker       took a deferred one-shot,       not QUEUED, running + 1                  CAS
     *                pending = 1
     *   worker       has asked it, and perhaps       running - 1                              add
     *                claimed it as others are
     *   worker       saw the node alone in its lane, pending - 1, running + 1                 CAS
     *                QUEUED, pending > 1
     *   worker       it is a node's turn, QUEUED,    pending - n, running + 1: one begins,    CAS
     *                not MIXED, pending > n          the others are leased (Leases)
     *   worker       end of an execution, the node   pending - n: one begins, the others are  CAS
     *                alone, QUEUED, not MIXED,       leased (Leases)
     *                pending > n
     *   lessee       something else comes first      pending + what is left of the lease,     add
     *                                                running - 1 if that rested
     *   worker       finds a lessee held up, and     running + 1 meanwhile                    CAS
     *                running > 0
     *                                                pending + what is left of the lease,     add
     *                                                running - 1 if that rested
     *   canceller    has taken the rest of leases    running - how many of them rested        add
     *   worker       took the node, MIXED,           pending + what is leased, if anything    add
     *                running > 0
     *   who put back QUEUED was not set              QUEUED, then push                        CAS
     *   canceller    always                          pending = 0, not MIXED                   CAS
     *   clock, wait  a result unlike those before    MIXED, before its post                   or
     *   worker       MIXED, took the last one        not MIXED, in the same step              CAS
     *   worker       end of an execution             running - 1                              add
     *   worker       end of a one-shot that is not   running - 1, FREED                       add
     *                disassociated
     *   waiter       about to look at the counts     WAITED                                   or
     *   last waiter  leaves                          not WAITED                               and
     *   closer       close()                         CLOSED                                   or
     *   clock, wait  not CLOSED, not full            pending + 1, QUEUED, then push           CAS
     *   poster       the same, and there is a        pending + 1, QUEUED, then push           CAS
     *                monitor or a context
     *   I/O object   not full                        pending + 1, QUEUED, then push           CAS
     *   I/O object   operation started, not CLOSED   STARTED and IN_FLIGHT                    CAS
     *   I/O object   last one over or written off    not STARTED, after its post was counted  and
     *   I/O object   last one over                   not IN_FLIGHT                            and
     *   group        is closed, a one-shot joins     pending = 0, FREED                       CAS
     *   whoever      rejects a deferred one-shot     pending = 0                              CAS
     *   group close  pending = running = 0,          CLOSED, RELEASED and HELD                CAS
     *                not STARTED, not FREED
     *   group close  the cancel callback is over     not HELD                                 and
     *   creator      pool, library and group know it not CREATING                             and
     *   who sees     CLOSED, nothing outstanding,    FREED                                    CAS
     *                not HELD, not CREATING, not IN_FLIGHT
     *
     * What it does not say: how many callbacks workers have leased, which are pending, too, and have left the
     * count here (running is not 0 as long as there are any); and which executions are disassociated. There are few, so their number is kept
     * with the waiters, under their lock (ObjectWaiters); associated is running less that number. An
     * object that was cancelled keeps its place in the queue until a worker comes by.
     */

    static final long PENDING_ONE = 1L;

    static final long MAX_PENDING = 0xFFFF_FFFFL;

    /**
     * Posts are added before they are checked. This many concurrent posters may overshoot
     * at once without the count running over into its neighbour.
     */
    static final long PENDING_HEADROOM = 1L << 20;

    static final long RUNNING_ONE = 1L << 32;

    static final int MAX_RUNNING = (1 << 20) - 1;

    static final long QUEUED = 1L << 52;

    static final long WAITED = 1L << 53;

    static final long CLOSED = 1L << 54;

    static final long FREED = 1L << 55;

    static final long RELEASED = 1L << 56;

    static final long HELD = 1L << 57;

    static final long STARTED = 1L << 58;

    static final long IN_FLIGHT = 1L << 59;

    static final long CREATING = 1L << 60;

    static final long MIXED = 1L << 61;

    private ObjectState() {
    }

    static long pending(long state) {
        return state & MAX_PENDING;
    }

    static int running(long state) {
        return (int) (state >>> 32) & MAX_RUNNING;
    }

    static boolean is(long state, long flag) {
        return (state & flag) != 0;
    }

    /**
     * Whether one more cannot be counted.
     */
    static boolean isFull(long state) {
        return pending(state) >= MAX_PENDING - PENDING_HEADROOM;
    }

    static boolean isQuiescent(long state) {
        return (state & (MAX_PENDING | ((long) MAX_RUNNING << 32) | STARTED)) == 0;
    }

    /**
     * Whether nothing is pending, nobody is about to take the object from the queue, and
     * it takes posts.
     */
    static boolean isIdle(long state) {
        return (state & (MAX_PENDING | QUEUED | CLOSED)) == 0;
    }

    /**
     * Whether a worker that took the object out of the queue has something to run. What
     * is pending on an object that has come to its end are posts about to be refused.
     */
    static boolean isClaimable(long state) {
        return pending(state) > 0 && !is(state, FREED | RELEASED);
    }

    /**
     * Whether a worker may claim one callback and leave the object where it is: one more
     * is pending, so whoever takes the object out has something to run.
     */
    static boolean isClaimableInPlace(long state) {
        return pending(state) > 1 && (state & (QUEUED | FREED | RELEASED | MIXED)) == QUEUED;
    }

    /**
     * Whether there are enough of them to take several in one step.
     */
    static boolean areClaimableTogether(long state) {
        return pending(state) > 2 && isClaimableInPlace(state);
    }

    /**
     * Whether somebody waits, and what was waited for may have come with the change that
     * led to this state. As long as anything is pending it has not: whoever takes the
     * last of it away looks, too.
     */
    static boolean isToBeTold(long state) {
        return is(state, WAITED) && pending(state) == 0 && !is(state, STARTED);
    }

    /**
     * Whether the object has come to its end and somebody has to say so.
     */
    static boolean isToBeFreed(long state) {
        return is(state, CLOSED) && isQuiescent(state) && !is(state, HELD | FREED | IN_FLIGHT | CREATING);
    }

    /**
     * The state after a worker has taken the object out of the queue and claimed one of
     * its callbacks.
     */
    static long claimed(long state) {
        long next = state - PENDING_ONE + RUNNING_ONE;
        return (pending(next) == 0) ? next & ~(QUEUED | MIXED) : next;
    }

    static long withoutPending(long state) {
        return state & ~(MAX_PENDING | MIXED);
    }

}
