package dev.tpool;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * <pre>
 * java -jar tp-stress/target/jcstress.jar -t StartReleaseTest
 * </pre>
 *
 * An operation is started on an I/O object while the close of its group releases the
 * object: either it is refused, or the object is not released. The results are whether
 * the operation was started, and whether the object was released.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "started first")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "released first")
@Outcome(expect = Expect.FORBIDDEN, desc = "an operation of an object that is gone")
@State
public class StartReleaseTest {

    private final TpCleanupGroup group = TpCleanupGroup.create("group");

    private final TpIo io = member(this.group);

    private volatile TpIo.@Nullable Operation<Integer> operation;

    private volatile boolean released;

    @Actor
    public void starter() {
        try {
            this.operation = this.io.start(null);
        }
        catch (IllegalStateException ex) {
            // Released.
        }
    }

    @Actor
    public void closer() {
        this.released = Unstarted.uninterrupted(() -> this.group.closeMembers(false, null, Duration.ZERO)).complete();
    }

    @Arbiter
    public void arbiter(ZZ_Result result) {
        result.r1 = this.operation != null;
        result.r2 = this.released;
    }

    private static TpIo member(TpCleanupGroup group) {
        TpEnvironment environment = TpEnvironment.of(Unstarted.pool()).toBuilder().cleanupGroup(group).build();
        TpIo io = new TpIo("io", environment, (instance, context, completion, self) -> {
        }, null);
        group.add(io);
        return io;
    }

}
