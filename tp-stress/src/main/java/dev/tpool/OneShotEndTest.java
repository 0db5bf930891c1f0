package dev.tpool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t OneShotEndTest
 * </pre>
 *
 * A one-shot that a worker runs and that comes to its end with that, while somebody waits
 * for it and somebody cancels it. The results are how often it was told of its end,
 * whether the waiter was let go, the references to its library that are left, of three,
 * and what is pending or running.
 */
@JCStressTest
@Outcome(id = "1, 1, 2, 0", expect = Expect.ACCEPTABLE, desc = "run or cancelled, let go, freed once")
@Outcome(expect = Expect.FORBIDDEN, desc = "told never or twice, not let go, or freed never or twice")
@State
public class OneShotEndTest {

    private final AtomicInteger told = new AtomicInteger();

    private final TpPool pool = Unstarted.pool();

    private final TpLibrary library = TpLibrary.of("library", () -> {
    });

    private final TrackedOneShot oneShot = new TrackedOneShot(
            TpEnvironment.of(this.pool).toBuilder().library(this.library).build(), Unstarted.counting(this.told), null);

    public OneShotEndTest() {
        this.library.retain();
        this.library.retain();
        this.pool.queue().normal().push(this.oneShot);
    }

    @Actor
    public void worker() {
        TpCallbackInstance instance = new TpCallbackInstance(this.pool, null);
        QueueNode node = this.pool.queue().normal().take();
        if (node.claim(instance)) {
            node.tellCompletion(null);
            node.settle(false);
        }
        instance.leaveThread();
    }

    @Actor
    public void waiter(IIII_Result result) {
        Deadline generous = Deadline.in(Duration.ofSeconds(20));
        result.r2 = Unstarted.uninterrupted(() -> this.oneShot.awaitQuiet(TpObject.Quiet.FOR_GROUP, generous)) ? 1 : 0;
    }

    @Actor
    public void canceller() {
        this.oneShot.cancelPendingCallbacks();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        result.r1 = this.told.get();
        result.r3 = this.library.references();
        result.r4 = (int) this.oneShot.outstanding();
    }

}
