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
 * java -jar tp-stress/target/jcstress.jar -t StripePassTest
 * </pre>
 *
 * A stripe with four one-shots in line, which its owner claims where they stand and then
 * passes by, while somebody steals the line and claims what is in it, and puts the rest
 * somewhere else: each is claimed once. The results are how often each was.
 */
@JCStressTest
@Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "each claimed once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or duplicated")
@State
public class StripePassTest {

    private static final TpEnvironment ENVIRONMENT = TpEnvironment.of(Unstarted.pool());

    private final Stripe stripe = new Stripe();

    private final Lane lane = new Lane();

    private final TrackedOneShot[] nodes = { node(), node(), node(), node() };

    private final int[] owners = new int[4];

    private final int[] thiefs = new int[4];

    public StripePassTest() {
        for (int i = 0; i < 3; i++) {
            this.nodes[i].next = this.nodes[i + 1];
        }
        this.stripe.fill(this.nodes[0]);
    }

    private static TrackedOneShot node() {
        return new TrackedOneShot(ENVIRONMENT, (instance, context) -> {
        }, null);
    }

    @Actor
    public void owner() {
        QueueNode last = this.stripe.claimFirst();
        for (QueueNode node = last; node != null; node = this.stripe.claimBehind(node)) {
            got(node, this.owners);
            last = node;
        }
        if (last != null) {
            this.stripe.passBy(last);
        }
        if (this.stripe.hasLine()) {
            take(this.stripe.take(), this.owners);
        }
    }

    @Actor
    public void thief() {
        QueueNode oldest = this.stripe.takeLine();
        if (oldest != null) {
            QueueNode others = oldest.next;
            oldest.next = null;
            take(oldest, this.thiefs);
            if (others != null) {
                this.lane.putBack(others);
                take(this.lane.take(), this.thiefs);
            }
        }
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        int[] left = new int[4];
        for (QueueNode node = this.stripe.takeLine(); node != null; node = node.next) {
            take(node, left);
        }
        for (QueueNode node = this.lane.take(); node != null; node = this.lane.take()) {
            take(node, left);
        }
        result.r1 = this.owners[0] + this.thiefs[0] + left[0];
        result.r2 = this.owners[1] + this.thiefs[1] + left[1];
        result.r3 = this.owners[2] + this.thiefs[2] + left[2];
        result.r4 = this.owners[3] + this.thiefs[3] + left[3];
    }

    private void take(QueueNode node, int[] counts) {
        if (node instanceof TrackedOneShot oneShot && oneShot.claim(null)) {
            got(node, counts);
        }
    }

    private void got(QueueNode node, int[] counts) {
        for (int i = 0; i < this.nodes.length; i++) {
            counts[i] += (node == this.nodes[i]) ? 1 : 0;
        }
    }

}
