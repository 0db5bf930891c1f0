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
 * java -jar tp-stress/target/jcstress.jar -t LeaseCancelTest
 * </pre>
 *
 * A worker takes callbacks together and begins them one by one, while somebody cancels.
 * The results are those that were begun, cancelled or are pending in the end, of six;
 * those that were pending once the cancel had returned, or are left in the lease; and
 * those that began after it had returned, but for one that was claimed before.
 */
@JCStressTest
@Outcome(id = "6, 0, 0", expect = Expect.ACCEPTABLE, desc = "each begun or cancelled, or left to others")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, counted twice, or begun though it was cancelled")
@State
public class LeaseCancelTest {

    private static final int POSTS = 6;

    private final TpPool pool = Unstarted.pool();

    private final TpWork work = Unstarted.work(TpEnvironment.of(this.pool));

    private final Stripe stripe = new Stripe();

    private volatile int begun = 1;

    private int cancelled;

    private int begunThen;

    private int pendingThen;

    public LeaseCancelTest() {
        this.pool.queue().addStripe(this.stripe);
        for (int i = 0; i < POSTS; i++) {
            this.work.post();
        }
        this.work.claimInPlace();
    }

    @Actor
    public void worker() {
        Leases leases = this.stripe.leases;
        int number = 1;
        while (leases.next() || this.work.settleAndClaimInPlace(leases, 3)) {
            number++;
            this.begun = number;
        }
        leases.endCurrent();
        this.work.settle(false);
    }

    @Actor
    public void canceller() {
        this.cancelled = (int) this.work.cancelPendingCallbacks();
        this.begunThen = this.begun;
        this.pendingThen = (int) this.work.pending();
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r1 = this.begun + this.cancelled + (int) this.work.pending();
        result.r2 = this.pendingThen + (int) this.stripe.leases.left();
        result.r3 = Math.max(0, this.begun - this.begunThen - 1);
    }

}
