package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t StripeRearTest
 * </pre>
 *
 * A stripe in which so much has arrived that its owner cuts it in two when he puts it in
 * line: whatever he takes and brings up while somebody steals the line, then the rear and
 * what has arrived, each node is got once. The results are how many were got, and how
 * many were got just once.
 */
@JCStressTest
@Outcome(id = "40, 40", expect = Expect.ACCEPTABLE, desc = "each got once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or duplicated")
@State
public class StripeRearTest {

    private static final int COUNT = 40;

    private final Stripe stripe = new Stripe();

    private final QueueNode[] nodes = new QueueNode[COUNT];

    private final QueueNode[] owners = new QueueNode[COUNT];

    private int taken;

    private final int[] thiefs = new int[COUNT];

    public StripeRearTest() {
        for (int i = 0; i < COUNT; i++) {
            this.nodes[i] = QueueTransferTest.node();
            this.stripe.push(this.nodes[i]);
        }
    }

    @Actor
    public void owner() {
        take(this.stripe.refill());
        for (int i = 0; i < COUNT - 8; i++) {
            if (this.stripe.hasLine() || this.stripe.bringUpRear()) {
                take(this.stripe.take());
            }
        }
    }

    @Actor
    public void thief() {
        gotAll(this.stripe.takeLine(), this.thiefs);
        gotAll(this.stripe.takeRear(), this.thiefs);
        gotAll(this.stripe.takeLine(), this.thiefs);
        gotAll(this.stripe.takeArrivals(), this.thiefs);
    }

    @Arbiter
    public void arbiter(II_Result result) {
        int[] left = new int[COUNT];
        gotAll(this.stripe.takeLine(), left);
        gotAll(this.stripe.takeRear(), left);
        gotAll(this.stripe.takeArrivals(), left);
        for (int i = 0; i < this.taken; i++) {
            got(this.owners[i], left);
        }
        for (int i = 0; i < COUNT; i++) {
            int times = left[i] + this.thiefs[i];
            result.r1 += times;
            result.r2 += (times == 1) ? 1 : 0;
        }
    }

    private void take(QueueNode node) {
        if (node != null) {
            this.owners[this.taken] = node;
            this.taken++;
        }
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
        for (int i = 0; i < COUNT; i++) {
            counts[i] += (node == this.nodes[i]) ? 1 : 0;
        }
    }

}
