package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t LeaseReadTest
 * </pre>
 *
 * A callback of an object runs on one worker all the time, while another worker ends the
 * lease of a second object, which has rested, and uses it for the first one. Whoever asks
 * how many callbacks of the first one run does not take what was left of the second one
 * for its own, and so that callback for one that rests.
 */
@JCStressTest
@Outcome(id = { "1", "2" }, expect = Expect.ACCEPTABLE, desc = "that callback, and perhaps that of the other worker")
@Outcome(expect = Expect.FORBIDDEN, desc = "a running callback is not seen, or one is seen that never ran")
@State
public class LeaseReadTest {

    private final TpPool pool = Unstarted.pool();

    private final Stripe stripe = new Stripe();

    private final TpWork work = Unstarted.work(TpEnvironment.of(this.pool));

    private final TpWork other = Unstarted.work(TpEnvironment.of(this.pool));

    public LeaseReadTest() {
        this.pool.queue().addStripe(this.stripe);
        for (int i = 0; i < 4; i++) {
            this.work.post();
            this.other.post();
        }
        this.work.claimInPlace();
        this.other.claimInPlace(this.stripe.leases, 2);
        this.stripe.leases.rest();
    }

    @Actor
    public void worker() {
        Leases leases = this.stripe.leases;
        leases.resume(this.other);
        leases.endCurrent();
        this.other.settle(false);
        this.work.claimInPlace(leases, 2);
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = this.work.running();
    }

}
