package dev.tpool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t QueuePlaceTest
 * </pre>
 *
 * An object has its place in the queue exactly while something is pending on it, however
 * posters and a worker meet. The results are what is pending at the end and how often the
 * object is then in the queue.
 */
@JCStressTest
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "the other poster had yet to push")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the worker took one of two")
@Outcome(expect = Expect.FORBIDDEN, desc = "pending without a place, or twice in the queue")
@State
public class QueuePlaceTest {

    private final TpPool pool = Unstarted.pool();

    private final TpWork work = Unstarted.work(TpEnvironment.of(this.pool));

    @Actor
    public void poster() {
        this.work.post();
    }

    @Actor
    public void posterAndWorker() {
        this.work.post();
        QueueNode node = this.pool.queue().normal().take();
        if (node != null) {
            TpCallbackInstance instance = new TpCallbackInstance(this.pool, null);
            node.claim(instance);
            instance.leaveThread();
        }
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r1 = (int) this.work.pending();
        while (this.pool.queue().normal().take() != null) {
            result.r2++;
        }
    }

}
