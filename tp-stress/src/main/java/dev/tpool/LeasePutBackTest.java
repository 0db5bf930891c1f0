package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t LeasePutBackTest
 * </pre>
 *
 * A worker begins the next of what it has leased, and puts back what is left, while
 * another one that takes it for held up puts that back as well. The results are those
 * that were begun or are pending in the state word, of six; those that are left in the
 * lease; and the executions that still count as running once the worker has settled.
 */
@JCStressTest
@Outcome(id = "6, 0, 0", expect = Expect.ACCEPTABLE, desc = "each begun once or put back once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or begun and put back, or put back twice")
@State
public class LeasePutBackTest {

    private static final int POSTS = 6;

    private final TpPool pool = Unstarted.pool();

    private final Stripe stripe = new Stripe();

    private final TpWork work = Unstarted.leased(this.pool, this.stripe, POSTS, 3);

    private int begun = 2;

    @Actor
    public void worker() {
        Leases leases = this.stripe.leases;
        if (leases.next()) {
            this.begun++;
        }
        leases.endCurrent();
        this.work.settle(false);
    }

    @Actor
    public void otherWorker() {
        this.stripe.leases.putBack();
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r1 = this.begun + (int) this.work.pendingByState();
        result.r2 = (int) this.stripe.leases.left();
        result.r3 = this.work.running();
    }

}
