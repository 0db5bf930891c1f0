package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitReturnedByOwnerTest
 * </pre>
 *
 * As {@link WaitReturnedTest}, but it is the worker itself that puts back, since its
 * execution ends. The results are what the other worker got, how many callbacks are
 * pending once that execution has settled, and what is left in order.
 */
@JCStressTest
@Outcome(id = "SIGNALLED, [45], SIGNALLED SIGNALLED SIGNALLED TIMED_OUT", expect = Expect.ACCEPTABLE,
        desc = "what was signalled comes first")
@Outcome(expect = Expect.FORBIDDEN,
        desc = "the time-out has overtaken what was signalled before, or what is on its way is not pending")
@State
public class WaitReturnedByOwnerTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.manualReset(true);

    private final Stripe stripe = new Stripe();

    private final TpWait wait = Unstarted.leased(this.pool, this.event, this.stripe, 6, 3);

    public WaitReturnedByOwnerTest() {
        this.wait.set(this.event, Duration.ZERO);
    }

    @Actor
    public void owner(LLL_Result result) {
        this.stripe.leases.endCurrent();
        this.wait.settle(false);
        result.r2 = this.wait.pending();
    }

    @Actor
    public void claims(LLL_Result result) {
        result.r1 = Unstarted.claimedResults(this.pool, this.wait, 1);
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
        result.r3 = Unstarted.claimedResults(this.pool, this.wait, this.wait.pending());
    }

}
