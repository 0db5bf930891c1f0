package dev.tpool;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t RestWaitTest
 * </pre>
 *
 * An object rests, and its worker is stuck in a callback of another one; another worker
 * puts back what the first one has leased, and somebody cancels. Whoever waits for the
 * object is let go, though the worker does not come by. The results are whether that is
 * so, and whether nothing of the object is outstanding then.
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "let go")
@Outcome(expect = Expect.FORBIDDEN, desc = "not told, or told too early")
@State
public class RestWaitTest {

    private final TpPool pool = Unstarted.pool();

    private final TurnTaker stuck = new TurnTaker(this.pool, 4, 2);

    @Actor
    public void canceller() {
        this.stuck.resting.cancelPendingCallbacks();
    }

    @Actor
    public void waiter(ZZ_Result result) {
        TpWork work = this.stuck.resting;
        Deadline generous = Deadline.in(Duration.ofSeconds(20));
        this.stuck.stripe.leases.putBack();
        result.r1 = Unstarted.uninterrupted(() -> work.awaitQuiet(TpObject.Quiet.FOR_OBJECT, generous));
        result.r2 = work.outstanding() == 0;
    }

}
