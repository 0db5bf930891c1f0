package dev.tpool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

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
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleSetByTwoTest
 * </pre>
 *
 * Two threads set a wait that has kept its place at the clock, one with a time-out and
 * one without, while the clock serves it at the time at which its last setting was due.
 * The results are how many settings were taken back, whether the wait is set, whether it
 * is when the time-out is over, too, and pending callbacks, one of them from before.
 */
@JCStressTest
@Outcome(id = "1, true, true, 1", expect = Expect.ACCEPTABLE, desc = "the one without a time-out is the last one")
@Outcome(id = "1, true, false, 2", expect = Expect.ACCEPTABLE, desc = "the one with a time-out is the last one")
@Outcome(expect = Expect.FORBIDDEN, desc = "a time-out is lost, or ends the setting without one")
@State
public class WaitIdleSetByTwoTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    private final AtomicInteger takenBack = new AtomicInteger();

    public WaitIdleSetByTwoTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.event.set();
        this.time.nanos = Duration.ofMillis(2).toNanos();
    }

    @Actor
    public void timed() {
        if (this.wait.set(this.event, Duration.ofMillis(1))) {
            this.takenBack.incrementAndGet();
        }
    }

    @Actor
    public void untimed() {
        if (this.wait.set(this.event)) {
            this.takenBack.incrementAndGet();
        }
    }

    @Actor
    public void clock() {
        this.clock.serve();
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        result.r1 = this.takenBack.get();
        result.r2 = this.wait.isSet();
        this.time.nanos = Duration.ofMillis(4).toNanos();
        this.clock.serve();
        result.r3 = this.wait.isSet();
        result.r4 = this.wait.pending();
    }

}
