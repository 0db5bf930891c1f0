package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t CloseSettleTest
 * </pre>
 *
 * An object that is closed while its last execution settles, and while somebody waits for
 * that, is freed exactly once. The results are the references to its library that are
 * left, of two, and whether the waiter saw it quiet.
 */
@JCStressTest
@Outcome(id = "1, true", expect = Expect.ACCEPTABLE, desc = "freed once, the waiter was let go")
@Outcome(expect = Expect.FORBIDDEN, desc = "freed never or twice, or the waiter missed it")
@State
public class CloseSettleTest {

    private final TpLibrary library = TpLibrary.of("library", () -> {
    });

    private final TpWork work = Unstarted
        .work(TpEnvironment.of(Unstarted.pool()).toBuilder().library(this.library).build());

    public CloseSettleTest() {
        this.library.retain();
        this.work.beginOnCaller();
    }

    @Actor
    public void worker() {
        this.work.settle(false);
    }

    @Actor
    public void closer() {
        this.work.close();
    }

    @Actor
    public void waiter(IZ_Result result) {
        result.r2 = Unstarted.uninterrupted(() -> this.work.awaitQuiet(TpObject.Quiet.FOR_OBJECT, Deadline.NEVER));
    }

    @Arbiter
    public void arbiter(IZ_Result result) {
        result.r1 = this.library.references();
    }

}
