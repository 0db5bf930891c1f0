package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleLaterTest
 * </pre>
 *
 * A wait is set again, to time out later, while the clock serves it at the time at which
 * its last setting was due. The results are whether it is set after that, whether it is
 * shortly before its own time, and whether it is when that is over.
 */
@JCStressTest
@Outcome(id = "true, true, false", expect = Expect.ACCEPTABLE, desc = "it times out at its own time")
@Outcome(expect = Expect.FORBIDDEN, desc = "it times out early, or never")
@State
public class WaitIdleLaterTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleLaterTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.event.set();
        this.time.nanos = Duration.ofMillis(2).toNanos();
    }

    @Actor
    public void setter() {
        this.wait.set(this.event, Duration.ofMillis(5));
    }

    @Actor
    public void clock() {
        this.clock.serve();
    }

    @Arbiter
    public void arbiter(ZZZ_Result result) {
        result.r1 = this.wait.isSet();
        this.time.nanos = Duration.ofMillis(7).toNanos() - 1;
        this.clock.serve();
        result.r2 = this.wait.isSet();
        this.time.nanos = Duration.ofMillis(8).toNanos();
        this.clock.serve();
        result.r3 = this.wait.isSet();
    }

}
