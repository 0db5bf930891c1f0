package dev.tpool;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpWork} and what it has from {@link TpObject}.
 */
class TpWorkTests {

    @RegisterExtension
    final Pools pools = new Pools();

    @Test
    void creatingQueuesNothing() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.create(), executions::incrementAndGet);

        work.waitForCallbacks(false);

        assertThat(executions).hasValue(0);
        assertThat(work.pending()).isZero();
        assertThat(work.running()).isZero();
        assertThat(work.isClosed()).isFalse();
    }

    @Test
    void eachPostIsExecutedOnce() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.create(), executions::incrementAndGet);

        for (int i = 0; i < 10_000; i++) {
            work.submit();
        }
        work.waitForCallbacks(false);

        assertThat(executions).hasValue(10_000);
    }

    @Test
    void postsThatWaitDoNotCoalesce() throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, executions::incrementAndGet);
        Gate gate = this.pools.occupy(pool);

        work.submit();
        work.submit();
        work.submit();
        assertThat(work.pending()).isEqualTo(3);
        gate.open();
        work.waitForCallbacks(false);

        assertThat(executions).hasValue(3);
    }

    @Test
    void executionsOfOneWorkRunAtTheSameTime() {
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), gate::pass);

        for (int i = 0; i < 4; i++) {
            work.submit();
        }
        gate.awaitArrivals(4);

        assertThat(work.running()).isEqualTo(4);
        assertThat(work.pending()).isZero();
    }

    @Test
    void neverRunsOnTheThreadThatSubmits() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        TpWork work = this.pools.work(this.pools.create(), () -> threads.add(Thread.currentThread()));

        for (int i = 0; i < 1_000; i++) {
            work.submit();
        }
        work.waitForCallbacks(false);

        assertThat(threads).isNotEmpty().doesNotContain(Thread.currentThread());
    }

    @Test
    void canBeSubmittedFromItsOwnCallback() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.create(), "again", (instance, context, self) -> {
            if (executions.incrementAndGet() < 100) {
                self.submit();
            }
        });

        work.submit();
        work.waitForCallbacks(false);

        assertThat(executions).hasValue(100);
    }

    @Test
    void theCallbackGetsItsContextItsWorkAndItsInstanceUnchanged() throws Exception {
        Object given = new Object();
        Set<Object> contexts = ConcurrentHashMap.newKeySet();
        Set<TpWork> works = ConcurrentHashMap.newKeySet();
        AtomicInteger current = new AtomicInteger();
        TpWork work = this.pools
            .closing(TpEnvironment.of(this.pools.create()).work("named", (instance, context, self) -> {
                contexts.add(context);
                works.add(self);
                if (instance == TpCallbackInstance.current() && instance.source() == self) {
                    current.incrementAndGet();
                }
            }, given));

        for (int i = 0; i < 20; i++) {
            work.submit();
        }
        work.waitForCallbacks(false);

        assertThat(contexts).containsExactly(given);
        assertThat(works).containsExactly(work);
        assertThat(current).hasValue(20);
        assertThat(work.name()).isEqualTo("named");
        assertThat(work.kind()).isEqualTo(TpObjectKind.WORK);
        assertThat(work).hasToString("work 'named'");
    }

    @Test
    void aContextMayBeNull() throws Exception {
        AtomicReference<Object> seen = new AtomicReference<>("something");
        TpWork work = this.pools.work(this.pools.create(), "null", (instance, context, self) -> seen.set(context));

        work.submit();
        work.waitForCallbacks(false);

        assertThat(seen).hasValue(null);
    }

    @Test
    void waitingReturnsOnlyWhenTheCallbackHasEnded() throws Exception {
        Gate gate = this.pools.gate();
        AtomicBoolean ended = new AtomicBoolean();
        TpWork work = this.pools.work(this.pools.create(), () -> {
            gate.pass();
            ended.set(true);
        });
        work.submit();
        gate.awaitArrivals(1);

        Started<Boolean> waiter = this.pools.start(() -> {
            work.waitForCallbacks(false);
            return ended.get();
        }).awaitBlocked();
        assertThat(waiter.isDone()).isFalse();
        gate.open();

        assertThat(waiter.get()).isTrue();
    }

    @Test
    void whoWaitsIsNotWokenAsLongAsCallbacksArePending() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        // So that whoever was woken has the time to wait again.
        TpWork work = this.pools.work(pool, () -> LockSupport.parkNanos(20_000));
        TpWork inTurn = this.pools.work(pool, () -> {
        });
        for (int i = 0; i < 500; i++) {
            work.submit();
            inTurn.submit();
        }

        Started<Long> waiter = this.pools.start(() -> {
            long before = timesWaited();
            work.waitForCallbacks(false);
            return timesWaited() - before;
        }).awaitBlocked();
        gate.open();

        // The lock of those who wait may take a turn more, and a thread may wake by
        // itself.
        assertThat(waiter.get()).isBetween(1L, 4L);
    }

    private static long timesWaited() {
        return ManagementFactory.getThreadMXBean().getThreadInfo(Thread.currentThread().getId()).getWaitedCount();
    }

    @Test
    void postsMadeMeanwhileExtendTheWait() throws Exception {
        TpPool pool = this.pools.create();
        Gate first = this.pools.gate();
        Gate second = this.pools.gate();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, () -> {
            Gate gate = (executions.getAndIncrement() == 0) ? first : second;
            gate.pass();
        });
        work.submit();
        first.awaitArrivals(1);
        Started<Integer> waiter = this.pools.start(() -> {
            work.waitForCallbacks(false);
            return work.running();
        }).awaitBlocked();

        work.submit();
        second.awaitArrivals(1);
        first.open();
        Pools.eventually(() -> work.running() == 1);
        assertThat(waiter.isDone()).isFalse();
        second.open();

        assertThat(waiter.get()).isZero();
    }

    @Test
    void waitingForAnIdleWorkReturnsAtOnceAndLeavesItUsable() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.create(), executions::incrementAndGet);

        for (int i = 0; i < 3; i++) {
            work.waitForCallbacks(false);
            work.waitForCallbacks(true);
            assertThat(work.waitForCallbacks(true, Duration.ZERO)).isTrue();
            work.submit();
            work.waitForCallbacks(false);
        }

        assertThat(executions).hasValue(3);
    }

    @Test
    void waitingIsNoBusinessOfOtherObjects() throws Exception {
        TpPool pool = this.pools.create();
        TpWork work = this.pools.work(pool, () -> {
        });
        this.pools.occupy(pool);

        work.submit();

        assertThat(work.waitForCallbacks(false, Pools.GENEROUS)).isTrue();
    }

    @Test
    void cancellingDropsWhatIsQueuedAndLetsRunWhatRuns() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, () -> {
            gate.pass();
            executions.incrementAndGet();
        });
        work.submit();
        gate.awaitArrivals(1);
        work.submit();
        work.submit();

        assertThat(work.waitForCallbacks(true, Duration.ZERO)).isFalse();
        assertThat(work.pending()).isZero();
        assertThat(work.running()).isEqualTo(1);
        gate.open();
        work.waitForCallbacks(false);

        assertThat(executions).hasValue(1);
        assertThat(pool.snapshot().dropped()).isEqualTo(2);
    }

    @Test
    void cancellingHappensOnceUpFront() throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(pool, () -> {
            executions.incrementAndGet();
            gate.pass();
        });
        work.submit();
        gate.awaitArrivals(1);
        work.submit();
        Started<Integer> waiter = this.pools.start(() -> {
            work.waitForCallbacks(true);
            return executions.get();
        });
        Pools.eventually(() -> work.pending() == 0);
        waiter.awaitBlocked();

        work.submit();
        gate.open();

        assertThat(waiter.get()).isEqualTo(2);
    }

    @Test
    void cancelledCallbacksAreCounted() {
        TpPool pool = this.pools.single();
        TpWork work = this.pools.work(pool, () -> {
        });
        this.pools.occupy(pool);
        work.submit();
        work.submit();

        assertThat(work.cancelPendingCallbacks()).isEqualTo(2);
        assertThat(work.cancelPendingCallbacks()).isZero();
        assertThat(pool.snapshot().dropped()).isEqualTo(2);
    }

    @Test
    void aWorkThatWasCancelledCanBeSubmittedAgainAtOnce() throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, executions::incrementAndGet);
        Gate gate = this.pools.occupy(pool);
        work.submit();
        work.cancelPendingCallbacks();

        work.submit();
        gate.open();
        work.waitForCallbacks(false);

        assertThat(executions).hasValue(1);
    }

    @Test
    void aWorkThatACallbackCancelsAndSubmitsAgainRunsOnceAndLosesNobody() throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        TpWork before = this.pools.work(pool, others::incrementAndGet);
        TpWork cancelled = this.pools.work(pool, executions::incrementAndGet);
        TpWork behind = this.pools.work(pool, others::incrementAndGet);
        TpWork first = this.pools.work(pool, () -> {
            before.submit();
            cancelled.submit();
            behind.submit();
            cancelled.cancelPendingCallbacks();
            // It has its place in the queue still, though nothing is pending.
            cancelled.submit();
        });

        first.submit();
        first.waitForCallbacks(false);
        Pools.eventually(() -> others.get() == 2);
        cancelled.waitForCallbacks(false);

        assertThat(executions).hasValue(1);
    }

    @Test
    void aCallbackMaySubmitTheWorkOfAnotherPool() throws Exception {
        TpPool other = this.pools.single();
        AtomicReference<String> thread = new AtomicReference<>();
        TpWork elsewhere = this.pools.work(other, () -> thread.set(Thread.currentThread().getName()));
        TpWork first = this.pools.work(this.pools.single(), elsewhere::submit);

        first.submit();
        first.waitForCallbacks(false);
        elsewhere.waitForCallbacks(false);

        assertThat(thread.get()).startsWith(other.name() + "-");
    }

    @Test
    void aBoundedWaitEndsWhenItsTimeIsOverAndNotBefore() throws Exception {
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), gate::pass);
        work.submit();
        gate.awaitArrivals(1);

        long began = System.nanoTime();
        boolean quiet = work.waitForCallbacks(false, Duration.ofMillis(30));
        Duration elapsed = Duration.ofNanos(System.nanoTime() - began);

        assertThat(quiet).isFalse();
        assertThat(elapsed).isGreaterThanOrEqualTo(Duration.ofMillis(30));
        assertThat(work.running()).isEqualTo(1);
    }

    @Test
    void aBoundedWaitWithoutTimeOnlyLooks() throws Exception {
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), gate::pass);
        work.submit();
        gate.awaitArrivals(1);

        assertThat(work.waitForCallbacks(false, Duration.ZERO)).isFalse();
        assertThat(work.waitForCallbacks(false, Duration.ofSeconds(-1))).isFalse();
        assertThat(work.waitForCallbacks(false, Duration.ofSeconds(Long.MIN_VALUE))).isFalse();
    }

    @Test
    void aBoundedWaitMayBeAsLongAsItLikes() throws Exception {
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), gate::pass);
        work.submit();
        gate.awaitArrivals(1);

        Started<Boolean> waiter = this.pools
            .start(() -> work.waitForCallbacks(false, Duration.ofSeconds(Long.MAX_VALUE)))
            .awaitBlocked();
        gate.open();

        assertThat(waiter.get()).isTrue();
    }

    @Test
    void aWaiterCanBeInterrupted() throws Exception {
        Gate gate = this.pools.gate();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.create(), () -> {
            gate.pass();
            executions.incrementAndGet();
        });
        work.submit();
        gate.awaitArrivals(1);
        Started<Void> waiter = this.pools.<Void>start(() -> {
            work.waitForCallbacks(false);
            return null;
        }).awaitBlocked();

        waiter.thread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(waiter::get);
        gate.open();
        work.waitForCallbacks(false);
        assertThat(executions).hasValue(1);
    }

    @Test
    void allWaitersAreLetGo() throws Exception {
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), gate::pass);
        work.submit();
        gate.awaitArrivals(1);
        List<Started<Boolean>> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiters.add(this.pools.start(() -> work.waitForCallbacks(false, Pools.GENEROUS)));
        }
        waiters.forEach(Started::awaitBlocked);

        gate.open();

        for (Started<Boolean> waiter : waiters) {
            assertThat(waiter.get()).isTrue();
        }
    }

    @Test
    void waitingForItselfIsRefused() throws Exception {
        AtomicReference<Throwable> refusal = new AtomicReference<>();
        TpWork work = this.pools.work(this.pools.create(), "selfish", (instance, context, self) -> {
            try {
                self.waitForCallbacks(true);
            }
            catch (IllegalStateException ex) {
                refusal.set(ex);
            }
        });
        work.submit();
        work.waitForCallbacks(false);

        assertThat(refusal.get()).hasMessageContaining("work 'selfish'").hasMessageContaining("wait for itself");
    }

    @Test
    void aRefusedWaitForItselfDropsNothing() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        AtomicReference<Throwable> refusal = new AtomicReference<>();
        TpWork work = this.pools.work(this.pools.single(), "selfish", (instance, context, self) -> {
            if (executions.incrementAndGet() == 1) {
                self.submit();
                try {
                    self.waitForCallbacks(true);
                }
                catch (IllegalStateException ex) {
                    refusal.set(ex);
                }
            }
        });
        work.submit();
        work.waitForCallbacks(false);

        assertThat(refusal.get()).isNotNull();
        assertThat(executions).hasValue(2);
    }

    @Test
    void aDisassociatedCallbackMayWaitForItsOwnWork() throws Exception {
        AtomicBoolean waited = new AtomicBoolean();
        TpWork work = this.pools.work(this.pools.create(), "apart", (instance, context, self) -> {
            instance.disassociateCurrentThreadFromCallback();
            self.waitForCallbacks(false);
            waited.set(true);
        });
        work.submit();

        Pools.eventually(waited::get);
    }

    @Test
    void aDisassociatedCallbackThatWaitsForItsOwnWorkWaitsForTheOtherExecutions() throws Exception {
        Gate other = this.pools.gate();
        Gate apart = this.pools.gate();
        AtomicInteger executions = new AtomicInteger();
        CountDownLatch waited = new CountDownLatch(1);
        TpWork work = this.pools.work(this.pools.create(), "apart", (instance, context, self) -> {
            if (executions.getAndIncrement() == 0) {
                other.pass();
            }
            else {
                instance.disassociateCurrentThreadFromCallback();
                apart.pass();
                self.waitForCallbacks(false);
                waited.countDown();
            }
        });
        work.submit();
        other.awaitArrivals(1);
        work.submit();
        apart.awaitArrivals(1);
        apart.open();
        assertThat(work.waitForCallbacks(false, Duration.ofMillis(20))).isFalse();
        assertThat(waited.getCount()).isEqualTo(1);

        other.open();

        Pools.eventually(() -> waited.getCount() == 0);
    }

    @Test
    void waitersDoNotWaitForADisassociatedCallback() throws Exception {
        Gate before = this.pools.gate();
        Gate after = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), "apart", (instance, context, self) -> {
            before.pass();
            instance.disassociateCurrentThreadFromCallback();
            after.pass();
        });
        work.submit();
        before.awaitArrivals(1);
        Started<Boolean> waiter = this.pools.start(() -> work.waitForCallbacks(false, Pools.GENEROUS)).awaitBlocked();

        before.open();

        assertThat(waiter.get()).isTrue();
        after.awaitArrivals(1);
        assertThat(work.running()).isEqualTo(1);
        assertThat(work.waitForCallbacks(false, Duration.ZERO)).isTrue();
    }

    @Test
    void whatIsQueuedKeepsWaitersThoughTheRunningCallbackIsDisassociated() throws Exception {
        TpPool pool = this.pools.single();
        Gate apart = this.pools.gate();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, "apart", (instance, context, self) -> {
            executions.incrementAndGet();
            instance.disassociateCurrentThreadFromCallback();
            apart.pass();
        });
        work.submit();
        work.submit();
        apart.awaitArrivals(1);

        assertThat(work.waitForCallbacks(false, Duration.ofMillis(20))).isFalse();
        apart.open();
        work.waitForCallbacks(false);

        assertThat(executions).hasValue(2);
    }

    @Test
    void aCallbackMayWaitForAnotherWork() throws Exception {
        TpPool pool = this.pools.create();
        AtomicInteger executions = new AtomicInteger();
        TpWork inner = this.pools.work(pool, executions::incrementAndGet);
        AtomicInteger seen = new AtomicInteger();
        TpWork outer = this.pools.work(pool, "outer", (instance, context, self) -> {
            inner.submit();
            inner.waitForCallbacks(false);
            seen.set(executions.get());
        });

        outer.submit();
        outer.waitForCallbacks(false);

        assertThat(seen).hasValue(1);
    }

    @Test
    void closingDropsNothing() {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, executions::incrementAndGet);
        Gate gate = this.pools.occupy(pool);
        work.submit();
        work.submit();

        work.close();
        assertThat(work.isClosed()).isTrue();
        assertThat(work.pending()).isEqualTo(2);
        gate.open();

        Pools.eventually(() -> executions.get() == 2);
    }

    @Test
    void closingDoesNotWait() {
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), gate::pass);
        work.submit();
        gate.awaitArrivals(1);

        work.close();

        assertThat(work.isClosed()).isTrue();
        assertThat(work.running()).isEqualTo(1);
    }

    @Test
    void aClosedWorkIsFreedWithItsLastCallback() {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(pool, gate::pass);
        work.submit();
        gate.awaitArrivals(1);

        work.close();
        assertThat(work.isFreed()).isFalse();
        assertThat(pool.snapshot().objects()).hasSize(1);
        gate.open();

        Pools.eventually(work::isFreed);
        Pools.eventually(() -> pool.snapshot().objects().isEmpty());
    }

    @Test
    void canBeClosedInsideItsOwnCallback() {
        AtomicReference<String> name = new AtomicReference<>();
        TpWork work = this.pools.work(this.pools.create(), "suicidal", (instance, context, self) -> {
            self.close();
            instance.disassociateCurrentThreadFromCallback();
            name.set(self.name());
        });
        work.submit();

        Pools.eventually(work::isFreed);
        assertThat(name).hasValue("suicidal");
    }

    @Test
    void closingTwiceDoesNothing() {
        TpWork work = this.pools.work(this.pools.create(), () -> {
        });

        work.close();
        work.close();

        assertThat(work.isClosed()).isTrue();
        assertThat(work.isFreed()).isTrue();
    }

    @Test
    void aClosedWorkRefusesPostsAndWaits() {
        TpWork work = this.pools.work(this.pools.create(), "gone", (instance, context, self) -> {
        });
        work.close();

        assertThatIllegalStateException().isThrownBy(work::submit).withMessage("work 'gone' is closed");
        assertThatIllegalStateException().isThrownBy(() -> work.waitForCallbacks(false))
            .withMessage("work 'gone' is closed");
        assertThatIllegalStateException().isThrownBy(() -> work.waitForCallbacks(true, Duration.ZERO))
            .withMessage("work 'gone' is closed");
        assertThat(work.pending()).isZero();
    }

    @Test
    void aClosedWorkRefusesThePostsOfCallbacks() throws Exception {
        TpPool pool = this.pools.single();
        TpWork closed = this.pools.work(pool, () -> {
        });
        AtomicReference<Throwable> refusal = new AtomicReference<>();
        TpWork first = this.pools.work(pool, () -> {
            try {
                closed.submit();
            }
            catch (IllegalStateException ex) {
                refusal.set(ex);
            }
        });
        closed.close();

        first.submit();
        first.waitForCallbacks(false);

        assertThat(refusal.get()).hasMessageContaining("closed");
        assertThat(closed.pending()).isZero();
    }

    @Test
    void aRefusedPostDoesNotCountWhileOthersAreQueued() {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, executions::incrementAndGet);
        Gate gate = this.pools.occupy(pool);
        work.submit();
        work.submit();
        work.close();

        assertThatIllegalStateException().isThrownBy(work::submit);
        assertThat(work.pending()).isEqualTo(2);
        gate.open();

        Pools.eventually(work::isFreed);
        assertThat(executions).hasValue(2);
    }

    @Test
    void aWaitThatBeganBeforeTheCloseGoesOn() throws Exception {
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(this.pools.create(), gate::pass);
        work.submit();
        gate.awaitArrivals(1);
        Started<Boolean> waiter = this.pools.start(() -> work.waitForCallbacks(false, Pools.GENEROUS)).awaitBlocked();

        work.close();
        assertThat(waiter.isDone()).isFalse();
        gate.open();

        assertThat(waiter.get()).isTrue();
    }

    @Test
    void whatTheCallbackWroteIsVisibleAfterTheWait() throws Exception {
        int[] plain = new int[1];
        TpWork work = this.pools.work(this.pools.single(), () -> plain[0]++);

        for (int i = 1; i <= 1_000; i++) {
            work.submit();
            work.waitForCallbacks(false);
            assertThat(plain[0]).isEqualTo(i);
        }
    }

}
