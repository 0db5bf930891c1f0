package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t QueueTransferTest
 * </pre>
 *
 * A lane: what two threads push and take arrives once each. The result is the number of
 * nodes that somebody got.
 */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "both arrived")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or duplicated")
@State
public class QueueTransferTest {

    private static final TpEnvironment ENVIRONMENT = TpEnvironment.defaults();

    private final Lane lane = new Lane();

    private final QueueNode first = node();

    private final QueueNode second = node();

    private QueueNode takenByOne;

    private QueueNode takenByOther;

    @Actor
    public void one() {
        this.lane.push(this.first);
        this.takenByOne = this.lane.take();
    }

    @Actor
    public void otherOne() {
        this.lane.push(this.second);
        this.takenByOther = this.lane.take();
    }

    @Arbiter
    public void arbiter(I_Result result) {
        QueueNode left = this.lane.take();
        QueueNode alsoLeft = this.lane.take();
        for (QueueNode wanted : new QueueNode[] { this.first, this.second }) {
            for (QueueNode got : new QueueNode[] { this.takenByOne, this.takenByOther, left, alsoLeft }) {
                result.r1 += (got == wanted) ? 1 : 0;
            }
        }
    }

    static QueueNode node() {
        return new ContextOneShot(ENVIRONMENT, (instance, context) -> {
        }, null);
    }

}
