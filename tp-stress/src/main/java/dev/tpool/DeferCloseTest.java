package dev.tpool;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t DeferCloseTest
 * </pre>
 *
 * A one-shot is deferred while its pool is closed: either it is refused as if it had
 * never been, or it was accepted and is told that it was dropped. The results are the
 * one-shots that were accepted, those that were told of, the references to the library,
 * and what is left in the group and, if anything is, in the pool.
 */
@JCStressTest
@Outcome(id = "1, 1, 1, 0", expect = Expect.ACCEPTABLE, desc = "accepted and dropped")
@Outcome(id = "0, 0, 1, 0", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "refused and told of, accepted and lost, or freed never or twice")
@State
public class DeferCloseTest {

    private final AtomicInteger told = new AtomicInteger();

    private final TpPool pool = Unstarted.pool();

    private final TpCleanupGroup group = TpCleanupGroup.create("group");

    private final TpLibrary library = TpLibrary.of("library", () -> {
    });

    private final TpEnvironment environment = TpEnvironment.of(this.pool)
        .toBuilder()
        .cleanupGroup(this.group)
        .library(this.library)
        .build();

    @Actor
    public void poster(IIII_Result result) {
        try {
            result.r1 = (this.environment.tryDefer(new CountingEntry(this.told), null) != null) ? 1 : 0;
        }
        catch (IllegalStateException ex) {
            // Refused, since the pool is closed.
        }
    }

    @Actor
    public void closer() {
        this.pool.close();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        result.r2 = this.told.get();
        result.r3 = this.library.references();
        result.r4 = this.group.size() + (this.pool.hasNoObjects() ? 0 : 1);
    }

}
