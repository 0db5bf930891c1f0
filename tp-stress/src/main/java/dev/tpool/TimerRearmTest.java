package dev.tpool;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t TimerRearmTest
 * </pre>
 *
 * A timer that is set anew while another tick of it is served, in which it is moved down
 * the wheel or expires, has its expiry taken back or posted, and the new one comes in
 * time. The results are whether the expiry was taken back, the pending callbacks after
 * that, and those after the new due time.
 */
@JCStressTest
@Outcome(id = "true, 0, 1", expect = Expect.ACCEPTABLE, desc = "taken back")
@Outcome(id = "false, 1, 2", expect = Expect.ACCEPTABLE, desc = "expired first")
@Outcome(expect = Expect.FORBIDDEN, desc = "an expiry is lost, comes twice, or comes late")
@State
public class TimerRearmTest {

    /** The beginning of a slot of the second level. */
    private static final long BORDER = 64L << TimerWheel.TICK_SHIFT;

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpEnvironment environment = TpEnvironment.of(this.pool);

    private final TpTimer expiring = timer();

    private final TpTimer moving = timer();

    public TimerRearmTest() {
        this.expiring.set(Duration.ofNanos(BORDER));
        this.moving.set(Duration.ofNanos(BORDER + BORDER / 2));
        this.time.nanos = BORDER;
    }

    @Actor
    public void setter(ZII_Result result) {
        this.moving.set(Duration.ofNanos(BORDER / 4));
        result.r1 = this.expiring.set(Duration.ofNanos(BORDER / 4));
    }

    @Actor
    public void clock() {
        this.clock.serve();
    }

    @Arbiter
    public void arbiter(ZII_Result result) {
        result.r2 = (int) (this.expiring.pending() + this.moving.pending());
        this.time.nanos = BORDER + BORDER / 4;
        this.clock.serve();
        // The other one adds exactly one, or this test forbids it.
        result.r3 = (int) (this.expiring.pending() + this.moving.pending()) - 1;
    }

    private TpTimer timer() {
        return new TpTimer("timer", this.environment, (instance, context, timer) -> {
        }, null);
    }

}
