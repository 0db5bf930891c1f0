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
 * java -jar tp-stress/target/jcstress.jar -t TurnPutBackTest
 * </pre>
 *
 * A worker lets two objects take turns, each of which rests while it is the other's,
 * while another worker that takes it for held up puts back what it has leased. The
 * results are those callbacks of each object that were begun or are pending in its state
 * word, of six; those that are left in the leases; and the executions that still count as
 * running in the end.
 */
@JCStressTest
@Outcome(id = "6, 6, 0, 0", expect = Expect.ACCEPTABLE, desc = "each begun once or put back once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or begun and put back, or settled never or twice")
@State
public class TurnPutBackTest {

    private static final int POSTS = 6;

    private final TpPool pool = Unstarted.pool();

    private final TurnTaker worker = new TurnTaker(this.pool, POSTS, 2);

    @Actor
    public void worker() {
        this.worker.takeTurns(3);
    }

    @Actor
    public void otherWorker() {
        this.worker.stripe.leases.putBack();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        result.r1 = this.worker.begunOfRunning + (int) this.worker.running.pendingByState();
        result.r2 = this.worker.begunOfResting + (int) this.worker.resting.pendingByState();
        result.r3 = (int) this.worker.stripe.leases.left();
        result.r4 = this.worker.running.running() + this.worker.resting.running();
    }

}
