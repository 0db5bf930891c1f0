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
 * java -jar tp-stress/target/jcstress.jar -t WaitSetSetUnsetTest
 * </pre>
 *
 * A wait that is set twice while somebody unsets it: each setting is taken back by one
 * call, or is there in the end. The results are how many the setter took back, whether
 * unsetting took one back, whether the wait is set, and the length of the line.
 */
@JCStressTest
@Outcome(id = "1, false, true, 1", expect = Expect.ACCEPTABLE, desc = "unset first")
@Outcome(id = "0, true, true, 1", expect = Expect.ACCEPTABLE, desc = "unset in between")
@Outcome(id = "1, true, false, 0", expect = Expect.ACCEPTABLE, desc = "unset last")
@Outcome(expect = Expect.FORBIDDEN, desc = "two settings for one word, or two words for one")
@State
public class WaitSetSetUnsetTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    @Actor
    public void setter(LLLL_Result result) {
        boolean first = this.wait.set(this.event);
        boolean second = this.wait.set(this.event);
        result.r1 = (first ? 1 : 0) + (second ? 1 : 0);
    }

    @Actor
    public void unsetter(LLLL_Result result) {
        result.r2 = this.wait.unset();
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        result.r3 = this.wait.isSet();
        result.r4 = this.event.waiting();
    }

}
