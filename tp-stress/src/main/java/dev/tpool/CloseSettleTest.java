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
 * An object that is closed while its last execution settles is freed exactly once. The
 * results are the references to its library that are left, of three, and whether it is
 * freed.
 */
@JCStressTest
@Outcome(id = "2, true", expect = Expect.ACCEPTABLE, desc = "freed once")
@Outcome(expect = Expect.FORBIDDEN, desc = "freed never or twice")
@State
public class CloseSettleTest {

    private final TpLibrary library = TpLibrary.of("library", () -> {
    });

    private final TpWork work = Unstarted
        .work(TpEnvironment.of(Unstarted.pool()).toBuilder().library(this.library).build());

    public CloseSettleTest() {
        this.library.retain();
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

    @Arbiter
    public void arbiter(IZ_Result result) {
        result.r1 = this.library.references();
        result.r2 = this.work.isFreed();
    }

}
