package dev.tpool;

import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpMutex;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t TellWhenFreeTest
 * </pre>
 *
 * Whoever asks to be told when a lock is free is told, once, or is answered that it is
 * free, while its owner lets it go and takes it again. The results are the answer and how
 * often it was told.
 */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "told by who let go")
@Outcome(id = "false, 0", expect = Expect.ACCEPTABLE, desc = "nobody had it")
@Outcome(expect = Expect.FORBIDDEN, desc = "told never or twice, or told though it need not be")
@State
public class TellWhenFreeTest {

    private final AtomicInteger told = new AtomicInteger();

    private final TpMutex mutex = TpMutex.named("mutex");

    @Actor
    public void owner() {
        this.mutex.lock();
        this.mutex.unlock();
        if (this.mutex.tryLock()) {
            this.mutex.unlock();
        }
    }

    @Actor
    public void listener(ZI_Result result) {
        result.r1 = this.mutex.tellWhenFree(this.told::incrementAndGet);
    }

    @Arbiter
    public void arbiter(ZI_Result result) {
        result.r2 = this.told.get();
    }

}
