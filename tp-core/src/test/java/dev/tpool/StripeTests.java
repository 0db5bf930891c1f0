package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Stripe}.
 */
class StripeTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final Stripe stripe = new Stripe();

    private void push(Object... contexts) {
        for (Object context : contexts) {
            this.stripe.push(LaneTests.node(context));
        }
    }

    @Test
    void theOwnerTakesInOrder() {
        push(1, 2, 3);

        assertThat(this.stripe.take()).isNull();
        assertThat(this.stripe.refill().context()).isEqualTo(1);
        push(4);
        assertThat(this.stripe.take().context()).isEqualTo(2);
        assertThat(this.stripe.take().context()).isEqualTo(3);
        assertThat(this.stripe.take()).isNull();
        assertThat(this.stripe.refill().context()).isEqualTo(4);
        assertThat(this.stripe.isEmpty()).isTrue();
        assertThat(this.stripe.refill()).isNull();
    }

    @Test
    void aThiefTakesWhatIsInLineAndThenWhatHasArrived() {
        push(1, 2, 3);
        this.stripe.refill();
        push(4, 5);

        QueueNode stolen = this.stripe.takeLine();

        assertThat(stolen.context()).isEqualTo(2);
        assertThat(stolen.next.context()).isEqualTo(3);
        assertThat(stolen.next.next).isNull();
        assertThat(this.stripe.take()).isNull();
        assertThat(this.stripe.takeLine()).isNull();
        assertThat(this.stripe.takeArrivals().context()).isEqualTo(4);
        assertThat(this.stripe.takeArrivals()).isNull();
        assertThat(this.stripe.isEmpty()).isTrue();
    }

    @Test
    void isStuckOnceItsOwnerHasBegunNothingBetweenTwoLooks() {
        push(1);
        this.stripe.count();
        assertThat(this.stripe.isStuck()).isFalse();
        assertThat(this.stripe.isStuck()).isTrue();
        this.stripe.count();
        assertThat(this.stripe.isStuck()).isFalse();
        this.stripe.refill();
        assertThat(this.stripe.isStuck()).isFalse();
    }

    @Test
    void claimsTrackedOneShotsWhereTheyStand() {
        List<TrackedOneShot> nodes = fillWithTracked(4);

        assertThat(this.stripe.claimFirst()).isSameAs(nodes.get(0));
        assertThat(this.stripe.claimBehind(nodes.get(0))).isSameAs(nodes.get(1));
        assertThat(nodes).extracting(TpObject::running).containsExactly(1, 1, 0, 0);
        nodes.get(0).settle(false);
        assertThat(this.stripe.claimBehind(nodes.get(1))).isSameAs(nodes.get(2));
        // The last one stays for those who look whether there is something.
        assertThat(this.stripe.claimBehind(nodes.get(2))).isNull();
        assertThat(this.stripe.isEmpty()).isFalse();
        this.stripe.passBy(nodes.get(2));

        assertThat(nodes.get(1).next).isNull();
        assertThat(this.stripe.claimFirst()).isNull();
        assertThat(this.stripe.take()).isSameAs(nodes.get(3));
        assertThat(this.stripe.isEmpty()).isTrue();
    }

    @Test
    void claimsNothingElseWhereItStands() {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        TpWork work = environment.work((instance, context, self) -> {
        }, null);
        QueueNode bare = LaneTests.node(1);
        bare.next = work;
        work.next = tracked(environment);
        this.stripe.fill(bare);
        assertThat(this.stripe.claimFirst()).isNull();

        assertThat(this.stripe.take()).isSameAs(bare);
        assertThat(this.stripe.claimFirst()).isNull();
        work.close();
    }

    @Test
    void stopsAtOneThatWasCancelled() {
        List<TrackedOneShot> nodes = fillWithTracked(3);
        nodes.get(1).beginDrop();

        assertThat(this.stripe.claimFirst()).isSameAs(nodes.get(0));
        assertThat(this.stripe.claimBehind(nodes.get(0))).isNull();
        this.stripe.passBy(nodes.get(0));
        assertThat(this.stripe.take()).isSameAs(nodes.get(1));
    }

    @Test
    void aThiefLeavesOutWhatTheOwnerHasClaimedWhereItStood() {
        List<TrackedOneShot> nodes = fillWithTracked(4);
        this.stripe.claimFirst();
        this.stripe.claimBehind(nodes.get(0));
        nodes.get(0).settle(false);

        assertThat(this.stripe.takeLine()).isSameAs(nodes.get(2));
        assertThat(this.stripe.claimBehind(nodes.get(1))).isNull();
        this.stripe.passBy(nodes.get(1));
        assertThat(nodes.get(0).next).isNull();
        assertThat(nodes.get(2).next).isSameAs(nodes.get(3));
        assertThat(this.stripe.isEmpty()).isTrue();
    }

    @Test
    void thoseThatFollowStayLinked() {
        List<TrackedOneShot> nodes = fillWithTracked(4);
        this.stripe.claimFirst();

        this.stripe.passBy(nodes.get(0));

        assertThat(this.stripe.takeLine()).isSameAs(nodes.get(1));
        assertThat(nodes.get(1).next).isSameAs(nodes.get(2));
        assertThat(nodes.get(2).next).isSameAs(nodes.get(3));
    }

    @Test
    void whatIsInAnotherLineByThenIsNotPassedBy() {
        List<TrackedOneShot> nodes = fillWithTracked(3);
        this.stripe.claimFirst();
        nodes.get(0).next = null;

        this.stripe.passBy(nodes.get(0));

        assertThat(this.stripe.isEmpty()).isFalse();
    }

    @Test
    void aThiefKeepsWhatWasCancelled() {
        List<TrackedOneShot> nodes = fillWithTracked(2);
        nodes.get(0).beginDrop();

        assertThat(this.stripe.takeLine()).isSameAs(nodes.get(0));
    }

    private List<TrackedOneShot> fillWithTracked(int count) {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        List<TrackedOneShot> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(tracked(environment));
            if (i > 0) {
                nodes.get(i - 1).next = nodes.get(i);
            }
        }
        this.stripe.fill(nodes.get(0));
        return nodes;
    }

    private static TrackedOneShot tracked(TpEnvironment environment) {
        return new TrackedOneShot(environment, (instance, context) -> {
        }, null);
    }

    @Test
    void everyNodeIsTakenOnceByOwnerOrThief() throws Exception {
        int nodes = 100_000;
        List<QueueNode> all = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            all.add(LaneTests.node(i));
        }
        ConcurrentHashMap<QueueNode, Boolean> taken = new ConcurrentHashMap<>();
        AtomicBoolean over = new AtomicBoolean();
        List<Started<Integer>> thieves = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            thieves.add(this.pools.start(() -> {
                int stolen = 0;
                while (!over.get()) {
                    QueueNode node = this.stripe.takeLine();
                    if (node == null) {
                        node = this.stripe.takeArrivals();
                    }
                    while (node != null) {
                        QueueNode following = node.next;
                        taken.merge(node, true, (one, other) -> false);
                        stolen++;
                        node = following;
                    }
                }
                return stolen;
            }));
        }
        int own = 0;
        for (int i = 0; i < nodes; i++) {
            this.stripe.push(all.get(i));
            if (i % 3 == 0) {
                QueueNode node = this.stripe.take();
                if (node == null) {
                    node = this.stripe.refill();
                }
                if (node != null) {
                    taken.merge(node, true, (one, other) -> false);
                    own++;
                }
            }
        }
        while (!this.stripe.isEmpty()) {
            Thread.onSpinWait();
        }
        over.set(true);
        int sum = own;
        for (Started<Integer> thief : thieves) {
            sum += thief.get();
        }

        assertThat(sum).isEqualTo(nodes);
        assertThat(taken).hasSize(nodes).doesNotContainValue(false);
    }

}
