package dev.tpool;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t CoarseTimeTest
 * </pre>
 *
 * What is armed by the coarse time while the clock's thread writes down another moment is
 * not due too early, though much time passes between any two steps of that. The result is
 * whether it would be.
 */
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "not before its time")
@Outcome(expect = Expect.FORBIDDEN, desc = "too early")
@State
public class CoarseTimeTest {

    private static final long DELAY = TimeUnit.SECONDS.toNanos(10);

    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(300);

    private final AtomicLong now = new AtomicLong();

    private final CoarseTime coarse = new CoarseTime(() -> this.now.getAndAdd(STEP));

    private long armedAt;

    private long due;

    public CoarseTimeTest() {
        this.coarse.begin();
    }

    @Actor
    public void clock() {
        this.coarse.replace();
    }

    @Actor
    public void setter() {
        this.armedAt = this.now.get();
        this.due = this.coarse.dueIn(DELAY);
    }

    @Arbiter
    public void arbiter(Z_Result result) {
        // Who decides that something is due does this first.
        this.coarse.replace();
        result.r1 = this.coarse.exactly(this.due) < this.armedAt + DELAY;
    }

}
