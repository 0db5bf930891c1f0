package dev.tpool;

import java.util.concurrent.atomic.AtomicBoolean;
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
 * java -jar tp-stress/target/jcstress.jar -t DeferredRetryTest
 * </pre>
 *
 * A deferred one-shot that cannot enter goes back, is posted again before the worker that
 * asked it is done with it, and is asked by another one, while its pool is closed: it
 * runs, or is dropped. The results are how often it was told of its end, what it has
 * entered and not left, whether it ran though it was told that it was dropped, and what
 * is left in the pool.
 */
@JCStressTest
@Outcome(id = "1, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "run or dropped, and freed once")
@Outcome(expect = Expect.FORBIDDEN, desc = "told never or twice, an entry not undone, or freed never or twice")
@State
public class DeferredRetryTest {

    private final AtomicInteger told = new AtomicInteger();

    private final AtomicBoolean goesBack = new AtomicBoolean(true);

    private final TpPool pool = Unstarted.pool();

    private final CountingEntry task = new CountingEntry(this.told) {

        @Override
        public boolean tryEnter() {
            if (DeferredRetryTest.this.goesBack.getAndSet(false)) {
                DeferredRetryTest.this.deferred.postNow();
                return false;
            }
            return super.tryEnter();
        }

    };

    private final TpDeferredCallback deferred = TpEnvironment.of(this.pool).tryDefer(this.task, null);

    public DeferredRetryTest() {
        this.deferred.postNow();
    }

    @Actor
    public void worker() {
        Unstarted.serve(this.pool);
        Unstarted.serve(this.pool);
    }

    @Actor
    public void closer() {
        Unstarted.serve(this.pool);
        this.pool.close();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        Unstarted.serve(this.pool);
        result.r1 = this.told.get();
        result.r2 = this.task.entered();
        result.r3 = (this.task.dropped() > 0 && this.task.runs() > 0) ? 1 : 0;
        result.r4 = this.pool.hasNoObjects() ? 0 : 1;
    }

}
