package dev.tpool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The one-shot callbacks of a cleanup group. Joining is one compare-and-set; leaving is a
 * count: those that have ended are dropped from time to time by a worker that ends one,
 * which has most of them in its cache.
 */
final class OneShotMembers {

    /*-
     * Posters write to the stack and workers to the counts, all the time, and both read what is around: so
     * the stack and the counts are in the middle of arrays that leave two cache lines free on either side.
     */

    private static final VarHandle STACK = MethodHandles.arrayElementVarHandle(TrackedOneShot[].class);

    private static final int MIDDLE = 32;

    private static final int LENGTH = 2 * MIDDLE + 2;

    /**
     * Where the count is of those that have ended since the last pruning; a lost count
     * only puts off the next one.
     */
    private static final int ENDED = MIDDLE;

    /**
     * Where it is written after how many the next pruning is due: as many as were left by
     * the last one.
     */
    private static final int DUE = MIDDLE + 1;

    private static final int LEAST = 64;

    /**
     * The newest member in the middle: a stack that is pushed on by anybody and taken as
     * a whole by the pruner.
     */
    private final @Nullable TrackedOneShot[] stack = new @Nullable TrackedOneShot[LENGTH];

    private final int[] counts = new int[LENGTH];

    OneShotMembers() {
        this.counts[DUE] = LEAST;
    }

    void add(TrackedOneShot member) {
        push(member, member);
    }

    /**
     * Counts one that has ended.
     * @return whether it is worth to prune
     */
    boolean countEnded() {
        int ended = this.counts[ENDED] + 1;
        this.counts[ENDED] = ended;
        return ended >= this.counts[DUE];
    }

    /**
     * Drops those that have ended. By one thread at a time.
     */
    void prune() {
        this.counts[ENDED] = 0;
        TrackedOneShot first = null;
        TrackedOneShot last = null;
        int left = 0;
        for (TrackedOneShot each = takeStack(); each != null; each = each.joinedBefore()) {
            if (!each.isFreed()) {
                if (last == null) {
                    first = each;
                }
                else {
                    last.setJoinedBefore(each);
                }
                last = each;
                left++;
            }
        }
        if (first != null && last != null) {
            push(first, last);
        }
        this.counts[DUE] = Math.max(LEAST, left);
    }

    /**
     * Adds some again. By one thread at a time.
     * @param members the oldest first
     */
    void addAll(List<TrackedOneShot> members) {
        TrackedOneShot before = null;
        for (TrackedOneShot member : members) {
            member.setJoinedBefore(before);
            before = member;
        }
        if (before != null) {
            push(before, members.get(0));
        }
    }

    /**
     * Takes away all that have not ended. By one thread at a time.
     * @return the oldest first
     */
    List<TrackedOneShot> takeAll() {
        return outstanding(takeStack());
    }

    private @Nullable TrackedOneShot newest() {
        return (TrackedOneShot) STACK.getVolatile(this.stack, MIDDLE);
    }

    private @Nullable TrackedOneShot takeStack() {
        return (TrackedOneShot) STACK.getAndSet(this.stack, MIDDLE, null);
    }

    /**
     * Those that have not ended, while nobody takes or prunes.
     * @return the oldest first
     */
    List<TrackedOneShot> outstanding() {
        return outstanding(newest());
    }

    private static List<TrackedOneShot> outstanding(@Nullable TrackedOneShot newest) {
        List<TrackedOneShot> members = new ArrayList<>();
        for (TrackedOneShot member = newest; member != null; member = member.joinedBefore()) {
            if (!member.isFreed()) {
                members.add(member);
            }
        }
        Collections.reverse(members);
        return members;
    }

    private void push(TrackedOneShot first, TrackedOneShot last) {
        TrackedOneShot before;
        do {
            before = newest();
            last.setJoinedBefore(before);
        }
        while (!STACK.compareAndSet(this.stack, MIDDLE, before, first));
    }

}
