package dev.tpool;

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
 * java -jar tp-stress/target/jcstress.jar -t WaitUnsetTest
 * </pre>
 *
 * A wait that is unset while its event is set: either the signal was consumed and the
 * callback is pending, or the wait was taken back and the signal is still there. The
 * results are pending callbacks, whether the event is still set, and whether unsetting
 * took the wait back.
 */
@JCStressTest
@Outcome(id = "1, false, false", expect = Expect.ACCEPTABLE, desc = "the signal came first")
@Outcome(id = "0, true, true", expect = Expect.ACCEPTABLE, desc = "the wait was taken back first")
@Outcome(expect = Expect.FORBIDDEN, desc = "a signal without a callback, or a callback without a signal")
@State
public class WaitUnsetTest {

    private final TpPool pool = Unstarted.pool();

    private final TpEvent event = TpEvent.autoReset();

    private final TpWait wait = Unstarted.wait(this.pool);

    public WaitUnsetTest() {
        this.wait.set(this.event);
    }

    @Actor
    public void signaller() {
        this.event.set();
    }

    @Actor
    public void unsetter(IZZ_Result result) {
        result.r3 = this.wait.unset();
    }

    @Arbiter
    public void arbiter(IZZ_Result result) {
        result.r1 = (int) this.wait.pending();
        result.r2 = this.event.isSet();
    }

}
