package dev.tpool;

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
 * java -jar tp-stress/target/jcstress.jar -t WaitTakenBackTwiceTest
 * </pre>
 *
 * Two threads unset a wait while it is signalled: one of the three has it. The results
 * are whether each of the two took it back, pending callbacks, and whether the event is
 * set.
 */
@JCStressTest
@Outcome(id = "true, false, 0, true", expect = Expect.ACCEPTABLE, desc = "the first has it")
@Outcome(id = "false, true, 0, true", expect = Expect.ACCEPTABLE, desc = "the second has it")
@Outcome(id = "false, false, 1, false", expect = Expect.ACCEPTABLE, desc = "the signal has it")
@Outcome(expect = Expect.FORBIDDEN, desc = "two have it, or nobody")
@State
public class WaitTakenBackTwiceTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitTakenBackTwiceTest() {
        this.wait.set(this.event);
    }

    @Actor
    public void signaller() {
        this.event.set();
    }

    @Actor
    public void first(LLLL_Result result) {
        result.r1 = this.wait.unset();
    }

    @Actor
    public void second(LLLL_Result result) {
        result.r2 = this.wait.unset();
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        result.r3 = this.wait.pending();
        result.r4 = this.event.isSet();
    }

}
