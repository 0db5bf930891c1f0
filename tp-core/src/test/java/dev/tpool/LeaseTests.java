package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what users see of callbacks that a worker has taken together into its
 * {@link Lease}: nothing but that they are fast. One of many short callbacks does
 * something while those behind it are leased.
 */
class LeaseTests {

    /** Enough short ones in a row for the longest slice, even if the machine pauses. */
    private static final int SHORT_ONES = 10_000;

    /** Each in another place of a lease, and with another number of callbacks behind. */
    private static final int ROUNDS = 10;

    @RegisterExtension
    final Pools pools = new Pools();

    private final AtomicInteger begun = new AtomicInteger();

    private static int number(RepetitionInfo round) {
        return SHORT_ONES + 5 * round.getCurrentRepetition();
    }

    private static int behind(RepetitionInfo round) {
        return 3 + 4 * round.getCurrentRepetition();
    }

    /**
     * Work of which the callback that begins as the given one does something.
     */
    private TpWork work(TpEnvironment environment, int number, TpWorkCallback<Object> what) {
        return this.pools.closing(environment.work("leased", (instance, context, work) -> {
            if (this.begun.incrementAndGet() == number) {
                what.run(instance, context, work);
            }
        }, null));
    }

    /**
     * Posts callbacks, of which none begins before all were posted, for the only thread
     * of a pool.
     */
    private void post(TpWork work, int count) {
        Gate gate = this.pools.occupy(work.environment().pool());
        for (int i = 0; i < count; i++) {
            work.submit();
        }
        gate.open();
    }

    private void awaitAll(int count) {
        Pools.eventually(() -> this.begun.get() == count);
    }

    private TpPool pair() {
        return this.pools.create((builder) -> builder.threadMaximum(2));
    }

    @RepeatedTest(ROUNDS)
    void whatIsBehindACallbackThatBlocksIsPendingAndCancelledToTheLastOne(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpWork work = work(TpEnvironment.of(pool), number(round), (instance, context, own) -> gate.pass());

        post(work, number(round) + behind(round));
        gate.awaitArrivals(1);

        assertThat(work.pending()).isEqualTo(behind(round));
        assertThat(work.running()).isEqualTo(1);
        assertThat(pool.queued()).isEqualTo(behind(round));
        TpPoolSnapshot snapshot = pool.snapshot();
        assertThat(snapshot.queued()).isEqualTo(behind(round));
        assertThat(snapshot.objects()).singleElement()
            .satisfies((each) -> assertThat(each.pending()).isEqualTo(behind(round)));
        assertThat(work.cancelPendingCallbacks()).isEqualTo(behind(round));
        assertThat(work.pending()).isZero();
        assertThat(pool.queued()).isZero();
        assertThat(work.cancelPendingCallbacks()).isZero();
        gate.open();
        work.waitForCallbacks(false);
        assertThat(this.begun).hasValue(number(round));
        assertThat(pool.snapshot().dropped()).isEqualTo(behind(round));
    }

    @RepeatedTest(ROUNDS)
    void aWaitThatCancelsDropsAllThatIsBehindACallbackThatBlocks(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpWork work = work(TpEnvironment.of(pool), number(round), (instance, context, own) -> gate.pass());

        post(work, number(round) + behind(round));
        gate.awaitArrivals(1);

        assertThat(work.waitForCallbacks(true, Duration.ZERO)).isFalse();
        assertThat(work.pending()).isZero();
        gate.open();
        assertThat(work.waitForCallbacks(true, Pools.GENEROUS)).isTrue();
        assertThat(this.begun).hasValue(number(round));
        assertThat(pool.snapshot().dropped()).isEqualTo(behind(round));
    }

    @RepeatedTest(ROUNDS)
    void theCloseOfAGroupThatCancelsReportsAllThatIsBehindACallbackThatBlocks(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment environment = TpEnvironment.of(pool).toBuilder().cleanupGroup(group, null).build();
        Gate gate = this.pools.gate();
        TpWork work = work(environment, number(round), (instance, context, own) -> gate.pass());

        post(work, number(round) + behind(round));
        gate.awaitArrivals(1);
        Started<TpCloseReport> closer = this.pools.start(() -> group.closeMembers(true, null));
        Pools.eventually(() -> work.pending() == 0);
        gate.open();

        assertThat(closer.get().dropped()).isEqualTo(behind(round));
        assertThat(closer.get().complete()).isTrue();
        assertThat(this.begun).hasValue(number(round));
    }

    @RepeatedTest(ROUNDS)
    void theOtherThreadRunsAllThatIsBehindACallbackThatBlocks(RepetitionInfo round) throws Exception {
        TpPool pool = pair();
        Gate gate = this.pools.gate();
        Set<Thread> after = ConcurrentHashMap.newKeySet();
        AtomicReference<Thread> blocked = new AtomicReference<>();
        AtomicInteger ended = new AtomicInteger();
        TpWork work = this.pools.work(pool, () -> {
            int number = this.begun.incrementAndGet();
            if (number == number(round)) {
                blocked.set(Thread.currentThread());
                gate.pass();
            }
            else if (number > number(round)) {
                after.add(Thread.currentThread());
            }
            ended.incrementAndGet();
        });

        Gate other = this.pools.occupy(pool);
        post(work, number(round) + behind(round));
        gate.awaitArrivals(1);
        assertThat(work.pending()).isEqualTo(behind(round));
        other.open();

        Pools.eventually(() -> ended.get() == number(round) + behind(round) - 1);
        assertThat(after).hasSize(1).doesNotContain(blocked.get());
        assertThat(work.pending()).isZero();
        assertThat(work.running()).isPositive();
        gate.open();
        work.waitForCallbacks(false);
        assertThat(ended).hasValue(number(round) + behind(round));
    }

    @RepeatedTest(ROUNDS)
    void aCallbackOfHighPriorityThatOneOfThemPostsIsNext(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpEnvironment high = TpEnvironment.of(pool).toBuilder().priority(TpPriority.HIGH).build();
        AtomicInteger begunBefore = new AtomicInteger();
        TpWork work = work(TpEnvironment.of(pool), number(round),
                (instance, context, own) -> high.trySubmit(() -> begunBefore.set(this.begun.get())));

        post(work, number(round) + behind(round));
        awaitAll(number(round) + behind(round));

        assertThat(begunBefore).hasValue(number(round));
    }

    @RepeatedTest(ROUNDS)
    void anotherObjectThatOneOfThemPostsTakesTurnsWithIt(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        TpWork other = this.pools.work(pool, () -> order.add("other"));
        TpWork work = this.pools.work(pool, () -> {
            if (this.begun.incrementAndGet() == number(round)) {
                for (int i = 0; i < behind(round); i++) {
                    other.submit();
                }
            }
            else if (this.begun.get() > number(round)) {
                order.add("work");
            }
        });

        post(work, number(round) + behind(round));
        awaitAll(number(round) + behind(round));
        work.waitForCallbacks(false);
        other.waitForCallbacks(false);

        assertThat(order).hasSize(2 * behind(round));
        assertThat(order.indexOf("other")).isLessThanOrEqualTo(1);
        int ahead = 0;
        for (String each : order) {
            ahead += each.equals("work") ? 1 : -1;
            assertThat(ahead).as(() -> "turns: " + order).isBetween(-1, 1);
        }
    }

    @RepeatedTest(ROUNDS)
    void aWaitThatBeganBeforeHoldsForAllThatIsBehindACallbackThatBlocks(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpWork work = work(TpEnvironment.of(pool), number(round), (instance, context, own) -> gate.pass());

        Gate first = this.pools.occupy(pool);
        for (int i = 0; i < number(round) + behind(round); i++) {
            work.submit();
        }
        Started<Integer> waiter = this.pools.start(() -> {
            work.waitForCallbacks(false);
            return this.begun.get();
        }).awaitBlocked();
        first.open();
        gate.awaitArrivals(1);

        assertThat(work.pending()).isEqualTo(behind(round));
        assertThat(work.running()).isEqualTo(1);
        assertThat(waiter.isDone()).isFalse();
        gate.open();
        assertThat(waiter.get()).isEqualTo(number(round) + behind(round));
    }

    @Test
    void whatIsBehindACallbackThatBlocksRunsThoughTheObjectIsClosed() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpWork work = work(TpEnvironment.of(pool), SHORT_ONES, (instance, context, own) -> gate.pass());

        Gate first = this.pools.occupy(pool);
        for (int i = 0; i < SHORT_ONES + 20; i++) {
            work.submit();
        }
        work.close();
        first.open();
        gate.awaitArrivals(1);

        assertThat(work.pending()).isEqualTo(20);
        assertThat(pool.queued()).isEqualTo(20);
        gate.open();
        awaitAll(SHORT_ONES + 20);
        Pools.eventually(() -> pool.snapshot().objects().isEmpty());
    }

    @RepeatedTest(ROUNDS)
    void aWaitHoldsForAllThatIsBehindACallbackThatDisassociatesAndStays(RepetitionInfo round) throws Exception {
        TpPool pool = pair();
        TpEnvironment high = TpEnvironment.of(pool).toBuilder().priority(TpPriority.HIGH).build();
        Gate gate = this.pools.gate();
        Gate ofOther = this.pools.gate();
        TpWork work = this.pools.work(pool, "leased", (instance, context, own) -> {
            int number = this.begun.incrementAndGet();
            if (number == number(round)) {
                instance.disassociateCurrentThreadFromCallback();
                gate.pass();
            }
            else if (number == number(round) + 1) {
                // The other thread has nothing to do with the object after this one.
                high.trySubmit(ofOther::pass);
            }
        });

        Gate other = this.pools.occupy(pool);
        post(work, number(round) + behind(round));
        gate.awaitArrivals(1);
        other.open();
        ofOther.awaitArrivals(1);

        assertThat(work.pending()).isEqualTo(behind(round) - 1);
        assertThat(work.waitForCallbacks(false, Duration.ZERO)).isFalse();
        Started<Integer> waiter = this.pools.start(() -> {
            work.waitForCallbacks(false);
            return this.begun.get();
        });
        ofOther.open();
        assertThat(waiter.get()).isEqualTo(number(round) + behind(round));
        assertThat(work.running()).isEqualTo(1);
        assertThat(work.pending()).isZero();
    }

    @RepeatedTest(ROUNDS)
    void anotherThreadRunsWhatIsBehindACallbackThatMayRunLong(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(3));
        Gate gate = this.pools.gate();
        TpWork work = work(TpEnvironment.of(pool), number(round), (instance, context, own) -> {
            instance.callbackMayRunLong();
            gate.pass();
        });

        Gate other = this.pools.occupy(pool);
        post(work, number(round) + behind(round));
        gate.awaitArrivals(1);

        // The second thread never comes back, so this is one that the pool has for it.
        Pools.eventually(() -> this.begun.get() == number(round) + behind(round));
        assertThat(work.pending()).isZero();
        other.open();
        gate.open();
        work.waitForCallbacks(false);
        assertThat(this.begun).hasValue(number(round) + behind(round));
    }

    @RepeatedTest(ROUNDS)
    @SuppressWarnings("ThreadPriorityCheck") // Nothing relies on it.
    void whatOneOfThemLeavesBehindOnItsThreadIsGoneForTheNext(RepetitionInfo round) throws Exception {
        AtomicReference<List<Object>> before = new AtomicReference<>();
        AtomicReference<List<Object>> after = new AtomicReference<>();
        TpWork work = this.pools.work(this.pools.single(), () -> {
            int number = this.begun.incrementAndGet();
            Thread thread = Thread.currentThread();
            if (number == number(round)) {
                before.set(stateOf(thread));
                thread.setName("another name");
                thread.setPriority(Thread.MIN_PRIORITY);
                thread.setContextClassLoader(new ClassLoader(null) {
                });
                thread.interrupt();
            }
            else if (number == number(round) + 1) {
                after.set(stateOf(thread));
            }
        });

        post(work, number(round) + behind(round));
        awaitAll(number(round) + behind(round));

        assertThat(after.get()).isEqualTo(before.get());
    }

    @Test
    void anInterruptThatComesBetweenTwoOfThemReachesNone() throws Exception {
        AtomicInteger interrupted = new AtomicInteger();
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).threadFactory((task) -> new Thread(task, "interrupted") {
                @Override
                public @Nullable ClassLoader getContextClassLoader() {
                    // Asked for between two callbacks.
                    interrupt();
                    return super.getContextClassLoader();
                }
            }));
        TpWork work = this.pools.work(pool, () -> {
            if (Thread.currentThread().isInterrupted()) {
                interrupted.incrementAndGet();
            }
            this.begun.incrementAndGet();
        });

        post(work, SHORT_ONES);
        awaitAll(SHORT_ONES);

        assertThat(interrupted).hasValue(0);
    }

    @Test
    void othersSeeHowManyTheirWorkerHasBegun() throws Exception {
        TpPool pool = this.pools.single();
        TpWork work = this.pools.work(pool, this.begun::incrementAndGet);

        post(work, SHORT_ONES);
        awaitAll(SHORT_ONES);

        assertThat(pool.queue().stripes()).singleElement()
            .satisfies((stripe) -> assertThat(stripe.begun()).isEqualTo(SHORT_ONES + 1));
    }

    private static List<Object> stateOf(Thread thread) {
        return List.of(thread.getName(), thread.getPriority(), thread.getContextClassLoader(), thread.isInterrupted());
    }

    @RepeatedTest(ROUNDS)
    void theCompletionActionsOfOneOfThemAreCarriedOutBeforeTheNext(RepetitionInfo round) throws Exception {
        TpEvent event = TpEvent.manualReset(false);
        AtomicInteger sawItFirst = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.single(), "leased", (instance, context, own) -> {
            int number = this.begun.incrementAndGet();
            if (event.isSet()) {
                sawItFirst.compareAndSet(0, number);
            }
            if (number == number(round)) {
                instance.setEventWhenCallbackReturns(event);
            }
        });

        post(work, number(round) + behind(round));
        awaitAll(number(round) + behind(round));

        assertThat(sawItFirst).hasValue(number(round) + 1);
    }

    @Test
    void eachOfThemHasCompletionActionsOfItsOwn() throws Exception {
        TpSemaphore permits = TpSemaphore.of(0, 3 * SHORT_ONES);
        AtomicInteger refused = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.single(), "leased", (instance, context, own) -> {
            int number = this.begun.incrementAndGet();
            if (number % 3 != 0 && !instance.releaseSemaphoreWhenCallbackReturns(permits, number % 3)) {
                refused.incrementAndGet();
            }
        });

        post(work, SHORT_ONES);
        awaitAll(SHORT_ONES);
        work.waitForCallbacks(false);

        assertThat(refused).hasValue(0);
        assertThat(permits.availablePermits()).isEqualTo(SHORT_ONES);
    }

    @RepeatedTest(ROUNDS)
    void theInstanceOfOneOfThemIsNotUsedWhileItsActionsAreCarriedOut(RepetitionInfo round) throws Exception {
        AtomicReference<TpCallbackInstance> used = new AtomicReference<>();
        Queue<Throwable> refusals = new ConcurrentLinkedQueue<>();
        Lock asksForTheSource = new ReentrantLock() {
            @Override
            public void unlock() {
                try {
                    Objects.requireNonNull(used.get()).source();
                }
                catch (IllegalStateException ex) {
                    refusals.add(ex);
                }
                super.unlock();
            }
        };
        TpWork work = work(TpEnvironment.of(this.pools.single()), number(round), (instance, context, own) -> {
            used.set(instance);
            asksForTheSource.lock();
            instance.releaseMutexWhenCallbackReturns(asksForTheSource);
        });

        post(work, number(round) + behind(round));
        awaitAll(number(round) + behind(round));

        assertThat(refusals).singleElement()
            .satisfies((refusal) -> assertThat(refusal).hasMessageContaining("has ended"));
    }

    @RepeatedTest(ROUNDS)
    void anActionThatFailsIsToldOnceAndTheNextOneRuns(RepetitionInfo round) throws Exception {
        Queue<Throwable> told = new ConcurrentLinkedQueue<>();
        TpPool pool = this.pools.single();
        TpEnvironment environment = TpEnvironment.of(pool)
            .toBuilder()
            .exceptionHandler((source, failure) -> told.add(failure))
            .build();
        // More than fit.
        TpSemaphore full = TpSemaphore.of(1, 1);
        TpWork work = work(environment, number(round),
                (instance, context, own) -> instance.releaseSemaphoreWhenCallbackReturns(full, 1));

        post(work, number(round) + behind(round));
        awaitAll(number(round) + behind(round));
        work.waitForCallbacks(false);

        assertThat(told).hasSize(1);
        assertThat(pool.snapshot().failed()).isZero();
    }

    @RepeatedTest(ROUNDS)
    void theOtherThreadRunsAllThatIsBehindAnActionThatBlocks(RepetitionInfo round) throws Exception {
        Gate gate = this.pools.gate();
        Lock blocks = new ReentrantLock() {
            @Override
            public void unlock() {
                gate.pass();
                super.unlock();
            }
        };
        TpWork work = work(TpEnvironment.of(pair()), number(round), (instance, context, own) -> {
            blocks.lock();
            instance.leaveCriticalSectionWhenCallbackReturns(blocks);
        });

        post(work, number(round) + behind(round));
        gate.awaitArrivals(1);
        awaitAll(number(round) + behind(round));

        assertThat(work.running()).isPositive();
        gate.open();
        work.waitForCallbacks(false);
        assertThat(this.begun).hasValue(number(round) + behind(round));
    }

    @RepeatedTest(ROUNDS)
    void aCallbackThatDisassociatesHasItsActionsCarriedOutOnce(RepetitionInfo round) throws Exception {
        TpSemaphore permits = TpSemaphore.of(0, 10);
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.single(), "leased", (instance, context, own) -> {
            if (this.begun.incrementAndGet() == number(round)) {
                instance.disassociateCurrentThreadFromCallback();
                instance.releaseSemaphoreWhenCallbackReturns(permits, 1);
            }
            executions.incrementAndGet();
        });

        post(work, number(round) + behind(round));
        awaitAll(number(round) + behind(round));
        Pools.eventually(() -> work.pending() == 0 && work.running() == 0);

        assertThat(permits.availablePermits()).isEqualTo(1);
        assertThat(executions).hasValue(number(round) + behind(round));
        assertThat(work.waitForCallbacks(false, Duration.ZERO)).isTrue();
    }

    @Test
    void aMonitorIsToldOfEach() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).monitor(new TpMonitor() {
            @Override
            public void callbackStarted(TpCallbackSource source, long queuedNanos) {
                told.add("started");
            }

            @Override
            public void callbackEnded(TpCallbackSource source, long ranNanos, @Nullable Throwable failure) {
                told.add("ended");
            }
        }));
        TpWork work = this.pools.work(pool, this.begun::incrementAndGet);

        post(work, SHORT_ONES);
        awaitAll(SHORT_ONES);
        work.waitForCallbacks(false);

        assertThat(Collections.frequency(told, "started")).isEqualTo(SHORT_ONES + 1);
        assertThat(Collections.frequency(told, "ended")).isEqualTo(SHORT_ONES + 1);
    }

    @Test
    void eachGivesItsPlaceInABoundedQueueBack() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).queueCapacity(SHORT_ONES));
        TpWork work = this.pools.work(pool, this.begun::incrementAndGet);

        for (int round = 1; round <= 2; round++) {
            post(work, SHORT_ONES);
            awaitAll(round * SHORT_ONES);
            work.waitForCallbacks(false);
        }
    }

    @Test
    void callbacksThatThrowLoseNothing() throws Exception {
        TpPool pool = this.pools.single();
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        TpEnvironment environment = TpEnvironment.of(pool)
            .toBuilder()
            .exceptionHandler((source, failure) -> thrown.add(failure))
            .build();
        TpWork work = this.pools.closing(environment.work(() -> {
            int number = this.begun.incrementAndGet();
            if (number > SHORT_ONES && number % 7 == 0) {
                throw new IllegalStateException("callback " + number);
            }
            if (number > SHORT_ONES && number % 11 == 0) {
                throw new AssertionError("callback " + number);
            }
        }));

        post(work, SHORT_ONES + 770);
        awaitAll(SHORT_ONES + 770);
        work.waitForCallbacks(false);

        assertThat(this.begun).hasValue(SHORT_ONES + 770);
        assertThat(thrown).hasSize(770 / 7 + 770 / 11 - 770 / 77);
        assertThat(pool.snapshot().failed()).isEqualTo(thrown.size());
        assertThat(pool.snapshot().completed()).isEqualTo(SHORT_ONES + 770 + 1);
    }

}
