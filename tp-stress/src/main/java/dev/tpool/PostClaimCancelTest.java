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
 * java -jar tp-stress/target/jcstress.jar -t PostClaimCancelTest
 * </pre>
 *
 * The state word: a post is executed, or cancelled, or still pending, and nothing else.
 * The results are executions, cancellations and what is pending at the end.
 */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "executed")
@Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "cancelled")
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "pending")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or counted twice")
@State
public class PostClaimCancelTest {

    private final TpPool pool = Unstarted.pool();

    private final TpWork work = Unstarted.work(TpEnvironment.of(this.pool));

    @Actor
    public void worker(III_Result result) {
        QueueNode node = this.pool.queue().normal().take();
        if (node != null) {
            TpCallbackInstance instance = new TpCallbackInstance(this.pool, null);
            result.r1 = node.claim(instance) ? 1 : 0;
            instance.leaveThread();
        }
    }

    @Actor
    public void poster(III_Result result) {
        this.work.post();
        result.r2 = (int) this.work.cancelPendingCallbacks();
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r3 = (int) this.work.pending();
    }

}
