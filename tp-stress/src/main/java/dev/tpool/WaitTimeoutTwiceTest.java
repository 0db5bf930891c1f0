package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitTimeoutTwiceTest
 * </pre>
 *
 * A wait that two threads set at the same time, for one event and soon, for another and
 * later, times out at the time of the setting that it has in the end, though both may say
 * without the clock's lock when it is due, where it stood before. The results are the
 * length of the first line, which says whose it is, and whether the wait is set when the
 * sooner time is over, and when both are.
 */
@JCStressTest
@Outcome(id = "1, false, false", expect = Expect.ACCEPTABLE, desc = "the sooner one, which comes in time")
@Outcome(id = "0, true, false", expect = Expect.ACCEPTABLE, desc = "the later one, which comes in time")
@Outcome(expect = Expect.FORBIDDEN, desc = "a time-out is lost, or that of the other setting")
@State
public class WaitTimeoutTwiceTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpEvent other = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitTimeoutTwiceTest() {
        // The clock is armed from now on, and there are two settings.
        this.wait.set(this.other, Duration.ofMillis(1));
        this.wait.set(this.other, Duration.ofMillis(1));
    }

    @Actor
    public void sooner() {
        this.wait.set(this.event, Duration.ofMillis(5));
    }

    @Actor
    public void later() {
        this.wait.set(this.other, Duration.ofMillis(7));
    }

    @Arbiter
    public void arbiter(IZZ_Result result) {
        result.r1 = this.event.waiting();
        this.time.nanos = Duration.ofMillis(6).toNanos();
        this.clock.serve();
        result.r2 = this.wait.isSet();
        this.time.nanos = Duration.ofMillis(8).toNanos();
        this.clock.serve();
        result.r3 = this.wait.isSet();
    }

}
