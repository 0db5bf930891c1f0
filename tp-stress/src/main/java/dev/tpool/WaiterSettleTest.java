package dev.tpool;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaiterSettleTest
 * </pre>
 *
 * Whoever waits for an object while its last execution settles is let go.
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "let go")
@Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "not told")
@State
public class WaiterSettleTest {

    private final TpWork work = Unstarted.work(TpEnvironment.of(Unstarted.pool()));

    public WaiterSettleTest() {
        this.work.beginOnCaller();
    }

    @Actor
    public void worker() {
        this.work.settle(false);
    }

    @Actor
    public void waiter(Z_Result result) {
        Deadline generous = Deadline.in(Duration.ofSeconds(20));
        result.r1 = Unstarted.uninterrupted(() -> this.work.awaitQuiet(TpObject.Quiet.FOR_OBJECT, generous));
    }

}
