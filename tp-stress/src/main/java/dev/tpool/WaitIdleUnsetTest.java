package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LIZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleUnsetTest
 * </pre>
 *
 * A wait whose time-out was put off where it stood at the clock is unset when its time is
 * over. The results are whether the setting was taken back, pending callbacks, one of
 * them from before, and whether something is left in line or at the clock.
 */
@JCStressTest
@Outcome(id = "true, 1, false", expect = Expect.ACCEPTABLE, desc = "taken back")
@Outcome(id = "false, 2, false", expect = Expect.ACCEPTABLE, desc = "timed out")
@Outcome(expect = Expect.FORBIDDEN, desc = "both or none, or something is left")
@State
public class WaitIdleUnsetTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleUnsetTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.event.set();
        this.wait.set(this.event, Duration.ofMillis(2));
        this.time.nanos = Duration.ofMillis(3).toNanos();
    }

    @Actor
    public void unsetter(LIZ_Result result) {
        result.r1 = this.wait.unset();
    }

    @Actor
    public void clock() {
        this.clock.serve();
    }

    @Arbiter
    public void arbiter(LIZ_Result result) {
        this.time.nanos = Duration.ofMillis(4).toNanos();
        this.clock.serve();
        result.r2 = (int) this.wait.pending();
        result.r3 = this.clock.serve() != Long.MAX_VALUE || this.event.waiting() != 0;
    }

}
