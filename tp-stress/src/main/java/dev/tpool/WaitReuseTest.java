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
 * java -jar tp-stress/target/jcstress.jar -t WaitReuseTest
 * </pre>
 *
 * A wait that is unset and set again while it is signalled: what is meant for one setting
 * never meets the other. There is one signal, which one of the two gets. The results are
 * whether unsetting took the first one back, whether the wait is still set, pending
 * callbacks once the time of the second one is over, too, and whether the event is set.
 */
@JCStressTest
@Outcome(id = "true, false, 1, false", expect = Expect.ACCEPTABLE, desc = "taken back; the second has the signal")
@Outcome(id = "false, true, 2, false", expect = Expect.ACCEPTABLE, desc = "the first has it; the second times out")
@Outcome(expect = Expect.FORBIDDEN, desc = "one setting was taken for the other")
@State
public class WaitReuseTest {

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitReuseTest() {
        this.wait.set(this.event, Duration.ofMillis(1));
        this.time.nanos = Duration.ofMillis(2).toNanos();
    }

    @Actor
    public void signaller() {
        this.event.set();
        this.clock.serve();
    }

    @Actor
    public void setter(LLLL_Result result) {
        result.r1 = this.wait.unset();
        this.wait.set(this.event, Duration.ofMillis(1));
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
