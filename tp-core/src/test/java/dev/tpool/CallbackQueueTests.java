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
 * Tests for {@link CallbackQueue}.
 */
class CallbackQueueTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final CallbackQueue queue = new CallbackQueue();

    private static OneShot node(Object context) {
        return new OneShot(TpEnvironment.defaults(), (instance, own) -> {
        }, context);
    }

    private static List<Object> drain(CallbackQueue queue) {
        List<Object> contexts = new ArrayList<>();
        for (QueueNode node = queue.take(); node != null; node = queue.take()) {
            contexts.add(node.context());
        }
        return contexts;
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(this.queue.isEmpty()).isTrue();
        assertThat(this.queue.take()).isNull();
        assertThat(this.queue.countOneShots()).isZero();
    }

    @Test
    void handsOutInTheOrderOfArrivalWheneverSomethingIsTakenInBetween() {
        this.queue.add(node(1), TpPriority.NORMAL);
        this.queue.add(node(2), TpPriority.NORMAL);
        this.queue.add(node(3), TpPriority.NORMAL);
        assertThat(this.queue.take().context()).isEqualTo(1);
        this.queue.add(node(4), TpPriority.NORMAL);

        assertThat(drain(this.queue)).containsExactly(2, 3, 4);
        assertThat(this.queue.isEmpty()).isTrue();
    }

    @Test
    void emptiesAHigherLaneFirstEvenIfALowerOneWasBegun() {
        this.queue.add(node("low"), TpPriority.LOW);
        this.queue.add(node("normal 1"), TpPriority.NORMAL);
        this.queue.add(node("normal 2"), TpPriority.NORMAL);
        assertThat(this.queue.take().context()).isEqualTo("normal 1");
        this.queue.add(node("high"), TpPriority.HIGH);

        assertThat(drain(this.queue)).containsExactly("high", "normal 2", "low");
    }

    @Test
    void countsOneShotsInLineAndThoseThatHaveJustArrived() {
        this.queue.add(node(1), TpPriority.NORMAL);
        this.queue.add(node(2), TpPriority.NORMAL);
        this.queue.take();
        this.queue.add(node(3), TpPriority.NORMAL);
        this.queue.add(node(4), TpPriority.LOW);

        assertThat(this.queue.countOneShots()).isEqualTo(3);
    }

    @Test
    void aNodeThatWasTakenCanBeAddedAgain() {
        OneShot node = node("again");
        for (int i = 0; i < 3; i++) {
            this.queue.add(node, TpPriority.NORMAL);
            assertThat(this.queue.take()).isSameAs(node);
            assertThat(node.next).isNull();
        }
        assertThat(this.queue.isEmpty()).isTrue();
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
                    this.queue.add(node(new int[] { poster, number }), TpPriority.NORMAL);
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
                    QueueNode node = this.queue.take();
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
        assertThat(this.queue.isEmpty()).isTrue();
    }

}
