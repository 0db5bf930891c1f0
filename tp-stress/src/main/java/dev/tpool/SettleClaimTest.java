package dev.tpool;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t SettleClaimTest
 * </pre>
 *
 * A worker that ends one execution and begins the next in one step, while somebody waits
 * and somebody closes: all three callbacks run, the waiter is let go, and the object is
 * freed exactly once. The results are the executions, whether the waiter was let go, and
 * the references to the object's library that are left, of three.
 */
@JCStressTest
@Outcome(id = "3, 1, 2", expect = Expect.ACCEPTABLE, desc = "all ran, let go, freed once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, not told, or freed never or twice")
@State
public class SettleClaimTest {

    private final TpPool pool = Unstarted.pool();

    private final TpLibrary library = TpLibrary.of("library", () -> {
    });

    private final TpWork work = Unstarted.work(TpEnvironment.of(this.pool).toBuilder().library(this.library).build());

    public SettleClaimTest() {
        this.library.retain();
        this.library.retain();
        for (int i = 0; i < 3; i++) {
            this.work.post();
        }
        this.work.claimInPlace();
    }

    @Actor
    public void worker(III_Result result) {
        TpCallbackInstance instance = new TpCallbackInstance(this.pool, null);
        boolean running = true;
        while (running) {
            result.r1++;
            running = this.work.settleAndClaimInPlace(new Leases(), 1);
            if (!running) {
                this.work.settle(false);
                QueueNode node = this.pool.queue().normal().take();
                running = node != null && node.claim(instance);
            }
        }
        instance.leaveThread();
    }

    @Actor
    public void waiter(III_Result result) {
        Deadline generous = Deadline.in(Duration.ofSeconds(20));
        result.r2 = Unstarted.uninterrupted(() -> this.work.awaitQuiet(TpObject.Quiet.FOR_OBJECT, generous)) ? 1 : 0;
    }

    @Actor
    public void closer() {
        this.work.close();
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r3 = this.library.references();
    }

}
