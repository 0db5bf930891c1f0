package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitCloseTimedTest
 * </pre>
 *
 * A wait that has a time-out is closed while it is set without one: it leaves nothing
 * behind. The results are the length of the line, and whether something is left at the
 * clock.
 */
@JCStressTest
@Outcome(id = "0, false", expect = Expect.ACCEPTABLE, desc = "nothing is left")
@Outcome(expect = Expect.FORBIDDEN, desc = "left in line or at the clock")
@State
public class WaitCloseTimedTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitCloseTimedTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.wait.set(this.event, Duration.ofMillis(1));
    }

    @Actor
    public void setter() {
        try {
            this.wait.set(this.event);
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
    public void arbiter(IZ_Result result) {
        result.r1 = this.event.waiting();
        result.r2 = this.clock.serve() != Long.MAX_VALUE;
    }

}
