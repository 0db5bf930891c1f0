package dev.tpool.spring.annotation;

import dev.tpool.TpPool;
import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * That the lock whose turn has come is free: threads that are no callbacks with this
 * entry may have it. Nothing is taken, since only the thread of the callback can.
 */
final class FreeStep implements EntryStep {

    private final TurnStep turn;

    private final TpPool pool;

    private volatile @Nullable OwnerWatch watch;

    FreeStep(TurnStep turn, TpPool pool) {
        this.turn = turn;
        this.pool = pool;
    }

    @Override
    public boolean tryTake() {
        Thread owner = this.turn.lock().owner();
        return owner == null || !owner.isAlive();
    }

    @Override
    public void await(TpWaitable.Waiter waiter) {
        OwnerWatch begun = new OwnerWatch(this.turn.lock(), waiter);
        this.watch = begun;
        begun.begin(this.pool);
    }

    @Override
    public void giveUp() {
        OwnerWatch begun = this.watch;
        if (begun != null) {
            begun.end();
        }
    }

    @Override
    public void giveBack() {
        // Nothing was taken.
    }

    @Override
    public String toString() {
        return this.turn.toString();
    }

}
