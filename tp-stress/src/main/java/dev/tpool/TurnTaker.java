package dev.tpool;

/**
 * A worker with two objects that take turns, of which it has leased callbacks: what it
 * does from one callback to the next, for an actor that plays it. The first callback of
 * one object runs, and the lease of the other one rests.
 */
final class TurnTaker {

    final Stripe stripe = new Stripe();

    final TpWork running;

    final TpWork resting;

    /** How many callbacks of each have begun; others look meanwhile. */
    volatile int begunOfRunning;

    volatile int begunOfResting;

    private final Leases leases = this.stripe.leases;

    /**
     * Begins one callback of each, and leases others.
     * @param posts how many callbacks of each object in all
     * @param leased how many of them in each lease
     */
    TurnTaker(TpPool pool, int posts, int leased) {
        pool.queue().addStripe(this.stripe);
        this.resting = posted(pool, posts);
        this.running = posted(pool, posts);
        this.resting.claimInPlace(this.leases, leased + 1);
        this.begunOfResting = 1;
        this.leases.rest();
        this.running.claimInPlace(this.leases, leased + 1);
        this.begunOfRunning = 1;
    }

    private static TpWork posted(TpPool pool, int posts) {
        TpWork work = Unstarted.work(TpEnvironment.of(pool));
        for (int i = 0; i < posts; i++) {
            work.post();
        }
        return work;
    }

    /**
     * Lets the two take turns, one callback each, and puts back what is left.
     * @param turns how many callbacks at most, the one that runs left aside
     */
    void takeTurns(int turns) {
        TpWork last = this.running;
        for (int i = 0; i < turns; i++) {
            TpWork next = (last == this.running) ? this.resting : this.running;
            if (this.leases.turnTo(next) == null) {
                restOrSettle(last);
                if (this.leases.resume(next) == null && !next.claimInPlace(this.leases, 3)) {
                    this.leases.endCurrent();
                    this.leases.endRests();
                    return;
                }
            }
            begins(next);
            last = next;
        }
        restOrSettle(last);
        this.leases.endRests();
    }

    private void restOrSettle(TpWork ended) {
        if (!this.leases.rest()) {
            this.leases.endCurrent();
            ended.settle(false);
        }
    }

    private void begins(TpWork work) {
        if (work == this.running) {
            int number = this.begunOfRunning + 1;
            this.begunOfRunning = number;
        }
        else {
            int number = this.begunOfResting + 1;
            this.begunOfResting = number;
        }
    }

}
