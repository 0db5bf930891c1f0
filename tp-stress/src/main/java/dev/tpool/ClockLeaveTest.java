package dev.tpool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t ClockLeaveTest
 * </pre>
 *
 * A timer that is set while the clock's thread leaves, since nothing has been armed for a
 * while, is served by that thread, or another one is started. The results are the pending
 * callbacks, and whether another thread was started.
 */
@JCStressTest
@Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "it stayed")
@Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "it left, and the next one serves the timer")
@Outcome(id = "1, true", expect = Expect.ACCEPTABLE,
        desc = "it stayed, left later, and the next one was started in vain")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody serves the timer")
@State
public class ClockLeaveTest {

    private final AtomicInteger threads = new AtomicInteger();

    private final FastTime time = new FastTime();

    private Runnable first = () -> {
    };

    private final Clock clock = new Clock(this.time, (run) -> {
        if (this.threads.getAndIncrement() == 0) {
            this.first = run;
        }
        return Unstarted.thread(run);
    });

    private final TpPool pool = Unstarted.pool(this.clock);

    private final TpTimer timer = new TpTimer("timer", TpEnvironment.of(this.pool), (instance, context, timer) -> {
    }, null);

    public ClockLeaveTest() {
        this.timer.set(Duration.ofMinutes(1));
        this.timer.unset();
    }

    @Actor
    public void clock() {
        this.first.run();
    }

    @Actor
    public void setter() {
        this.timer.set(Duration.ofMillis(1));
    }

    @Arbiter
    public void arbiter(IZ_Result result) {
        result.r1 = (int) this.timer.pending();
        result.r2 = this.threads.get() > 1;
    }

    /**
     * Time that passes as soon as somebody parks for it.
     */
    private static final class FastTime implements TimeSource {

        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanoTime() {
            return this.nanos.get();
        }

        @Override
        public long wallNanos() {
            return this.nanos.get();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            this.nanos.addAndGet(nanos);
        }

    }

}
