package dev.tpool.spring.annotation;

import dev.tpool.sync.TpWaitable;

/**
 * One of the things that a call has to be given before its callback is posted: of this
 * call alone, and taken or waited for by one thread at a time. Whoever withdraws the call
 * may give the place in line up at any time.
 */
interface EntryStep {

    /**
     * Takes it if that needs no waiting.
     */
    boolean tryTake();

    /**
     * Takes a place in line. The waiter is claimed and told once, when it is this call's
     * turn, possibly before this method returns.
     */
    void await(TpWaitable.Waiter waiter);

    /**
     * Gives the place in line up, if there is one. What was taken stays taken.
     */
    void giveUp();

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
