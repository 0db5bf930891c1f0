package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitReturnedTest
 * </pre>
 *
 * A worker that has leased callbacks of a wait is held up, and another one puts them
 * back, while a third one claims some and a time-out is pending behind all of them: it
 * does not overtake what is on its way from the lease to the state word. The results are
 * what the third one got, and what is left in order.
 */
@JCStressTest
@Outcome(id = "SIGNALLED SIGNALLED, SIGNALLED SIGNALLED TIMED_OUT", expect = Expect.ACCEPTABLE,
        desc = "what was signalled comes first")
@Outcome(expect = Expect.FORBIDDEN, desc = "the time-out has overtaken what was signalled before")
@State
public class WaitReturnedTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.manualReset(true);

    private final Stripe stripe = new Stripe();

    private final TpWait wait = Unstarted.leased(this.pool, this.event, this.stripe, 6, 3);

    public WaitReturnedTest() {
        this.wait.set(this.event, Duration.ZERO);
    }

    @Actor
    public void putsBack() {
        this.stripe.leases.putBack();
    }

    @Actor
    public void claims(LL_Result result) {
        result.r1 = Unstarted.claimedResults(this.pool, this.wait, 2);
    }

    @Arbiter
    public void arbiter(LL_Result result) {
        result.r2 = Unstarted.claimedResults(this.pool, this.wait, this.wait.pending());
    }

}
