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
 * java -jar tp-stress/target/jcstress.jar -t WaitMixedSignalTest
 * </pre>
 *
 * A wait is signalled while a worker takes the last of its callbacks that timed out: each
 * callback gets its own result. The results are those of that claim and of two that come
 * after, once it has timed out again.
 */
@JCStressTest
@Outcome(id = "TIMED_OUT, SIGNALLED, TIMED_OUT", expect = Expect.ACCEPTABLE,
        desc = "in the order in which they occurred")
@Outcome(expect = Expect.FORBIDDEN, desc = "a callback has the result of another, or is lost")
@State
public class WaitMixedSignalTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitMixedSignalTest() {
        this.wait.set(this.event, Duration.ZERO);
        this.wait.set(this.event);
    }

    @Actor
    public void signaller() {
        this.event.set();
    }

    @Actor
    public void worker(LLL_Result result) {
        result.r1 = Unstarted.claimedResult(this.pool, this.wait);
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
        this.wait.set(this.event, Duration.ZERO);
        result.r2 = Unstarted.claimedResult(this.pool, this.wait);
        result.r3 = Unstarted.claimedResult(this.pool, this.wait);
    }

}
