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
 * java -jar tp-stress/target/jcstress.jar -t WaitSetByTwoTest
 * </pre>
 *
 * Two threads set a wait again that is set: each takes one setting back, and the last one
 * stands in line. The results are whether each of them took one back, the length of both
 * lines, and whether the wait is set.
 */
@JCStressTest
@Outcome(id = "true, true, 1, true", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "a setting went without a word, or is left in line")
@State
public class WaitSetByTwoTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.autoReset();

    private final TpEvent other = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitSetByTwoTest() {
        this.wait.set(this.event);
    }

    @Actor
    public void first(LLLL_Result result) {
        result.r1 = this.wait.set(this.event);
    }

    @Actor
    public void second(LLLL_Result result) {
        result.r2 = this.wait.set(this.other);
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        result.r3 = this.event.waiting() + this.other.waiting();
        result.r4 = this.wait.isSet();
    }

}
