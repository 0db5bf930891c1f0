package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * What the queue holds: an object or a one-shot. A node is in the queue at most once,
 * whatever the number of callbacks that are pending on it.
 */
abstract sealed class QueueNode extends Body permits CountedNode, OneShot {

    /**
     * Written only by whoever holds the node's place in the queue, or has seen that it
     * has none any more.
     */
    @Nullable QueueNode next;

    abstract TpEnvironment environment();

    abstract TpCallbackSource source();

    /**
     * Remembers when the node took its place, in the pool's ticks. Called only if
     * somebody measures, by whoever holds the place.
     */
    abstract void queuedAt(long tick);

    /**
     * When the node last took its place, if somebody measures.
     */
    abstract long queuedAt();

    /**
     * Turns one pending callback into a running one. Called by the worker that took the
     * node out of the queue, and puts the node back at the tail if more is pending:
     * nothing is claimed ahead, so a callback that blocks holds no other back.
     * @param instance the execution to be, which takes what this very callback is to be
     * told
     * @return {@code false} if everything that was pending has been cancelled meanwhile
     */
    abstract boolean claim(TpCallbackInstance instance);

    /**
     * Turns one of several pending callbacks into a running one, while the node keeps its
     * place in the queue. Called by a worker that saw it there, and saw nobody else whose
     * turn it were.
     * @return {@code false} if there is at most one, or what it is cannot be claimed so
     */
    abstract boolean claimInPlace();

    /**
     * The same of several callbacks, of which one begins and the others are leased, if
     * there are as many and the lease may rest.
     * @param most how many to claim at most
     */
    boolean claimInPlace(Leases leases, int most) {
        return claimInPlace();
    }

    /**
     * Ends an execution and begins another one of the same node, in one step: as
     * {@link #settle} and then {@link #claimInPlace()}.
     * @param leases take those that are claimed beyond that one
     * @param most how many to claim at most
     * @return {@code false} if nothing was done, since the node cannot be claimed in
     * place
     */
    abstract boolean settleAndClaimInPlace(Leases leases, int most);

    /**
     * Whether its callbacks are counted against the capacity of a bounded queue: those
     * that somebody posts are, those of timers, waits and operations come when they come.
     */
    abstract boolean countsAgainstCapacity();

    /**
     * The context that the finalization callback gets.
     */
    abstract @Nullable Object context();

    /**
     * Ends the execution: from here on, it is not running any more.
     * @return whether the node may have come to its end by that, and code of a user may
     * have run that wanted to know of it
     */
    abstract boolean settle(boolean disassociated);

}
