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
 * java -jar tp-stress/target/jcstress.jar -t ClaimInPlaceTest
 * </pre>
 *
 * An object with three callbacks pending: one worker claims where the object is, another
 * takes it out, and somebody cancels. The results are what was claimed, cancelled and is
 * left together; the claimed ones that do not count as running; the places in the queue,
 * of which an object has one while something is pending and at most one otherwise, that
 * are missing; and those that are too many.
 */
@JCStressTest
@Outcome(id = "3, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "each claimed, cancelled or left")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, counted twice, or pending without a place")
@State
public class ClaimInPlaceTest {

    private final TpPool pool = Unstarted.pool();

    private final TpWork work = Unstarted.work(TpEnvironment.of(this.pool));

    private int inPlace;

    private int takenOut;

    private int cancelled;

    public ClaimInPlaceTest() {
        for (int i = 0; i < 3; i++) {
            this.work.post();
        }
    }

    @Actor
    public void worker() {
        QueueNode alone = this.pool.queue().normal().alone();
        this.inPlace = (alone != null && alone.claimInPlace()) ? 1 : 0;
    }

    @Actor
    public void otherWorker() {
        QueueNode node = this.pool.queue().normal().take();
        TpCallbackInstance instance = new TpCallbackInstance(this.pool, null);
        this.takenOut = (node != null && node.claim(instance)) ? 1 : 0;
        instance.leaveThread();
    }

    @Actor
    public void canceller() {
        this.cancelled = (int) this.work.cancelPendingCallbacks();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        int claimed = this.inPlace + this.takenOut;
        int left = (int) this.work.pending();
        int places = 0;
        while (this.pool.queue().normal().take() != null) {
            places++;
        }
        result.r1 = claimed + this.cancelled + left;
        result.r2 = claimed - this.work.running();
        result.r3 = (left > 0 && places == 0) ? 1 : 0;
        result.r4 = Math.max(0, places - 1);
    }

}
