package dev.tpool;

import java.util.concurrent.FutureTask;
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
        Worker worker = new Worker(crew, pool, this.queue, new StandBy(nanos, nanos));
        worker.searching = false;
        crew.entered(worker);
        this.queue.add(LaneTests.node("served by another one"), TpPriority.NORMAL, null);
        long began = System.nanoTime();
        assertThat(crew.standBy(worker)).isTrue();
        assertThat(worker.searching).isTrue();
        assertThat(crew.idle()).isZero();
        return System.nanoTime() - began;
    }

    /**
     * A crew of two workers of which nobody is on the way to the queue: one that runs a
     * callback, and one that stands by if the test lets it.
     */
    private Crew running() {
        Crew crew = new Crew(this.pools.create(), this.queue, (run) -> new Thread(), 0, 2, LONG);
        assertThat(crew.setMinimum(2)).isTrue();
        crew.found();
        crew.found();
        return crew;
    }

    private FutureTask<Boolean> standingBy(Crew crew, long nanos) {
        Worker worker = new Worker(crew, this.pools.create(), this.queue, new StandBy(nanos, nanos));
        return standingBy(crew, worker);
    }

    private static FutureTask<Boolean> standingBy(Crew crew, Worker worker) {
        worker.searching = false;
        FutureTask<Boolean> standing = new FutureTask<>(() -> crew.standBy(worker));
        worker.startOn(new Thread(standing));
        Pools.eventually(() -> crew.idle() == 1);
        return standing;
    }

    private static void comesBack(FutureTask<Boolean> standing) throws Exception {
        assertThat(standing.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private void queue(String context, Crew crew) {
        this.queue.add(LaneTests.node(context), TpPriority.NORMAL, null);
        assertThat(crew.signalWork()).isTrue();
    }

    @Test
    void whoStandsByIsNotWokenForTheOnlyObjectAndForTheNextOneItIs() throws Exception {
        Crew crew = running();
        FutureTask<Boolean> standing = standingBy(crew, LONG);

        queue("for the worker that runs a callback", crew);
        assertThat(crew.idle()).isOne();

        queue("one more", crew);
        assertThat(crew.idle()).isZero();
        comesBack(standing);
    }

    @ParameterizedTest
    @EnumSource(names = { "HIGH", "LOW" })
    void whoStandsByIsWokenForAnythingOfAnotherPriority(TpPriority priority) throws Exception {
        Crew crew = running();
        FutureTask<Boolean> standing = standingBy(crew, LONG);

        this.queue.add(LaneTests.node("of another priority"), priority, null);
        assertThat(crew.signalWork()).isTrue();

        assertThat(crew.idle()).isZero();
        comesBack(standing);
    }

    @Test
    void whoStandsByIsWokenForWhatTheOnlyCallbackHasPosted() throws Exception {
        Crew crew = running();
        FutureTask<Boolean> standing = standingBy(crew, LONG);

        this.queue.add(LaneTests.node("the callback may wait for it"), TpPriority.NORMAL, null);
        assertThat(crew.signalWorkOfCallback()).isTrue();

        assertThat(crew.idle()).isZero();
        comesBack(standing);
    }

    @Test
    void whoStandsByIsWokenByACallbackThatSaysThatItRunsLong() throws Exception {
        Crew crew = running();
        FutureTask<Boolean> standing = standingBy(crew, LONG);
        queue("posted before it says so", crew);
        assertThat(crew.idle()).isOne();

        assertThat(crew.replaceLongRunning()).isTrue();

        assertThat(crew.idle()).isZero();
        comesBack(standing);
    }

    @Test
    void whoStandsByComesByItselfIfNobodyGetsToTheOnlyObject() throws Exception {
        Crew crew = running();
        FutureTask<Boolean> standing = standingBy(crew, SHORT);

        queue("behind a callback that takes long", crew);

        comesBack(standing);
        assertThat(crew.idle()).isZero();
    }

    @Test
    void whoStandsByIsWokenIfThoseWhoRunCallbacksSaidThatTheyRunLong() throws Exception {
        Crew crew = running();
        FutureTask<Boolean> standing = standingBy(crew, LONG);
        assertThat(crew.replaceLongRunning()).isTrue();

        queue("behind a callback that takes long", crew);

        assertThat(crew.idle()).isZero();
        comesBack(standing);
    }

    @Test
    void whoStandsByIsWokenIfNobodyRunsACallback() throws Exception {
        Crew crew = new Crew(this.pools.create(), this.queue, (run) -> new Thread(), 0, 1, LONG);
        assertThat(crew.setMinimum(1)).isTrue();
        crew.found();
        FutureTask<Boolean> standing = standingBy(crew, LONG);

        queue("for whoever is there", crew);

        assertThat(crew.idle()).isZero();
        comesBack(standing);
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
        Worker worker = new Worker(crew, pool, pool.queue(), new StandBy(LONG, LONG));
        pool.queue().add(LaneTests.node("added by a late poster"), TpPriority.NORMAL, null);
        FutureTask<Boolean> parked = standingBy(crew, worker);

        assertThat(pool.cancelPendingCallbacks()).hasSize(1);

        assertThat(crew.idle()).isZero();
        comesBack(parked);
    }

}
