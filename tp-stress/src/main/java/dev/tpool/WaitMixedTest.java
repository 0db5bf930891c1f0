package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitMixedTest
 * </pre>
 *
 * A worker claims the callbacks of a wait that was signalled twice while it times out:
 * each gets its own result. The results are those of the two claims, and of one that
 * comes after.
 */
@JCStressTest
@Outcome(id = "SIGNALLED, SIGNALLED, TIMED_OUT", expect = Expect.ACCEPTABLE,
        desc = "in the order in which they occurred")
@Outcome(expect = Expect.FORBIDDEN, desc = "a callback has the result of another")
@State
public class WaitMixedTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.manualReset(true);

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitMixedTest() {
        this.wait.set(this.event);
        this.wait.set(this.event);
    }

    @Actor
    public void worker(LLL_Result result) {
        result.r1 = Unstarted.claimedResult(this.pool, this.wait);
        result.r2 = Unstarted.claimedResult(this.pool, this.wait);
    }

    @Actor
    public void setter() {
        this.wait.set(this.event, Duration.ZERO);
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
        result.r3 = Unstarted.claimedResult(this.pool, this.wait);
    }

}
