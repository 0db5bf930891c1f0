package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OneShotMembers}.
 */
class OneShotMembersTests {

    private static final int MANY = 10_000;

    private static final int OUTSTANDING = 16;

    @RegisterExtension
    final Pools pools = new Pools();

    private final OneShotMembers members = new OneShotMembers();

    private TrackedOneShot add() {
        TrackedOneShot member = new TrackedOneShot(TpEnvironment.defaults(), (instance, context) -> {
        }, null);
        this.members.add(member);
        return member;
    }

    private static int kept(TrackedOneShot newest) {
        int count = 0;
        for (TrackedOneShot each = newest; each != null; each = each.joinedBefore()) {
            count++;
        }
        return count;
    }

    @Test
    void thoseThatHaveNotEndedAreFoundOldestFirst() {
        TrackedOneShot first = add();
        TrackedOneShot second = add();
        TrackedOneShot third = add();
        second.endUnbegun();

        assertThat(this.members.outstanding()).containsExactly(first, third);
        this.members.prune();
        TrackedOneShot fourth = add();
        assertThat(this.members.outstanding()).containsExactly(first, third, fourth);
        assertThat(this.members.takeAll()).containsExactly(first, third, fourth);
        assertThat(this.members.outstanding()).isEmpty();
    }

    @Test
    void thoseThatAreAddedAgainKeepTheirOrder() {
        TrackedOneShot first = add();
        TrackedOneShot second = add();
        List<TrackedOneShot> taken = this.members.takeAll();

        this.members.addAll(taken);

        assertThat(this.members.takeAll()).containsExactly(first, second);
        this.members.addAll(List.of());
        assertThat(this.members.outstanding()).isEmpty();
    }

    @Test
    void pruningIsDueOnceAsManyHaveEndedAsWereLeft() {
        List<TrackedOneShot> left = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            left.add(add());
        }

        this.members.prune();

        assertThat(this.members.outstanding()).isEqualTo(left);
        for (int i = 1; i < MANY; i++) {
            assertThat(this.members.countEnded()).isFalse();
        }
        assertThat(this.members.countEnded()).isTrue();
        this.members.prune();
        assertThat(this.members.countEnded()).isFalse();
    }

    @Test
    void aGroupKeepsFewOfThoseThatHaveEndedHoweverLongAnotherOneRuns() throws Exception {
        TpPool pool = this.pools.create();
        TpCleanupGroup group = TpCleanupGroup.create("members");
        TpEnvironment environment = TpEnvironment.of(pool).toBuilder().cleanupGroup(group).build();
        Gate gate = this.pools.gate();
        AtomicReference<TrackedOneShot> last = new AtomicReference<>();
        environment.trySubmit(gate::pass);
        gate.awaitArrivals(1);
        Semaphore outstanding = new Semaphore(OUTSTANDING);
        for (int i = 0; i < MANY; i++) {
            assertThat(outstanding.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            environment.trySubmit(() -> {
                last.set((TrackedOneShot) TpCallbackInstance.current().source());
                outstanding.release();
            });
        }
        Pools.eventually(() -> group.size() == 1);

        assertThat(group.snapshot().members()).extracting(TpObjectSnapshot::running).containsExactly(1);
        assertThat(kept(last.get())).isLessThan(MANY / 20);
        gate.open();
        Pools.eventually(() -> group.size() == 0);
    }

}
