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
 * java -jar tp-stress/target/jcstress.jar -t WaitTimeoutTest
 * </pre>
 *
 * A wait whose time is over at the moment at which it is signalled fires once, and has
 * the signal only if it says so. The results are pending callbacks and whether the event
 * is still set.
 */
@JCStressTest
@Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "signalled")
@Outcome(id = "1, true", expect = Expect.ACCEPTABLE, desc = "timed out")
@Outcome(expect = Expect.FORBIDDEN, desc = "fired twice or never")
@State
public class WaitTimeoutTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitTimeoutTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.time.nanos = Duration.ofMillis(2).toNanos();
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
    public void arbiter(IZ_Result result) {
        result.r1 = (int) this.wait.pending();
        result.r2 = this.event.isSet();
    }

}
