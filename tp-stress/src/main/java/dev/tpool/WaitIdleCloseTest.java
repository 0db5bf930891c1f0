package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleCloseTest
 * </pre>
 *
 * A wait whose time-out was put off where it stood at the clock is closed when its time
 * is over. The results are pending callbacks, one of them from before, the length of the
 * line, and whether something is left at the clock.
 */
@JCStressTest
@Outcome(id = "1, 0, false", expect = Expect.ACCEPTABLE, desc = "closed before it timed out")
@Outcome(id = "2, 0, false", expect = Expect.ACCEPTABLE, desc = "closed after that")
@Outcome(expect = Expect.FORBIDDEN, desc = "left in line or at the clock")
@State
public class WaitIdleCloseTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleCloseTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.event.set();
        this.wait.set(this.event, Duration.ofMillis(2));
        this.time.nanos = Duration.ofMillis(3).toNanos();
    }

    @Actor
    public void closer() {
        this.wait.close();
    }

    @Actor
    public void clock() {
        this.clock.serve();
    }

    @Arbiter
    public void arbiter(IIZ_Result result) {
        result.r1 = (int) this.wait.pending();
        result.r2 = this.event.waiting();
        result.r3 = this.clock.serve() != Long.MAX_VALUE;
    }

}
