package dev.tpool.spring.annotation;

import dev.tpool.sync.TpWaitable;

/**
 * One of the things that a call has to be given before its callback is posted: of this
 * call alone, and taken by one thread at a time. A place in line may be given up by any
 * thread, also while that of the next wait is taken.
 */
interface EntryStep {

    /**
     * Takes it if that needs no waiting.
     */
    boolean tryTake();

    /**
     * Takes a place in line. The waiter is claimed and told once, when it is this call's
     * turn, possibly before this method returns.
     * @return gives this place up; does nothing if it was left, as often as it is called
     */
    Runnable await(TpWaitable.Waiter waiter);

    /**
     * Gives back what was taken.
     */
    void giveBack();

    /**
     * What is waited for, as the end of a sentence.
     */
    @Override
    String toString();

}
