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
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleEntryTest
 * </pre>
 *
 * A wait that has kept its place at the clock is set with a time-out, so that it enters
 * the line under its own lock, while the event is signalled and the wait is unset. The
 * results are whether a setting was taken back, how many callbacks are pending, one of
 * them from before, once the time-out is over, too, and whether the event is set.
 */
@JCStressTest
@Outcome(id = "false, 2, false", expect = Expect.ACCEPTABLE, desc = "signalled")
@Outcome(id = "true, 1, true", expect = Expect.ACCEPTABLE, desc = "taken back, and the signal is left alone")
@Outcome(expect = Expect.FORBIDDEN, desc = "a signal without a callback, or a callback without a signal")
@State
public class WaitIdleEntryTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleEntryTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.event.set();
    }

    @Actor
    public void setter() {
        this.wait.set(this.event, Duration.ofMillis(1));
    }

    @Actor
    public void signaller() {
        this.event.set();
    }

    @Actor
    public void unsetter(LLL_Result result) {
        result.r1 = this.wait.unset();
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
        this.time.nanos = Duration.ofMillis(4).toNanos();
        this.clock.serve();
        result.r2 = this.wait.pending();
        result.r3 = this.event.isSet();
    }

}
