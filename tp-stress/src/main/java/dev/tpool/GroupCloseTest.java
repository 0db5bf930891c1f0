package dev.tpool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t GroupCloseTest
 * </pre>
 *
 * Two threads close the members of a group to which one of them has posted a one-shot
 * before: it is dropped by exactly one of them, with one call of the cancel callback. The
 * results are what the two dropped together, how often the cancel callback ran, and what
 * is left in the group.
 */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "dropped by one of the closers")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or closed twice")
@State
public class GroupCloseTest {

    private final AtomicInteger cancelled = new AtomicInteger();

    private final TpCleanupGroup group = TpCleanupGroup.create("group");

    private final TpEnvironment environment = TpEnvironment.of(Unstarted.pool())
        .toBuilder()
        .cleanupGroup(this.group, (objectContext, cleanupContext) -> this.cancelled.incrementAndGet())
        .build();

    private volatile long droppedByOne;

    private volatile long droppedByOther;

    @Actor
    public void posterAndCloser() {
        this.environment.trySubmit(() -> {
        });
        this.droppedByOne = closeMembers();
    }

    @Actor
    public void otherCloser() {
        this.droppedByOther = closeMembers();
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r1 = (int) (this.droppedByOne + this.droppedByOther);
        result.r2 = this.cancelled.get();
        result.r3 = this.group.size();
    }

    private long closeMembers() {
        return Unstarted.uninterrupted(() -> this.group.closeMembers(true, null, Duration.ZERO)).dropped();
    }

}
