package dev.tpool;

import java.util.List;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t MembersPruneTest
 * </pre>
 *
 * Two one-shots join a group while those that have ended are dropped and then all are
 * taken away: each that has not ended is found once. The results are how often the two
 * that joined, one that was there before and one that had ended were.
 */
@JCStressTest
@Outcome(id = "1, 1, 1, 0", expect = Expect.ACCEPTABLE, desc = "each found once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost or found twice")
@State
public class MembersPruneTest {

    private static final TpEnvironment ENVIRONMENT = TpEnvironment.defaults();

    private final OneShotMembers members = new OneShotMembers();

    private final TrackedOneShot first = oneShot();

    private final TrackedOneShot second = oneShot();

    private final TrackedOneShot older = oneShot();

    private final TrackedOneShot ended = oneShot();

    private List<TrackedOneShot> taken;

    public MembersPruneTest() {
        this.members.add(this.older);
        this.members.add(this.ended);
        this.ended.endUnbegun();
    }

    @Actor
    public void poster() {
        this.members.add(this.first);
    }

    @Actor
    public void otherPoster() {
        this.members.add(this.second);
    }

    @Actor
    public void closer() {
        this.members.prune();
        this.taken = this.members.takeAll();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        List<TrackedOneShot> left = this.members.takeAll();
        result.r1 = found(this.first, left);
        result.r2 = found(this.second, left);
        result.r3 = found(this.older, left);
        result.r4 = found(this.ended, left);
    }

    private int found(TrackedOneShot wanted, List<TrackedOneShot> left) {
        int count = 0;
        for (TrackedOneShot each : this.taken) {
            count += (each == wanted) ? 1 : 0;
        }
        for (TrackedOneShot each : left) {
            count += (each == wanted) ? 1 : 0;
        }
        return count;
    }

    private static TrackedOneShot oneShot() {
        return new TrackedOneShot(ENVIRONMENT, (instance, context) -> {
        }, null);
    }

}
