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
 * java -jar tp-stress/target/jcstress.jar -t WaitPutBackTest
 * </pre>
 *
 * A worker that has leased callbacks of a wait is held up, and another one claims some
 * while the wait times out: what was signalled comes first, whether it is leased, was put
 * back or was never leased. The results are what the other worker got, and what is left
 * in order.
 */
@JCStressTest
@Outcome(id = "SIGNALLED SIGNALLED, SIGNALLED SIGNALLED TIMED_OUT", expect = Expect.ACCEPTABLE,
        desc = "what was signalled comes first")
@Outcome(id = "SIGNALLED NONE, SIGNALLED SIGNALLED SIGNALLED TIMED_OUT", expect = Expect.ACCEPTABLE,
        desc = "the same, and the second claim came before the time-out")
@Outcome(expect = Expect.FORBIDDEN, desc = "a time-out overtakes what was signalled before, or something is lost")
@State
public class WaitPutBackTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.manualReset(true);

    private final Stripe stripe = new Stripe();

    private final TpWait wait = Unstarted.leased(this.pool, this.event, this.stripe, 6, 3);

    @Actor
    public void otherWorker(LL_Result result) {
        result.r1 = Unstarted.claimedResults(this.pool, this.wait, 2);
    }

    @Actor
    public void setter() {
        this.wait.set(this.event, Duration.ZERO);
    }

    @Arbiter
    public void arbiter(LL_Result result) {
        this.stripe.leases.putBackRest();
        result.r2 = Unstarted.claimedResults(this.pool, this.wait, this.wait.pending());
    }

}
