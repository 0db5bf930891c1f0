package dev.tpool;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t ClockWakeTest
 * </pre>
 *
 * A timer that is set while the clock's thread decides how long to park is known to it by
 * then, or it is woken. The results are the timers that are late, and whether the thread
 * has to be woken for another one that is due at that time.
 */
@JCStressTest
@Outcome(id = "0, false", expect = Expect.ACCEPTABLE, desc = "the thread knows of it, or is awake")
@Outcome(expect = Expect.FORBIDDEN, desc = "the thread sleeps and does not know of it")
@State
public class ClockWakeTest {

    private static final long DUE = Duration.ofMillis(1).toNanos();

    private final StandingTime time = new StandingTime();

    private final Clock clock = Unstarted.clock(this.time);

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpTimer far = timer();

    private final TpTimer near = timer();

    public ClockWakeTest() {
        this.far.set(Duration.ofHours(1));
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

    @Actor
    public void setter() {
        this.near.set(Duration.ofNanos(DUE));
    }

    @Arbiter
    public void arbiter(IZ_Result result) {
        result.r1 = (int) this.near.pending();
        result.r2 = this.clock.wouldMiss(TimerWheel.tickFor(DUE));
    }

    private TpTimer timer() {
        return new TpTimer("timer", TpEnvironment.of(this.pool), (instance, context, timer) -> {
        }, null);
    }

}
