package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private void pushAll(int count) {
        for (int i = 0; i < count; i++) {
            push(i);
        }
    }

    /** What the owner would take next. */
    private QueueNode next() {
        QueueNode node = null;
        // A thief may take what was brought up, again and again.
        while (node == null && (this.stripe.hasLine() || this.stripe.bringUpRear())) {
            node = this.stripe.take();
        }
        return (node != null) ? node : this.stripe.refill();
    }

    private List<Object> takeAll() {
        List<Object> contexts = new ArrayList<>();
        for (QueueNode node = next(); node != null; node = next()) {
            contexts.add(node.context());
        }
        return contexts;
    }

    /** Nodes in order, linked to each other. */
    private static QueueNode linked(int from, int to) {
        QueueNode oldest = null;
        for (int i = to - 1; i >= from; i--) {
            QueueNode node = LaneTests.node(i);
            node.next = oldest;
            oldest = node;
        }
        return oldest;
    }

    private static List<Object> contextsFrom(QueueNode oldest) {
        List<Object> contexts = new ArrayList<>();
        for (QueueNode node = oldest; node != null; node = node.next) {
            contexts.add(node.context());
        }
        return contexts;
    }

    private static List<Object> numbers(int from, int to) {
        return IntStream.range(from, to).<Object>mapToObj((number) -> number).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 31, 32, 33, 34, 64, 65, 100, 1000 })
    void theOwnerTakesManyInOrder(int count) {
        pushAll(count);

        assertThat(takeAll()).isEqualTo(numbers(0, count));
        assertThat(this.stripe.isEmpty()).isTrue();
    }

    @Test
    void whatArrivesMeanwhileComesAfterTheRear() {
        pushAll(100);
        this.stripe.refill();
        push(100, 101);

        assertThat(takeAll()).isEqualTo(numbers(1, 102));
    }

    @ParameterizedTest
    @ValueSource(ints = { 2, 31, 32 })
    void aShortLineIsNotCut(int count) {
        pushAll(count);
        this.stripe.refill();

        assertThat(this.stripe.takeRear()).isNull();
        assertThat(contextsFrom(this.stripe.takeLine())).isEqualTo(numbers(1, count));
        assertThat(this.stripe.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = { 33, 34, 41, 100 })
    void aLongLineIsCutInTwo(int count) {
        pushAll(count);
        this.stripe.refill();
        int middle = 1 + (count - 1) / 2;

        assertThat(this.stripe.lineLength()).isEqualTo(middle - 1);
        assertThat(this.stripe.rearLength()).isEqualTo(count - middle);
        assertThat(contextsFrom(this.stripe.takeLine())).isEqualTo(numbers(1, middle));
        assertThat(this.stripe.takeLine()).isNull();
        assertThat(contextsFrom(this.stripe.takeRear())).isEqualTo(numbers(middle, count));
        assertThat(this.stripe.isEmpty()).isTrue();
    }

    @Test
    void theOwnerGoesOnWithTheRearOnceTheLineWasStolen() {
        pushAll(100);
        this.stripe.refill();
        assertThat(contextsFrom(this.stripe.takeLine())).isEqualTo(numbers(1, 50));

        assertThat(takeAll()).isEqualTo(numbers(50, 100));
    }

    @Test
    void whatMovesWhileItIsShownIsNotShownTwice() {
        pushAll(64);
        List<Object> shown = new ArrayList<>();

        this.stripe.forEach((node) -> {
            shown.add(node.context());
            if (shown.size() == 64) {
                this.stripe.refill();
            }
        });

        assertThat(shown).hasSize(64).doesNotHaveDuplicates();
    }

    @Test
    void whatIsBroughtUpIsCutAgain() {
        pushAll(101);
        this.stripe.refill();
        assertThat(contextsFrom(this.stripe.takeLine())).isEqualTo(numbers(1, 51));

        assertThat(this.stripe.bringUpRear()).isTrue();

        assertThat(contextsFrom(this.stripe.takeRear())).isEqualTo(numbers(76, 101));
        assertThat(contextsFrom(this.stripe.takeLine())).isEqualTo(numbers(51, 76));
        assertThat(this.stripe.bringUpRear()).isFalse();
        assertThat(this.stripe.hasLine()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = { -1, 0, 1, 31, 32, 39, 41, 79, 80, 1000 })
    void aWrongLengthLosesNothing(int length) {
        this.stripe.fill(linked(0, 40), length);
        push(40);

        assertThat(takeAll()).isEqualTo(numbers(0, 41));
        assertThat(this.stripe.isEmpty()).isTrue();
    }

    @Test
    void whatIsInTheRearIsThere() {
        QueueNode only = LaneTests.node(1);
        this.stripe.fill(only, 40);

        assertThat(this.stripe.isEmpty()).isFalse();
        assertThat(LaneTests.contexts(this.stripe)).containsExactly(1);
        this.stripe.takeRear();
        assertThat(this.stripe.isEmpty()).isTrue();
        assertThat(LaneTests.contexts(this.stripe)).isEmpty();
    }

    @Test
    void nothingIsAloneInFrontOfARear() {
        QueueNode first = LaneTests.node(1);
        this.stripe.fill(first);
        assertThat(this.stripe.alone()).isSameAs(first);
        assertThat(this.stripe.isStillAlone(first)).isTrue();

        this.stripe.fill(LaneTests.node(2), 40);

        assertThat(this.stripe.alone()).isNull();
        assertThat(this.stripe.isStillAlone(first)).isFalse();
    }

    @Test
    void isStuckWithARearOnly() {
        long now = Long.MAX_VALUE - 1;
        this.stripe.fill(LaneTests.node(1), 40);

        assertThat(this.stripe.isStuck(now)).isFalse();
        assertThat(this.stripe.isStuck(now + Stripe.STUCK_NANOS)).isTrue();
        this.stripe.takeRear();
        assertThat(this.stripe.isStuck(now + Stripe.STUCK_NANOS)).isFalse();
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
    void isStuckOnceItsOwnerHasBegunNothingForSoLong() {
        long now = Long.MAX_VALUE - 1;
        push(1);
        assertThat(this.stripe.isStuck(now)).isFalse();
        this.stripe.count();
        assertThat(this.stripe.isStuck(now)).isFalse();
        assertThat(this.stripe.isStuck(now + Stripe.STUCK_NANOS - 1)).isFalse();
        assertThat(this.stripe.isStuck(now + Stripe.STUCK_NANOS)).isTrue();
        this.stripe.count();
        assertThat(this.stripe.isStuck(now + Stripe.STUCK_NANOS)).isFalse();
        this.stripe.refill();
        assertThat(this.stripe.isStuck(now + 2 * Stripe.STUCK_NANOS)).isFalse();
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
                        node = this.stripe.takeRear();
                    }
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
        try {
            for (int i = 0; i < nodes; i++) {
                this.stripe.push(all.get(i));
                if (i % 3 == 0) {
                    QueueNode node = next();
                    if (node != null) {
                        taken.merge(node, true, (one, other) -> false);
                        own++;
                    }
                }
            }
            Pools.eventually(this.stripe::isEmpty);
        }
        finally {
            over.set(true);
        }
        int sum = own;
        for (Started<Integer> thief : thieves) {
            sum += thief.get();
        }

        assertThat(sum).isEqualTo(nodes);
        assertThat(taken).hasSize(nodes).doesNotContainValue(false);
    }

}
