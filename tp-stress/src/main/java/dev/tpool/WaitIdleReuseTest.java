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
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleReuseTest
 * </pre>
 *
 * A wait that has kept its place at the clock, so that its next time-out was set without
 * the clock's lock, is signalled and set again while that time is over: each setting has
 * one result. There is one signal, for the setting that raced or for the one after it.
 * The results are whether the latter took the former back, whether the wait is still set,
 * pending callbacks once the time of the last setting is over, too, those of the first
 * one among them, and whether the event is set.
 */
@JCStressTest
@Outcome(id = "false, true, 3, false", expect = Expect.ACCEPTABLE, desc = "signalled; the last one times out")
@Outcome(id = "false, false, 3, false", expect = Expect.ACCEPTABLE, desc = "timed out; the last one has the signal")
@Outcome(id = "true, false, 2, false", expect = Expect.ACCEPTABLE, desc = "taken back; the last one has the signal")
@Outcome(expect = Expect.FORBIDDEN, desc = "a setting has no result, or two, or that of another one")
@State
public class WaitIdleReuseTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleReuseTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.event.set();
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

    @Actor
    public void setter(LLLL_Result result) {
        result.r1 = this.wait.set(this.event, Duration.ofMillis(1));
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        result.r2 = this.wait.isSet();
        this.time.nanos = Duration.ofMillis(4).toNanos();
        this.clock.serve();
        result.r3 = this.wait.pending();
        result.r4 = this.event.isSet();
    }

}
