package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpEvent;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link LeaseTests} are for work, these are for a wait that is signalled faster
 * than its callbacks run.
 */
class WaitLeaseTests {

    /** Enough short ones in a row for the longest slice, even if the machine pauses. */
    private static final int SHORT_ONES = 10_000;

    /** Each in another place of a lease, and with another number of callbacks behind. */
    private static final int ROUNDS = 10;

    @RegisterExtension
    final Pools pools = new Pools();

    private final TpEvent event = TpEvent.autoReset();

    private final AtomicInteger begun = new AtomicInteger();

    private final List<TpWaitResult> results = Collections.synchronizedList(new ArrayList<>());

    private static int number(RepetitionInfo round) {
        return SHORT_ONES + 5 * round.getCurrentRepetition();
    }

    private static int behind(RepetitionInfo round) {
        return 3 + 4 * round.getCurrentRepetition();
    }

    /**
     * A wait of which the callback that begins as the given one does something, and those
     * that come after note what they are told.
     */
    private TpWait wait(TpEnvironment environment, int number, TpWaitCallback<Object> what) {
        return this.pools.closing(environment.wait("leased", (instance, context, self, result) -> {
            int own = this.begun.incrementAndGet();
            if (own == number) {
                what.run(instance, context, self, result);
            }
            else if (own > number) {
                this.results.add(result);
            }
        }, null));
    }

    private void signal(TpWait wait, int count) {
        for (int i = 0; i < count; i++) {
            wait.set(this.event);
            this.event.set();
        }
    }

    /**
     * Posts callbacks, of which none begins before all were posted, for the only thread
     * of a pool.
     */
    private void post(TpWait wait, int count) {
        Gate gate = this.pools.occupy(wait.environment().pool());
        signal(wait, count);
        gate.open();
    }

    private List<TpWaitResult> signalledThenTimedOut(int signalled) {
        List<TpWaitResult> expected = new ArrayList<>(Collections.nCopies(signalled, TpWaitResult.SIGNALLED));
        expected.add(TpWaitResult.TIMED_OUT);
        return expected;
    }

    @RepeatedTest(ROUNDS)
    void whatIsBehindACallbackThatBlocksIsPendingAndCancelledToTheLastOne(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpWait wait = wait(TpEnvironment.of(pool), number(round), (instance, context, self, result) -> gate.pass());

        post(wait, number(round) + behind(round));
        gate.awaitArrivals(1);

        assertThat(wait.pending()).isEqualTo(behind(round));
        assertThat(wait.running()).isEqualTo(1);
        assertThat(pool.queued()).isEqualTo(behind(round));
        assertThat(wait.cancelPendingCallbacks()).isEqualTo(behind(round));
        assertThat(wait.pending()).isZero();
        assertThat(pool.queued()).isZero();
        gate.open();
        wait.waitForCallbacks(false);
        assertThat(this.begun).hasValue(number(round));
        assertThat(pool.snapshot().dropped()).isEqualTo(behind(round));
    }

    @RepeatedTest(ROUNDS)
    void aCancelDropsATimeOutTogetherWithWhatIsLeased(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpWait wait = wait(TpEnvironment.of(pool), number(round), (instance, context, self, result) -> gate.pass());

        post(wait, number(round) + behind(round));
        gate.awaitArrivals(1);
        wait.set(this.event, Duration.ZERO);
        assertThat(wait.cancelPendingCallbacks()).isEqualTo(behind(round) + 1);
        gate.open();
        signal(wait, 1);
        wait.set(this.event, Duration.ZERO);

        Pools.eventually(() -> wait.pending() == 0);
        wait.waitForCallbacks(false);
        assertThat(this.results).isEqualTo(signalledThenTimedOut(1));
    }

    @RepeatedTest(ROUNDS)
    void theOtherThreadRunsAllThatIsBehindACallbackThatBlocksInTheOrderOfTheirResults(RepetitionInfo round)
            throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2));
        Gate gate = this.pools.gate();
        TpWait wait = wait(TpEnvironment.of(pool), number(round), (instance, context, self, result) -> gate.pass());

        Gate other = this.pools.occupy(pool);
        post(wait, number(round) + behind(round));
        gate.awaitArrivals(1);
        wait.set(this.event, Duration.ZERO);
        assertThat(wait.pending()).isEqualTo(behind(round) + 1);
        other.open();

        Pools.eventually(() -> this.results.size() == behind(round) + 1);
        assertThat(this.results).isEqualTo(signalledThenTimedOut(behind(round)));
        assertThat(wait.running()).isPositive();
        gate.open();
        wait.waitForCallbacks(false);
    }

    @RepeatedTest(ROUNDS)
    void aTimeOutThatOneOfThemBringsAboutComesAfterThoseBehindIt(RepetitionInfo round) throws Exception {
        TpWait wait = wait(TpEnvironment.of(this.pools.single()), number(round),
                (instance, context, self, result) -> self.set(this.event, Duration.ZERO));

        post(wait, number(round) + behind(round));

        Pools.eventually(() -> this.results.size() == behind(round) + 1);
        assertThat(this.results).isEqualTo(signalledThenTimedOut(behind(round)));
    }

    @RepeatedTest(ROUNDS)
    void theCloseOfAGroupThatCancelsReportsAllThatIsBehindACallbackThatBlocks(RepetitionInfo round) throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment environment = TpEnvironment.of(this.pools.single()).toBuilder().cleanupGroup(group, null).build();
        Gate gate = this.pools.gate();
        TpWait wait = wait(environment, number(round), (instance, context, self, result) -> gate.pass());

        post(wait, number(round) + behind(round));
        gate.awaitArrivals(1);
        Started<TpCloseReport> closer = this.pools.start(() -> group.closeMembers(true, null));
        Pools.eventually(() -> wait.pending() == 0);
        gate.open();

        assertThat(closer.get().dropped()).isEqualTo(behind(round));
        assertThat(closer.get().complete()).isTrue();
        assertThat(this.begun).hasValue(number(round));
    }

    /**
     * The others hold for what is not leased, too.
     */
    @Test
    void whatIsBehindACallbackIsLeasedMoreOftenThanNot() throws Exception {
        TpPool pool = this.pools.single();
        int leased = 0;
        for (int i = 0; i < 20; i++) {
            this.begun.set(0);
            Gate gate = this.pools.gate();
            TpWait wait = wait(TpEnvironment.of(pool), SHORT_ONES + i,
                    (instance, context, self, result) -> gate.pass());

            post(wait, SHORT_ONES + i + 50);
            gate.awaitArrivals(1);
            leased += (pool.queue().leased(wait) > 0) ? 1 : 0;
            assertThat(wait.pending()).isEqualTo(50);
            gate.open();
            wait.waitForCallbacks(false);
        }

        assertThat(leased).isGreaterThan(10);
    }

    @Test
    void theSameThreadLeasesCallbacksOfAWaitAndOfWork() throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger worked = new AtomicInteger();
        TpWork work = this.pools.work(pool, worked::incrementAndGet);
        TpWait wait = wait(TpEnvironment.of(pool), 0, (instance, context, self, result) -> {
        });

        for (int round = 1; round <= 4; round++) {
            post(wait, SHORT_ONES);
            wait.waitForCallbacks(false);
            Gate gate = this.pools.occupy(pool);
            for (int i = 0; i < SHORT_ONES; i++) {
                work.submit();
            }
            gate.open();
            work.waitForCallbacks(false);

            assertThat(this.begun).hasValue(round * SHORT_ONES);
            assertThat(worked).hasValue(round * SHORT_ONES);
        }
    }

    @RepeatedTest(ROUNDS)
    void anotherThreadRunsWhatIsBehindACallbackThatMayRunLong(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(3));
        Gate gate = this.pools.gate();
        TpWait wait = wait(TpEnvironment.of(pool), number(round), (instance, context, self, result) -> {
            instance.callbackMayRunLong();
            gate.pass();
        });

        Gate other = this.pools.occupy(pool);
        post(wait, number(round) + behind(round));
        gate.awaitArrivals(1);

        // The second thread never comes back, so this is one that the pool has for it.
        Pools.eventually(() -> this.begun.get() == number(round) + behind(round));
        assertThat(wait.pending()).isZero();
        other.open();
        gate.open();
        wait.waitForCallbacks(false);
    }

    @RepeatedTest(ROUNDS)
    void oneOfThemThatFailsIsToldOnceAndTheNextOnesRun(RepetitionInfo round) throws Exception {
        AtomicInteger told = new AtomicInteger();
        TpPool pool = this.pools.single();
        TpEnvironment environment = TpEnvironment.of(pool)
            .toBuilder()
            .exceptionHandler((source, failure) -> told.incrementAndGet())
            .build();
        TpWait wait = wait(environment, number(round), (instance, context, self, result) -> {
            throw new IllegalStateException("meant");
        });

        post(wait, number(round) + behind(round));
        wait.waitForCallbacks(false);

        assertThat(told).hasValue(1);
        assertThat(this.results).hasSize(behind(round)).containsOnly(TpWaitResult.SIGNALLED);
    }

    @RepeatedTest(ROUNDS)
    void theCompletionActionsOfOneOfThemAreCarriedOut(RepetitionInfo round) throws Exception {
        TpEvent done = TpEvent.manualReset(false);
        TpWait wait = wait(TpEnvironment.of(this.pools.single()), number(round),
                (instance, context, self, result) -> instance.setEventWhenCallbackReturns(done));

        post(wait, number(round) + behind(round));
        wait.waitForCallbacks(false);

        assertThat(done.isSet()).isTrue();
        assertThat(this.begun).hasValue(number(round) + behind(round));
    }

}
