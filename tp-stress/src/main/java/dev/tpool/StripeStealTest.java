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
 * java -jar tp-stress/target/jcstress.jar -t StripeStealTest
 * </pre>
 *
 * A stripe with two nodes in line and two that have arrived: whatever its owner takes and
 * puts in line while somebody steals all of it, each node is got once. The results are
 * how often each was.
 */
@JCStressTest
@Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "each got once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or duplicated")
@State
public class StripeStealTest {

    private final Stripe stripe = new Stripe();

    private final QueueNode[] nodes = { QueueTransferTest.node(), QueueTransferTest.node(), QueueTransferTest.node(),
            QueueTransferTest.node() };

    private final int[] owners = new int[4];

    private final int[] thiefs = new int[4];

    public StripeStealTest() {
        this.nodes[0].next = this.nodes[1];
        this.stripe.fill(this.nodes[0]);
        this.stripe.push(this.nodes[2]);
        this.stripe.push(this.nodes[3]);
    }

    @Actor
    public void owner() {
        for (int i = 0; i < 3; i++) {
            QueueNode node = this.stripe.hasLine() ? this.stripe.take() : null;
            got((node != null || this.stripe.hasLine()) ? node : this.stripe.refill(), this.owners);
        }
    }

    @Actor
    public void thief() {
        gotAll(this.stripe.takeLine(), this.thiefs);
        gotAll(this.stripe.takeArrivals(), this.thiefs);
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        int[] left = new int[4];
        gotAll(this.stripe.takeLine(), left);
        gotAll(this.stripe.takeArrivals(), left);
        result.r1 = this.owners[0] + this.thiefs[0] + left[0];
        result.r2 = this.owners[1] + this.thiefs[1] + left[1];
        result.r3 = this.owners[2] + this.thiefs[2] + left[2];
        result.r4 = this.owners[3] + this.thiefs[3] + left[3];
    }

    private void gotAll(QueueNode oldest, int[] counts) {
        QueueNode node = oldest;
        while (node != null) {
            QueueNode following = node.next;
            got(node, counts);
            node = following;
        }
    }

    private void got(QueueNode node, int[] counts) {
        for (int i = 0; i < this.nodes.length; i++) {
            counts[i] += (node == this.nodes[i]) ? 1 : 0;
        }
    }

}
