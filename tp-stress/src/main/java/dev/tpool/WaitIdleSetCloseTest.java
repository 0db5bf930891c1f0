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
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleSetCloseTest
 * </pre>
 *
 * A wait that has kept its place at the clock is set with a time-out, for which it has to
 * be brought forward, while it is closed. The results are pending callbacks, one of them
 * from before, the length of the line, and whether something is left at the clock.
 */
@JCStressTest
@Outcome(id = "1, 0, false", expect = Expect.ACCEPTABLE, desc = "nothing is left")
@Outcome(expect = Expect.FORBIDDEN, desc = "left in line or at the clock, or it fired")
@State
public class WaitIdleSetCloseTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleSetCloseTest() {
        this.wait.set(this.event, Duration.ofMillis(5));
        this.event.set();
        this.time.nanos = Duration.ofMillis(2).toNanos();
    }

    @Actor
    public void setter() {
        try {
            this.wait.set(this.event, Duration.ofMillis(1));
        }
        catch (IllegalStateException ex) {
            // It was closed before.
        }
    }

    @Actor
    public void closer() {
        this.wait.close();
    }

    @Arbiter
    public void arbiter(IIZ_Result result) {
        result.r1 = (int) this.wait.pending();
        result.r2 = this.event.waiting();
        result.r3 = this.clock.serve() != Long.MAX_VALUE;
    }

}
