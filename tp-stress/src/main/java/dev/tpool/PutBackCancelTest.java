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
 * java -jar tp-stress/target/jcstress.jar -t PutBackCancelTest
 * </pre>
 *
 * A worker that has leased callbacks is held up, and another one puts them back, while
 * somebody cancels: the cancel finds each of them, in the lease or back in the state
 * word. The results are those that were begun or cancelled, of six; those that are
 * pending once the cancel has returned, and in the end; and the places in the queue that
 * are too many.
 */
@JCStressTest
@Outcome(id = "6, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "nothing is left")
@Outcome(expect = Expect.FORBIDDEN, desc = "missed by the cancel while it was on its way")
@State
public class PutBackCancelTest {

    private static final int POSTS = 6;

    private final TpPool pool = Unstarted.pool();

    private final Stripe stripe = new Stripe();

    private final TpWork work = Unstarted.leased(this.pool, this.stripe, POSTS, 3);

    private int cancelled;

    private int pendingThen;

    @Actor
    public void otherWorker() {
        this.stripe.leases.putBack();
    }

    @Actor
    public void canceller() {
        this.cancelled = (int) this.work.cancelPendingCallbacks();
        this.pendingThen = (int) this.work.pending();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        int places = 0;
        while (this.pool.queue().normal().take() != null) {
            places++;
        }
        // Two were begun: that whose execution goes on, and the one that it was before.
        result.r1 = 2 + this.cancelled;
        result.r2 = this.pendingThen;
        result.r3 = (int) this.work.pending();
        result.r4 = Math.max(0, places - 1);
    }

}
