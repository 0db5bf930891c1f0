package dev.tpool;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Crew}.
 */
class CrewTests {

    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    @RegisterExtension
    private final Pools pools = new Pools();

    private final CallbackQueue queue = new CallbackQueue();

    /**
     * Lets a worker stand by while another one serves a node in the lane.
     * @return how long it did
     */
    private long standsBy(long nanos) {
        TpPool pool = this.pools.create();
        Crew crew = new Crew(pool, this.queue, Thread::new, 0, 2, LONG);
        Worker worker = new Worker(crew, pool, this.queue);
        worker.searching = false;
        crew.entered(worker);
        this.queue.add(LaneTests.node("served by another one"), TpPriority.NORMAL, null);
        long began = System.nanoTime();
        assertThat(crew.standBy(worker, nanos)).isTrue();
        assertThat(worker.searching).isTrue();
        assertThat(crew.idle()).isZero();
        return System.nanoTime() - began;
    }

    @Test
    void aWorkerStandsByForAsLongAsItWants() {
        assertThat(standsBy(SHORT)).isGreaterThanOrEqualTo(SHORT);
    }

    @ParameterizedTest
    @EnumSource(names = { "HIGH", "NORMAL" })
    void aWorkerDoesNotStandByIfSomethingElseCameWhileItLooked(TpPriority priority) {
        this.queue.add(LaneTests.node("came while it counted as searching"), priority, null);
        assertThat(standsBy(LONG)).isLessThan(LONG);
    }

    @Test
    void aWorkerDoesNotStandByIfSomethingIsInAStripe() {
        Stripe stripe = new Stripe();
        this.queue.addStripe(stripe);
        stripe.push(LaneTests.node("posted by a callback"));
        assertThat(standsBy(LONG)).isLessThan(LONG);
    }

    @Test
    void whatHasLowPriorityWaitsForWhatIsServed() {
        this.queue.add(LaneTests.node("low"), TpPriority.LOW, null);
        assertThat(standsBy(SHORT)).isGreaterThanOrEqualTo(SHORT);
    }

    /**
     * A poster that was admitted before the close adds to the queue while a worker parks,
     * which therefore does not leave.
     */
    @Test
    void aWorkerThatParkedBecauseOfWhatIsDroppedIsLetGo() throws Exception {
        TpPool pool = this.pools.create();
        pool.close();
        Crew crew = pool.crew();
        Worker worker = new Worker(crew, pool, pool.queue());
        worker.searching = false;
        pool.queue().add(LaneTests.node("added by a late poster"), TpPriority.NORMAL, null);
        Started<Boolean> parked = this.pools.start(() -> crew.standBy(worker, LONG));
        Pools.eventually(() -> crew.idle() == 1);

        assertThat(pool.cancelPendingCallbacks()).hasSize(1);

        assertThat(crew.idle()).isZero();
        assertThat(parked.get()).isTrue();
    }

}
