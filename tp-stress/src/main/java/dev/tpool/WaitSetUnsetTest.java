package dev.tpool;

import java.time.Duration;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZIZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitSetUnsetTest
 * </pre>
 *
 * A wait that is unset while it is being set leaves nothing in line if it is not set, and
 * stands there if it is. The results are whether unsetting took the setting back, the
 * length of the line, and whether the wait is set.
 */
@JCStressTest
@Outcome(id = "true, 0, false", expect = Expect.ACCEPTABLE, desc = "taken back")
@Outcome(id = "false, 1, true", expect = Expect.ACCEPTABLE, desc = "unset before it was set")
@Outcome(expect = Expect.FORBIDDEN, desc = "left in line, or set and not in line")
@State
public class WaitSetUnsetTest {

    private final TpPool pool = Unstarted.pool(Unstarted.clock(new StandingTime()));

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    @Actor
    public void setter() {
        this.wait.set(this.event, Duration.ofMillis(1));
    }

    @Actor
    public void unsetter(ZIZ_Result result) {
        result.r1 = this.wait.unset();
    }

    @Arbiter
    public void arbiter(ZIZ_Result result) {
        result.r2 = this.event.waiting();
        result.r3 = this.wait.isSet();
    }

}
