package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t QueueRefillTest
 * </pre>
 *
 * A worker that is about to park trusts an empty queue. So a lane with two nodes of which
 * one is being taken never looks empty, not even while its arrivals are being put in
 * line.
 */
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "not empty")
@Outcome(id = "true", expect = Expect.FORBIDDEN, desc = "a worker would park beside a node")
@State
public class QueueRefillTest {

    private final Lane lane = new Lane();

    public QueueRefillTest() {
        this.lane.push(QueueTransferTest.node());
        this.lane.push(QueueTransferTest.node());
    }

    @Actor
    public void taker() {
        this.lane.take();
    }

    @Actor
    public void parker(Z_Result result) {
        result.r1 = this.lane.isEmpty();
    }

}
