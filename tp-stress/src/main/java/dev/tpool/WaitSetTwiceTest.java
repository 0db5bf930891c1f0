package dev.tpool;

import dev.tpool.sync.TpEvent;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t WaitSetTwiceTest
 * </pre>
 *
 * A wait that two threads set at the same time, for one event and for another, stands in
 * one line if it is set, and in none if the event was there for it. The results are
 * whether it is set, the length of both lines, and pending callbacks.
 */
@JCStressTest
@Outcome(id = "true, 1, 0", expect = Expect.ACCEPTABLE, desc = "set; the signal is left")
@Outcome(id = "true, 1, 1", expect = Expect.ACCEPTABLE, desc = "signalled, and set for the other event")
@Outcome(id = "false, 0, 1", expect = Expect.ACCEPTABLE, desc = "set for the other event, and then signalled")
@Outcome(expect = Expect.FORBIDDEN, desc = "left in a line, or set and in none")
@State
public class WaitSetTwiceTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.autoReset();

    private final TpEvent other = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitSetTwiceTest() {
        this.wait.set(this.other);
        this.wait.unset();
    }

    @Actor
    public void setter() {
        this.wait.set(this.event);
    }

    @Actor
    public void signaller() {
        this.event.set();
        this.wait.set(this.other);
    }

    @Arbiter
    public void arbiter(ZII_Result result) {
        result.r1 = this.wait.isSet();
        result.r2 = Math.abs(this.event.waiting()) + Math.abs(this.other.waiting());
        result.r3 = (int) this.wait.pending();
    }

}
