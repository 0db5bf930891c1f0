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
 * java -jar tp-stress/target/jcstress.jar -t WaitMovedCloseTest
 * </pre>
 *
 * A wait is set for another event while it is signalled and then closed: who is refused
 * has changed nothing. The results are what setting said, pending callbacks, whether the
 * event is set, and the length of both lines.
 */
@JCStressTest
@Outcome(id = "true, 0, true, 0", expect = Expect.ACCEPTABLE, desc = "set first; nobody is there for the signal")
@Outcome(id = "false, 1, false, 0", expect = Expect.ACCEPTABLE, desc = "signalled, set, and closed")
@Outcome(id = "closed, 1, false, 0", expect = Expect.ACCEPTABLE, desc = "signalled and closed first")
@Outcome(expect = Expect.FORBIDDEN, desc = "refused, but taken back, or left in line")
@State
public class WaitMovedCloseTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.autoReset();

    private final TpEvent other = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitMovedCloseTest() {
        this.wait.set(this.event);
    }

    @Actor
    public void setter(LLLL_Result result) {
        try {
            result.r1 = this.wait.set(this.other);
        }
        catch (IllegalStateException ex) {
            result.r1 = "closed";
        }
    }

    @Actor
    public void signaller() {
        this.event.set();
        this.wait.close();
    }

    @Arbiter
    public void arbiter(LLLL_Result result) {
        result.r2 = this.wait.pending();
        result.r3 = this.event.isSet();
        result.r4 = this.event.waiting() + this.other.waiting();
    }

}
