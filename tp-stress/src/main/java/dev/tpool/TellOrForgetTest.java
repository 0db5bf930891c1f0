package dev.tpool;

import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpMutex;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t TellOrForgetTest
 * </pre>
 *
 * Who wants to be told when a lock is free, and takes that back while the owner lets go,
 * is told or forgotten. The results are whether there was somebody to wait for, whether
 * it was forgotten, and how often it was told.
 */
@JCStressTest
@Outcome(id = "true, true, 0", expect = Expect.ACCEPTABLE, desc = "forgotten")
@Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "told")
@Outcome(id = "false, false, 0", expect = Expect.ACCEPTABLE, desc = "nobody had it")
@Outcome(expect = Expect.FORBIDDEN, desc = "told and forgotten, or neither")
@State
public class TellOrForgetTest {

    private final AtomicInteger told = new AtomicInteger();

    private final TpMutex mutex = TpMutex.named("mutex");

    @Actor
    public void owner() {
        this.mutex.lock();
        this.mutex.unlock();
    }

    @Actor
    public void listener(ZZI_Result result) {
        Runnable listener = this.told::incrementAndGet;
        result.r1 = this.mutex.tellWhenFree(listener);
        result.r2 = this.mutex.forget(listener);
    }

    @Arbiter
    public void arbiter(ZZI_Result result) {
        result.r3 = this.told.get();
    }

}
