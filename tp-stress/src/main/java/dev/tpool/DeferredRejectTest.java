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
 * java -jar tp-stress/target/jcstress.jar -t DeferredRejectTest
 * </pre>
 *
 * A deferred one-shot that is posted and run while it is rejected has one of the two
 * ends. The results are how often it was told of its end or rejected, what it has entered
 * and not left, the references to its library that are left, and what is left in its
 * pool.
 */
@JCStressTest
@Outcome(id = "1, 0, 1, 0", expect = Expect.ACCEPTABLE, desc = "run or rejected, and freed once")
@Outcome(expect = Expect.FORBIDDEN, desc = "two ends or none, an entry not undone, or freed never or twice")
@State
public class DeferredRejectTest {

    private final AtomicInteger ends = new AtomicInteger();

    private final TpPool pool = Unstarted.pool();

    private final TpLibrary library = TpLibrary.of("library", () -> {
    });

    private final CountingEntry task = new CountingEntry(this.ends);

    private final TpDeferredCallback deferred = TpEnvironment.of(this.pool)
        .toBuilder()
        .library(this.library)
        .build()
        .tryDefer(this.task, null);

    @Actor
    public void poster() {
        this.deferred.postNow();
        Unstarted.serve(this.pool);
    }

    @Actor
    public void rejecter() {
        if (this.deferred.reject()) {
            this.ends.incrementAndGet();
        }
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        result.r1 = this.ends.get();
        result.r2 = this.task.entered();
        result.r3 = this.library.references();
        result.r4 = this.pool.hasNoObjects() ? 0 : 1;
    }

}
