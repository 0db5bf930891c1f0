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
 * java -jar tp-stress/target/jcstress.jar -t WaitIdleEarlierTest
 * </pre>
 *
 * A wait is set again, to time out much sooner than its last setting, which was
 * signalled, while the clock decides how long to park. The results are whether the clock
 * has to be woken for that and was not, and whether the wait is set before its time is
 * over, and after.
 */
@JCStressTest
@Outcome(id = "false, true, false", expect = Expect.ACCEPTABLE, desc = "the clock knows of it, or is awake")
@Outcome(expect = Expect.FORBIDDEN, desc = "the clock sleeps for too long, or it is served too late")
@State
public class WaitIdleEarlierTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitIdleEarlierTest() {
        this.wait.set(this.event, Duration.ofHours(1));
        this.event.set();
    }

    @Actor
    public void setter() {
        this.wait.set(this.event, Duration.ofMillis(1));
    }

    @Actor
    public void clock() {
        long nanos;
        do {
            // Zero says that it has to be called again at once.
            nanos = this.clock.serve();
        }
        while (nanos == 0);
    }

    @Arbiter
    public void arbiter(ZZZ_Result result) {
        result.r1 = this.clock.wouldMiss(TimerWheel.tickFor(Duration.ofMillis(1).toNanos()));
        result.r2 = this.wait.isSet();
        this.time.nanos = Duration.ofMillis(2).toNanos();
        this.clock.serve();
        result.r3 = this.wait.isSet();
    }

}
