package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t BatchParkTest
 * </pre>
 *
 * A worker that is about to park trusts an empty queue. So nodes that another one moves
 * from the lane to its stripe are seen in one of them at any time.
 */
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "not empty")
@Outcome(id = "true", expect = Expect.FORBIDDEN, desc = "a worker would park beside a node")
@State
public class BatchParkTest {

    private final CallbackQueue queue = new CallbackQueue();

    private final Stripe stripe = new Stripe();

    public BatchParkTest() {
        this.queue.addStripe(this.stripe);
        for (int i = 0; i < 3; i++) {
            this.queue.add(QueueTransferTest.node(), TpPriority.NORMAL, null);
        }
    }

    @Actor
    public void taker() {
        this.queue.normal().takeBatch(this.stripe, Slice.LONGEST, 1);
    }

    @Actor
    public void parker(Z_Result result) {
        result.r1 = this.queue.isEmpty();
    }

}
