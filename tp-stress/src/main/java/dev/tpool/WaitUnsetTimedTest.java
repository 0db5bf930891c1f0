package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitUnsetTimedTest
 * </pre>
 *
 * A wait is set again, with a time-out now, while somebody unsets it, and means the
 * setting before or the new one. The results are whether setting and unsetting took a
 * setting back, the length of the line, and whether the clock has its time-out.
 */
@JCStressTest
@Outcome(id = "false, true, 1, true", expect = Expect.ACCEPTABLE, desc = "unset first")
@Outcome(id = "true, true, 0, false", expect = Expect.ACCEPTABLE, desc = "unset last")
@Outcome(expect = Expect.FORBIDDEN, desc = "taken back twice, or half of it is left")
@State
public class WaitUnsetTimedTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitUnsetTimedTest() {
        this.wait.set(this.event);
    }

    @Actor
    public void setter(LLLL_Result result) {
        result.r1 = this.wait.set(this.event, Duration.ofMillis(1));
    }

    @Actor
    public void unsetter(LLLL_Result result) {
        result.r2 = this.wait.unset();
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        result.r3 = this.event.waiting();
        this.time.nanos = Duration.ofMillis(2).toNanos();
        this.clock.serve();
        result.r4 = this.wait.pending() == 1;
    }

}
