package dev.tpool.spring.annotation;

import dev.tpool.TpPool;
import dev.tpool.sync.TpWaitable;

/**
 * That the lock whose turn has come is free: threads that are no callbacks with this
 * entry may have it. Nothing is taken, since only the thread of the callback can.
 */
final class FreeStep implements EntryStep {

    private final TurnStep turn;

    private final TpPool pool;

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
    public Runnable await(TpWaitable.Waiter waiter) {
        OwnerWatch watch = new OwnerWatch(this.turn.lock(), waiter);
        this.turn.waitsFor(watch);
        watch.begin(this.pool);
        return watch::end;
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
