package dev.tpool;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for how a worker goes from one object of its {@link Stripe} to the next.
 */
class StripeRoundTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final Stripe stripe = new Stripe();

    private final List<TpWork> works = new ArrayList<>();

    private final List<QueueNode> claimed = new ArrayList<>();

    private TpPool pool;

    private Gate gate;

    /** The only worker is held, so that nobody but the test takes from the queue. */
    @BeforeEach
    void hold() throws Exception {
        this.pool = this.pools.single();
        this.gate = this.pools.gate();
        TpEnvironment.of(this.pool).trySubmit(this.gate::pass);
        this.gate.awaitArrivals(1);
        this.stripe.setOpen(true);
        this.stripe.hasTurns();
    }

    @AfterEach
    void letGo() {
        this.claimed.forEach((node) -> node.settle(false));
        for (TpWork work : this.works) {
            work.next = null;
            if (!isQueuedInLane(work)) {
                this.pool.enqueue(work);
            }
        }
        this.claimed.clear();
        this.works.clear();
        this.gate.open();
    }

    private boolean isQueuedInLane(TpWork work) {
        List<QueueNode> queued = new ArrayList<>();
        this.pool.queue().normal().forEachUnderLock(queued::add);
        return queued.contains(work);
    }

    private TpWork posted() {
        TpWork work = this.pools.work(this.pool, () -> {
        });
        for (int i = 0; i < 5; i++) {
            work.submit();
        }
        this.works.add(work);
        return work;
    }

    private TpWork taken() {
        TpWork work = posted();
        assertThat(this.pool.queue().take()).isSameAs(work);
        return work;
    }

    private QueueNode next() {
        QueueNode node = this.stripe.claimNextInTurn(this.pool.queue().normal(), 1);
        if (node != null) {
            this.claimed.add(node);
        }
        return node;
    }

    private void begin(TpWork... inTurn) {
        for (TpWork work : inTurn) {
            this.stripe.push(work);
        }
        assertThat(this.stripe.refill()).isSameAs(inTurn[0]);
        assertThat(this.stripe.hasClaimed()).isTrue();
        this.claimed.add(inTurn[0]);
    }

    @Test
    void theyTakeTurnsAsLongAsNothingComes() {
        TpWork one = taken();
        TpWork two = taken();
        begin(one, two);

        assertThat(next()).isSameAs(two);
        assertThat(next()).isSameAs(one);
        assertThat(next()).isSameAs(two);
        assertThat(one.running()).isEqualTo(2);
        assertThat(two.running()).isEqualTo(2);
    }

    @Test
    void theRoundEndsBeforeWhatHasArrived() {
        TpWork one = taken();
        TpWork two = taken();
        begin(one, two);
        this.stripe.push(taken());

        assertThat(next()).isSameAs(two);
        assertThat(next()).isNull();
    }

    @Test
    void theRoundEndsBeforeWhatIsInTheLane() {
        TpWork one = taken();
        TpWork two = taken();
        begin(one, two);
        posted();

        assertThat(next()).isSameAs(two);
        assertThat(next()).isNull();
    }

    @Test
    void theRoundEndsBeforeWhatIsInTheRear() {
        TpWork one = taken();
        TpWork two = taken();
        TpWork three = taken();
        begin(one, two);
        this.stripe.fill(three, 40);

        assertThat(next()).isSameAs(two);
        assertThat(next()).isNull();
        assertThat(this.stripe.claimInTurn(this.pool.queue().normal(), 1)).isNull();
        assertThat(this.stripe.hasLine()).isFalse();
        assertThat(this.stripe.bringUpRear()).isTrue();
        assertThat(this.stripe.takeLine()).isSameAs(three);
        // They come after it.
        assertThat(this.stripe.takeArrivals()).isSameAs(one);
        assertThat(one.next).isSameAs(two);
    }

    @Test
    void anObjectWithOneCallbackLeftIsTakenOut() {
        TpWork one = taken();
        TpWork two = taken();
        begin(one, two);
        for (int i = 0; i < 3; i++) {
            assertThat(next()).isSameAs(two);
            assertThat(next()).isSameAs(one);
        }

        assertThat(next()).isSameAs(two);
        assertThat(next()).isNull();
        assertThat(one.pending()).isEqualTo(1);
        assertThat(two.pending()).isEqualTo(1);
    }

    @Test
    void whatIsAloneTakesNoTurns() {
        TpWork one = taken();
        TpWork two = taken();
        begin(one, two);
        assertThat(this.stripe.takeLine()).isSameAs(one);
        one.next = null;
        this.stripe.fill(one);
        this.claimed.add(this.stripe.claimInTurn(this.pool.queue().normal(), 1));

        assertThat(next()).isNull();
    }

    @Test
    void nothingIsLeftOfARoundThatWasStolen() {
        TpWork one = taken();
        TpWork two = taken();
        TpWork three = taken();
        begin(one, two);
        assertThat(this.stripe.takeLine()).isSameAs(one);
        assertThat(next()).isNull();

        one.next = three;
        three.next = null;
        this.stripe.fill(one);

        assertThat(next()).isNull();
        assertThat(two.running()).isZero();
    }

    @Test
    void aRoundThatIsClosedEnds() {
        begin(taken(), taken());
        this.stripe.setOpen(false);

        assertThat(next()).isNull();
    }

    /**
     * All was stolen in the middle of a round, and what the owner takes from the lane
     * next begins with the same object.
     */
    @Test
    void whoseTurnItWasIsForgottenWhenTheLineIsFilledAnew() {
        TpWork one = taken();
        TpWork two = taken();
        TpWork three = taken();
        begin(one, two);
        assertThat(this.stripe.takeLine()).isSameAs(one);
        one.next = three;
        two.next = null;
        three.next = null;
        this.stripe.fill(one);

        QueueNode next = this.stripe.claimInTurn(this.pool.queue().normal(), 1);

        assertThat(next).isSameAs(one);
        this.claimed.add(next);
    }

    /**
     * Whoever claims a callback has to run it, even if all that is in line was stolen
     * before the next look.
     */
    @Test
    void aThiefDoesNotHideThatACallbackWasClaimed() throws Exception {
        this.stripe.push(taken());
        this.stripe.push(taken());

        TpWork first = (TpWork) this.stripe.refill();
        this.stripe.takeLine();

        assertThat(this.stripe.hasClaimed()).isTrue();
        assertThat(first.running()).isEqualTo(1);
        this.claimed.add(first);
        letGo();
        first.waitForCallbacks(false);
    }

}
