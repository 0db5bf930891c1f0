package dev.tpool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t ParkWakeTest
 * </pre>
 *
 * No wake-up is lost: two posters, each of which waits for its own callback, against real
 * workers that park, leave and come all the time.
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both ran")
@Outcome(expect = Expect.FORBIDDEN, desc = "a callback stayed in the queue beside a parked worker")
@State
public class ParkWakeTest {

    private static final TpEnvironment ENVIRONMENT = TpEnvironment
        .of(TpPool.builder("park-wake").threadMaximum(2).keepAlive(Duration.ofNanos(50_000)).build());

    @Actor
    public void poster(ZZ_Result result) {
        result.r1 = postAndAwait();
    }

    @Actor
    public void otherPoster(ZZ_Result result) {
        result.r2 = postAndAwait();
    }

    private static boolean postAndAwait() {
        CountDownLatch ran = new CountDownLatch(1);
        ENVIRONMENT.trySubmit(ran::countDown);
        return Unstarted.uninterrupted(() -> ran.await(20, TimeUnit.SECONDS));
    }

}
