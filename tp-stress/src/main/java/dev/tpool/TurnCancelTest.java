package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t TurnCancelTest
 * </pre>
 *
 * A worker lets two objects take turns, each of which rests while it is the other's,
 * while somebody cancels the one that rests first. The results are those of its callbacks
 * that were begun, cancelled or are pending in the end, of six; those that were pending
 * once the cancel had returned, or are left in the leases; those that began after it had
 * returned, but for one that was claimed before; and the executions that still count as
 * running in the end.
 */
@JCStressTest
@Outcome(id = "6, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "each begun or cancelled, or left to others")
@Outcome(expect = Expect.FORBIDDEN,
        desc = "lost, counted twice, begun though it was cancelled, or settled never or twice")
@State
public class TurnCancelTest {

    private static final int POSTS = 6;

    private final TpPool pool = Unstarted.pool();

    private final TurnTaker worker = new TurnTaker(this.pool, POSTS, 2);

    private int cancelled;

    private int begunThen;

    private int pendingThen;

    @Actor
    public void worker() {
        this.worker.takeTurns(3);
    }

    @Actor
    public void canceller() {
        this.cancelled = (int) this.worker.resting.cancelPendingCallbacks();
        this.begunThen = this.worker.begunOfResting;
        this.pendingThen = (int) this.worker.resting.pending();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        TpWork work = this.worker.resting;
        result.r1 = this.worker.begunOfResting + this.cancelled + (int) work.pending();
        result.r2 = this.pendingThen + (int) this.worker.stripe.leases.left();
        result.r3 = Math.max(0, this.worker.begunOfResting - this.begunThen - 1);
        result.r4 = work.running();
    }

}
