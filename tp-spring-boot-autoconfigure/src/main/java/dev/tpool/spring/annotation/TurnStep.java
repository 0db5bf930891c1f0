package dev.tpool.spring.annotation;

import java.util.Objects;

import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * The turn for a lock among the callbacks that take it at their entry. It is not the
 * lock, which belongs to a thread.
 */
final class TurnStep implements EntryStep {

    private final Turns turns;

    private final Object key;

    private volatile TpWaitable.@Nullable Waiter waiter;

    private volatile @Nullable EntryLock lock;

    /** Of the last wait for the owner of the lock, while it was this one's turn. */
    private volatile @Nullable OwnerWatch watch;

    /**
     * @param key the lock, or the key of a keyed one
     */
    TurnStep(Turns turns, Object key) {
        this.turns = turns;
        this.key = key;
    }

    /**
     * The lock, once there is a place in line for it.
     */
    EntryLock lock() {
        return Objects.requireNonNull(this.lock, "no place in line");
    }

    /**
     * Called by the line, before the turn can come.
     */
    void joined(EntryLock lock) {
        this.lock = lock;
    }

    /**
     * Whose turn it is waits for the owner of the lock.
     */
    void waitsFor(OwnerWatch watch) {
        this.watch = watch;
    }

    /**
     * Whether it waits for the owner of the lock, though it is its turn.
     */
    boolean isKeptWaiting() {
        OwnerWatch last = this.watch;
        return last != null && !last.isOver();
    }

    @Override
    public boolean tryTake() {
        this.turns.join(this.key, this, true);
        return this.lock != null;
    }

    @Override
    public Runnable await(TpWaitable.Waiter waiter) {
        this.waiter = waiter;
        this.turns.join(this.key, this, false);
        // Whoever leaves tells the next one, but here there may have been nobody to
        // leave.
        if (this.turns.isFirst(this.key, this)) {
            tell();
        }
        return this::giveBack;
    }

    private void tell() {
        TpWaitable.Waiter told = this.waiter;
        if (told != null && told.claim()) {
            told.signalled();
        }
    }

    @Override
    public void giveBack() {
        TurnStep next = this.turns.leave(this.key, this);
        if (next != null) {
            next.tell();
        }
    }

    @Override
    public String toString() {
        return (this.key instanceof EntryLock named) ? named.toString() : "key '" + this.key + "'";
    }

}
