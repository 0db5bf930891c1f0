package dev.tpool;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CallbackQueue}.
 */
class CallbackQueueTests {

    private final CallbackQueue queue = new CallbackQueue();

    private final Stripe stripe = new Stripe();

    private void add(Object context, TpPriority priority) {
        this.queue.add(LaneTests.node(context), priority, this.stripe);
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(this.queue.isEmpty()).isTrue();
        assertThat(this.queue.countOneShots()).isZero();
    }

    @Test
    void whatIsInAnyLaneOrStripeIsThere() {
        for (TpPriority priority : TpPriority.values()) {
            CallbackQueue any = new CallbackQueue();
            any.add(LaneTests.node(priority), priority, null);
            assertThat(any.isEmpty()).as("%s", priority).isFalse();
            assertThat(any.countOneShots()).isEqualTo(1);
        }
        this.queue.addStripe(this.stripe);
        this.stripe.push(LaneTests.node("near"));
        assertThat(this.queue.isEmpty()).isFalse();
        assertThat(this.queue.countOneShots()).isEqualTo(1);
    }

    @Test
    void onlyWhatHasNormalPriorityGoesToAStripeAndOnlyWhileItIsOpen() {
        add("closed", TpPriority.NORMAL);
        this.stripe.setOpen(true);
        add("high", TpPriority.HIGH);
        add("normal", TpPriority.NORMAL);
        add("low", TpPriority.LOW);

        assertThat(LaneTests.contexts(this.queue.normal())).containsExactly("closed");
        assertThat(LaneTests.contexts(this.stripe)).containsExactly("normal");
        assertThat(LaneTests.contexts(this.queue.high())).containsExactly("high");
        assertThat(LaneTests.contexts(this.queue.low())).containsExactly("low");
    }

    @Test
    void whatIsMovedToTheLaneKeepsItsOrder() {
        this.stripe.setOpen(true);
        for (int i = 0; i < 3; i++) {
            add(i, TpPriority.NORMAL);
        }

        this.queue.addAgain(this.stripe.takeArrivals());

        Lane lane = this.queue.normal();
        assertThat(List.of(lane.take(), lane.take(), lane.take())).extracting(QueueNode::context)
            .containsExactly(0, 1, 2);
        assertThat(lane.isEmpty()).isTrue();
    }

    @Test
    void theNodesOfAStripeThatGoesAreMovedToTheLane() {
        this.queue.addStripe(this.stripe);
        this.stripe.push(LaneTests.node(1));
        this.stripe.push(LaneTests.node(2));

        this.queue.removeStripe(this.stripe);

        assertThat(this.queue.stripes()).isEmpty();
        assertThat(this.queue.normal().take().context()).isEqualTo(1);
        assertThat(this.queue.normal().take().context()).isEqualTo(2);
    }

    @Test
    void whatWasInLineInAStripeGoesBackBeforeAllOthers() {
        for (int i = 0; i < 6; i++) {
            this.queue.normal().push(LaneTests.node(i));
        }
        assertThat(this.queue.normal().takeBatch(this.stripe, 3, 1).context()).isEqualTo(0);
        this.stripe.push(LaneTests.node("again"));

        assertThat(this.queue.empty(this.stripe)).isTrue();

        assertThat(this.queue.empty(this.stripe)).isFalse();
        Lane lane = this.queue.normal();
        for (Object expected : List.of(1, 2, 3, 4, 5, "again")) {
            assertThat(lane.take().context()).isEqualTo(expected);
        }
    }

    @Test
    void soDoesWhatWasInTheRearBehindIt() {
        this.queue.addStripe(this.stripe);
        for (int i = 0; i < 100; i++) {
            this.stripe.push(LaneTests.node(i));
        }
        assertThat(this.stripe.refill().context()).isEqualTo(0);
        this.queue.normal().push(LaneTests.node(100));
        this.stripe.push(LaneTests.node(101));
        assertThat(this.queue.countOneShots()).isEqualTo(101);

        assertThat(this.queue.empty(this.stripe)).isTrue();

        assertThat(this.stripe.isEmpty()).isTrue();
        for (int i = 1; i < 102; i++) {
            assertThat(this.queue.normal().take().context()).isEqualTo(i);
        }
        assertThat(this.queue.isEmpty()).isTrue();
    }

    @Test
    void whatIsOnlyInTheRearOfAStripeIsThereAndIsMoved() {
        this.queue.addStripe(this.stripe);
        this.stripe.fill(LaneTests.node(1), 40);

        assertThat(this.queue.isEmpty()).isFalse();
        assertThat(this.queue.hasEmptyStripes()).isFalse();
        assertThat(this.queue.countOneShots()).isEqualTo(1);
        assertThat(this.queue.empty(this.stripe)).isTrue();
        assertThat(this.queue.normal().take().context()).isEqualTo(1);
    }

    @Test
    void thereAreNoMoreStripesThanHelp() {
        while (this.queue.addStripe(new Stripe())) {
            assertThat(this.queue.stripes()).hasSizeLessThan(1000);
        }
        Stripe one = this.queue.stripes()[0];
        this.queue.removeStripe(one);

        assertThat(this.queue.stripes()).doesNotContain(one);
        assertThat(this.queue.addStripe(this.stripe)).isTrue();
        assertThat(this.queue.addStripe(one)).isFalse();
    }

}
