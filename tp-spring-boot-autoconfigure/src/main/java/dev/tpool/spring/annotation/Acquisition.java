package dev.tpool.spring.annotation;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.tpool.sync.TpWaitable;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What one call takes before its callback is posted, step by step and in a fixed order.
 * Holds no thread while it waits for a step, and gives everything back exactly once if it
 * is withdrawn.
 */
final class Acquisition {

    /*-
     * The state
     *
     *   NOT_BEGUN
     *   MOVING       one thread, the mover, takes the steps from 'next' on
     *   a Ticket     in line at step 'next': whoever claims the ticket is the mover then
     *   COMPLETE     has all steps
     *   LEAVING      withdrawn while a thread was moving: that one gives back
     *   WITHDRAWN    has nothing, or is just giving it back
     *
     * The mover makes the ticket the state before it takes a place in line. From then on it is
     * not the mover any more: the ticket may be claimed, or the call withdrawn, before the place
     * was taken. So it looks once more and gives the place up if there is nobody to have it.
     */

    private static final Log logger = LogFactory.getLog(TpCallback.class);

    private final List<EntryStep> steps;

    private final int firstAgain;

    private final int again;

    private final Runnable complete;

    private final AtomicReference<Object> state = new AtomicReference<>(Stage.NOT_BEGUN);

    /** The first step that was not taken. Belongs to the mover. */
    private int next;

    /**
     * @param steps the steps in order
     * @param firstAgain the first of those that say no more than that something is free,
     * which may be outdated once the steps after them were taken
     * @param again how many of those there are
     * @param complete called by whoever took the last step, each time
     */
    Acquisition(List<EntryStep> steps, int firstAgain, int again, Runnable complete) {
        this.steps = steps;
        this.firstAgain = firstAgain;
        this.again = again;
        this.complete = complete;
    }

    /**
     * Takes what is there and waits for the rest without a thread.
     */
    void begin() {
        if (this.state.compareAndSet(Stage.NOT_BEGUN, Stage.MOVING)) {
            move();
        }
    }

    /**
     * Takes everything if that needs no waiting, and otherwise nothing.
     * @return whether everything was taken
     */
    boolean tryBegin() {
        if (!this.state.compareAndSet(Stage.NOT_BEGUN, Stage.MOVING)) {
            return false;
        }
        while (this.next < this.steps.size()) {
            if (!this.steps.get(this.next).tryTake()) {
                leave();
                return false;
            }
            this.next++;
        }
        int outdated = outdated();
        if (outdated >= 0) {
            leave();
            this.next = outdated;
            return false;
        }
        finish();
        return true;
    }

    /**
     * Waits again for what was free and turned out not to be. Only after the call was
     * complete.
     */
    void retry() {
        if (this.state.compareAndSet(Stage.COMPLETE, Stage.MOVING)) {
            goBack();
            move();
        }
    }

    /**
     * Gives back what was taken and takes nothing any more. A second call does nothing.
     */
    void withdraw() {
        while (true) {
            Object seen = this.state.get();
            if (seen == Stage.WITHDRAWN || seen == Stage.LEAVING) {
                return;
            }
            Stage then = (seen == Stage.MOVING) ? Stage.LEAVING : Stage.WITHDRAWN;
            if (this.state.compareAndSet(seen, then)) {
                if (seen instanceof Ticket ticket) {
                    ticket.giveUp();
                    giveBack(0, ticket.step);
                }
                else if (seen == Stage.COMPLETE) {
                    giveBack(0, this.steps.size());
                }
                return;
            }
        }
    }

    /**
     * What is waited for at this moment.
     */
    String missing() {
        return (this.state.get() instanceof Ticket ticket) ? this.steps.get(ticket.step).toString()
                : this.steps.get(Math.min(this.next, this.steps.size() - 1)).toString();
    }

    private void move() {
        do {
            if (!moveToEnd()) {
                return;
            }
        }
        while (isToGoBack());
        finish();
    }

    /**
     * Somebody may have taken a lock while something else was waited for.
     */
    private boolean isToGoBack() {
        if (outdated() < 0) {
            return false;
        }
        goBack();
        return true;
    }

    private int outdated() {
        for (int i = this.firstAgain; i < this.firstAgain + this.again; i++) {
            if (!this.steps.get(i).tryTake()) {
                return i;
            }
        }
        return -1;
    }

    /**
     * What comes after the locks is not kept while they are waited for: whoever has one
     * of them may be waiting for just that.
     */
    private void goBack() {
        giveBack(this.firstAgain, this.steps.size());
        this.next = this.firstAgain;
    }

    private boolean moveToEnd() {
        while (this.next < this.steps.size()) {
            EntryStep step = this.steps.get(this.next);
            if (!step.tryTake()) {
                Ticket ticket = new Ticket(this.next);
                if (this.state.compareAndSet(Stage.MOVING, ticket)) {
                    ticket.place = step.await(ticket);
                    if (this.state.get() == Stage.WITHDRAWN) {
                        ticket.giveUp();
                    }
                }
                else {
                    leave();
                }
                return false;
            }
            this.next++;
        }
        return true;
    }

    private void finish() {
        if (this.state.compareAndSet(Stage.MOVING, Stage.COMPLETE)) {
            this.complete.run();
        }
        else {
            leave();
        }
    }

    private void leave() {
        int taken = this.next;
        this.state.set(Stage.WITHDRAWN);
        giveBack(0, taken);
    }

    /**
     * The last one first. A step that cannot be given back does not keep the others.
     */
    private void giveBack(int first, int taken) {
        for (int i = taken - 1; i >= first; i--) {
            try {
                this.steps.get(i).giveBack();
            }
            catch (RuntimeException ex) {
                logger.error("Could not give back " + this.steps.get(i), ex);
            }
        }
    }

    private enum Stage {

        NOT_BEGUN, MOVING, COMPLETE, LEAVING, WITHDRAWN

    }

    /**
     * A place in line at a step.
     */
    private final class Ticket implements TpWaitable.Waiter {

        private final int step;

        /** Known once it is taken, and of this wait alone: the next one has its own. */
        private volatile @Nullable Runnable place;

        Ticket(int step) {
            this.step = step;
        }

        void giveUp() {
            Runnable taken = this.place;
            if (taken != null) {
                taken.run();
            }
        }

        @Override
        public boolean claim() {
            return Acquisition.this.state.compareAndSet(this, Stage.MOVING);
        }

        @Override
        public void signalled() {
            Acquisition.this.next = this.step + 1;
            move();
        }

    }

}
