package dev.tpool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Lane}.
 */
class LaneTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final Lane lane = new Lane();

    private final Stripe stripe = new Stripe();

    static OneShot node(Object context) {
        return new ContextOneShot(TpEnvironment.defaults(), (instance, own) -> {
        }, context);
    }

    static List<Object> contexts(NodeQueue queue) {
        List<Object> contexts = new ArrayList<>();
        queue.forEach((node) -> contexts.add(node.context()));
        return contexts;
    }

    private static List<Object> drain(Lane lane) {
        List<Object> contexts = new ArrayList<>();
        for (QueueNode node = lane.take(); node != null; node = lane.take()) {
            contexts.add(node.context());
        }
        return contexts;
    }

    private void push(Object... contexts) {
        for (Object context : contexts) {
            this.lane.push(node(context));
        }
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(this.lane.isEmpty()).isTrue();
        assertThat(this.lane.take()).isNull();
        assertThat(this.lane.alone()).isNull();
    }

    @Test
    void handsOutInTheOrderOfArrivalWheneverSomethingIsTakenInBetween() {
        push(1, 2, 3);
        assertThat(this.lane.take().context()).isEqualTo(1);
        push(4);

        assertThat(drain(this.lane)).containsExactly(2, 3, 4);
        assertThat(this.lane.isEmpty()).isTrue();
    }

    @Test
    void showsWhatIsInLineAndWhatHasJustArrived() {
        push(1, 2);
        this.lane.take();
        push(3);

        assertThat(contexts(this.lane)).containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void aNodeIsAloneWhereverItIsUntilAnotherComes() {
        push(1);
        assertThat(this.lane.alone().context()).isEqualTo(1);
        push(2);
        assertThat(this.lane.alone()).isNull();
        this.lane.take();
        assertThat(this.lane.alone().context()).isEqualTo(2);
        push(3);
        assertThat(this.lane.alone()).isNull();
    }

    @Test
    void aNodeThatWasTakenCanBeAddedAgain() {
        OneShot node = node("again");
        for (int i = 0; i < 3; i++) {
            this.lane.push(node);
            assertThat(this.lane.take()).isSameAs(node);
            assertThat(node.next).isNull();
        }
        assertThat(this.lane.isEmpty()).isTrue();
    }

    @Test
    void aBatchIsAShareOfWhatIsInLine() {
        push(1, 2, 3, 4, 5);

        assertThat(this.lane.takeBatch(this.stripe, 64, 2).context()).isEqualTo(1);
        assertThat(contexts(this.stripe)).containsExactly(2, 3);
        assertThat(drain(this.lane)).containsExactly(4, 5);
    }

    @Test
    void aBatchIsNoLargerThanAskedFor() {
        push(1, 2, 3, 4, 5);

        assertThat(this.lane.takeBatch(this.stripe, 2, 1).context()).isEqualTo(1);
        assertThat(contexts(this.stripe)).containsExactly(2);
        assertThat(drain(this.lane)).containsExactly(3, 4, 5);
    }

    @Test
    void aBatchOfTheLastNodeLeavesTheStripeEmpty() {
        push(1);

        assertThat(this.lane.takeBatch(this.stripe, 64, 1).context()).isEqualTo(1);
        assertThat(this.stripe.isEmpty()).isTrue();
        assertThat(this.lane.isEmpty()).isTrue();
        assertThat(this.lane.takeBatch(this.stripe, 64, 1)).isNull();
    }

    @Test
    void everyNodeIsTakenOnceAndThoseOfOnePosterInTheirOrder() throws Exception {
        int posters = 3;
        int each = 20_000;
        AtomicInteger left = new AtomicInteger(posters * each);
        List<Started<Integer>> started = new ArrayList<>();
        for (int i = 0; i < posters; i++) {
            int poster = i;
            started.add(this.pools.start(() -> {
                for (int number = 0; number < each; number++) {
                    push(new int[] { poster, number });
                }
                return 0;
            }));
        }
        List<Started<Integer>> takers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            takers.add(this.pools.start(() -> {
                Map<Integer, Integer> last = new HashMap<>();
                int disorder = 0;
                while (left.get() > 0) {
                    QueueNode node = this.lane.take();
                    if (node != null) {
                        left.decrementAndGet();
                        int[] context = (int[]) node.context();
                        Integer before = last.put(context[0], context[1]);
                        disorder += (before != null && before >= context[1]) ? 1 : 0;
                    }
                }
                return disorder;
            }));
        }

        for (Started<Integer> poster : started) {
            assertThat(poster.get()).isZero();
        }
        for (Started<Integer> taker : takers) {
            assertThat(taker.get()).isZero();
        }
        assertThat(left).hasValue(0);
        assertThat(this.lane.isEmpty()).isTrue();
    }

}
