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
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleTimeoutTest
 * </pre>
 *
 * A wait whose time-out was put off where it stood at the clock, and which is in line
 * since before it is live, is signalled when its time is over. The results are what its
 * callback is told, what another one is told, whether the event is set, and whether
 * something is left at the clock.
 */
@JCStressTest
@Outcome(id = "SIGNALLED, NONE, false, false", expect = Expect.ACCEPTABLE, desc = "it has the signal")
@Outcome(id = "TIMED_OUT, NONE, true, false", expect = Expect.ACCEPTABLE, desc = "the signal is left alone")
@Outcome(expect = Expect.FORBIDDEN, desc = "two results or none, or a signal that nobody has")
@State
public class WaitIdleTimeoutTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleTimeoutTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.event.set();
        this.wait.set(this.event, Duration.ofMillis(2));
        this.time.nanos = Duration.ofMillis(3).toNanos();
        Unstarted.claimedResult(this.pool, this.wait);
    }

    @Actor
    public void signaller() {
        this.event.set();
    }

    @Actor
    public void clock() {
        this.clock.serve();
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        // Had the clock found the line busy, it would come again.
        this.time.nanos = Duration.ofMillis(4).toNanos();
        this.clock.serve();
        result.r1 = Unstarted.claimedResult(this.pool, this.wait);
        result.r2 = Unstarted.claimedResult(this.pool, this.wait);
        result.r3 = this.event.isSet();
        result.r4 = this.clock.serve() != Long.MAX_VALUE;
    }

}
