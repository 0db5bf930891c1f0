package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
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

    private static final VarHandle NEWEST = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "newest",
            VarHandle.class, OneShotMembers.class, TrackedOneShot.class);

    private static final int LEAST = 64;

    /** A stack that is pushed on by anybody and taken as a whole by the pruner. */
    private volatile @Nullable TrackedOneShot newest;

    /**
     * How many have ended since the last pruning; a lost count only puts off the next
     * one.
     */
    private int ended;

    /** After how many the next pruning is due: as many as were left by the last one. */
    private volatile int due = LEAST;

    void add(TrackedOneShot member) {
        push(member, member);
    }

    /**
     * Counts one that has ended.
     * @return whether it is worth to prune
     */
    boolean countEnded() {
        int count = this.ended + 1;
        this.ended = count;
        return count >= this.due;
    }

    /**
     * Drops those that have ended. By one thread at a time.
     */
    void prune() {
        this.ended = 0;
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
        this.due = Math.max(LEAST, left);
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

    private @Nullable TrackedOneShot takeStack() {
        return (TrackedOneShot) NEWEST.getAndSet(this, null);
    }

    /**
     * Those that have not ended, while nobody takes or prunes.
     * @return the oldest first
     */
    List<TrackedOneShot> outstanding() {
        return outstanding(this.newest);
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
            before = this.newest;
            last.setJoinedBefore(before);
        }
        while (!NEWEST.compareAndSet(this, before, first));
    }

}
