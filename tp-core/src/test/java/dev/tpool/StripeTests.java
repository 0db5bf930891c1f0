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
