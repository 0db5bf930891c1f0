package dev.tpool;

import java.time.Duration;
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
 * java -jar tp-stress/target/jcstress.jar -t JoinCloseTest
 * </pre>
 *
 * A one-shot is posted while its group is closed and, by another thread, the group's
 * members are: either it is refused as if it had never been, or it was accepted and is
 * told that it was dropped. The results are the posts that were accepted, those that were
 * told of, those in the reports of the closes, and the references to the library.
 */
@JCStressTest
@Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "accepted and dropped")
@Outcome(id = "0, 0, 0, 1", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "refused and told of, or accepted and lost")
@State
public class JoinCloseTest {

    private final AtomicInteger told = new AtomicInteger();

    private final AtomicInteger dropped = new AtomicInteger();

    private final TpCleanupGroup group = TpCleanupGroup.create("group");

    private final TpLibrary library = TpLibrary.of("library", () -> {
    });

    private final TpEnvironment environment = TpEnvironment.of(Unstarted.pool())
        .toBuilder()
        .cleanupGroup(this.group)
        .library(this.library)
        .build();

    @Actor
    public void poster(IIII_Result result) {
        try {
            result.r1 = this.environment.trySubmit(Unstarted.counting(this.told), null) ? 1 : 0;
        }
        catch (IllegalStateException ex) {
            // Refused, since the group is closed.
        }
    }

    @Actor
    public void closer() {
        try {
            this.group.close();
        }
        catch (IllegalStateException ex) {
            // It has a member.
        }
    }

    @Actor
    public void closerOfMembers() {
        closeMembers();
    }

    @Arbiter
    public void arbiter(IIII_Result result) {
        closeMembers();
        result.r2 = this.told.get();
        result.r3 = this.dropped.get();
        result.r4 = this.library.references();
    }

    private void closeMembers() {
        this.dropped.addAndGet(
                (int) Unstarted.uninterrupted(() -> this.group.closeMembers(true, null, Duration.ZERO)).dropped());
    }

}
