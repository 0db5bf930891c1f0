package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.tpool.sync.TpMutex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpMonitor}.
 */
class TpMonitorTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final AtomicLong ticks = new AtomicLong(1_000);

    private final Recorded recorded = new Recorded();

    private TpPool watched() {
        return this.pools.create((builder) -> builder.threadMaximum(1)
            .queueCapacity(3)
            .monitor(this.recorded)
            .ticker(this.ticks::get)
            .exceptionHandler((source, failure) -> {
            }));
    }

    @Test
    void isToldOfTheLifeOfACallback() throws Exception {
        TpPool pool = watched();
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
            instance.releaseSemaphoreWhenCallbackReturns(new Semaphore(0), 1);
            gate.pass();
        });

        work.submit();
        gate.awaitArrivals(1);
        this.ticks.addAndGet(250);
        gate.open();
        work.waitForCallbacks(false);

        assertThat(this.recorded.events).containsExactly("queued work", "started work after 0",
                "RELEASE_SEMAPHORE of work", "ended work after 250");
    }

    @Test
    void aSnapshotLeadsToTheStackOfACallback() throws Exception {
        TpPool pool = watched();
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> gate.pass());
        work.submit();
        gate.awaitArrivals(1);

        TpRunningCallback first = pool.snapshot().runningCallbacks().get(0);
        assertThat(first.startedNanos()).isEqualTo(1_000);
        assertThat(pool.stackTrace(first)).isNotEmpty()
            .anyMatch((frame) -> frame.getClassName().equals(Gate.class.getName()))
            .noneMatch((frame) -> frame.getClassName().equals(Execution.class.getName()));

        this.ticks.addAndGet(250);
        gate.open();
        work.waitForCallbacks(false);
        assertThat(pool.stackTrace(first)).isEmpty();
        Gate next = this.pools.occupy(pool);
        assertThat(pool.stackTrace(first)).isEmpty();
        next.open();
    }

    @Test
    void isToldHowLongACallbackWaited() throws Exception {
        TpPool pool = watched();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
        });
        Gate gate = this.pools.occupy(pool);
        work.submit();
        this.ticks.addAndGet(40);
        gate.open();
        work.waitForCallbacks(false);

        assertThat(this.recorded.events).contains("started work after 40", "ended work after 0");
    }

    @Test
    void isToldHowLongADeferredCallbackWaitedSinceItWasAccepted() {
        TpPool pool = watched();
        CountDownLatch ran = new CountDownLatch(1);
        TpDeferredCallback deferred = TpEnvironment.of(pool).tryDefer(new TpDeferredTask<>() {

            @Override
            public String name() {
                return "deferred";
            }

            @Override
            public void run(TpCallbackInstance instance, String context) {
                ran.countDown();
            }

            @Override
            public void completed(Throwable failure) {
            }

            @Override
            public void cancelled() {
            }

        }, "context");
        this.ticks.addAndGet(40);
        deferred.postNow();
        Pools.eventually(() -> ran.getCount() == 0);

        assertThat(this.recorded.events).contains("queued deferred", "started deferred after 40");
    }

    @Test
    void isToldHowLongAnObjectWaitedForEachOfItsTurns() throws Exception {
        TpPool pool = watched();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> this.ticks.addAndGet(10));
        Gate gate = this.pools.occupy(pool);
        work.submit();
        work.submit();
        work.submit();
        this.ticks.addAndGet(40);
        gate.open();
        work.waitForCallbacks(false);

        assertThat(this.recorded.events).filteredOn((event) -> event.startsWith("started work"))
            .containsExactly("started work after 40", "started work after 10", "started work after 10");
    }

    @Test
    void isToldSoOfCallbacksThatAWorkerTookTogetherAndOfThoseAfterThem() throws Exception {
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).monitor(this.recorded).ticker(this.ticks::get));
        AtomicInteger begun = new AtomicInteger();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
            this.ticks.addAndGet(200_000);
            if (begun.incrementAndGet() == 50) {
                // Others may run what the worker took.
                instance.disassociateCurrentThreadFromCallback();
                this.ticks.addAndGet(5);
            }
        });
        Gate gate = this.pools.occupy(pool);
        for (int i = 0; i < 100; i++) {
            work.submit();
        }
        this.ticks.addAndGet(40);
        gate.open();
        work.waitForCallbacks(false);

        List<String> started = this.recorded.events.stream()
            .filter((event) -> event.startsWith("started work"))
            .toList();
        assertThat(started).hasSize(100).startsWith("started work after 40");
        assertThat(started).filteredOn("started work after 200000"::equals).hasSize(98);
        assertThat(started).filteredOn("started work after 200005"::equals).hasSize(1);
    }

    @Test
    void isToldOfFailures() throws Exception {
        TpPool pool = watched();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
            instance.releaseMutexWhenCallbackReturns(TpMutex.of());
            throw new IllegalStateException("on purpose");
        });

        work.submit();
        work.waitForCallbacks(false);

        assertThat(this.recorded.events).containsExactly("queued work", "started work after 0",
                "RELEASE_MUTEX of work failed: IllegalMonitorStateException",
                "ended work after 0: IllegalStateException");
    }

    @Test
    void isToldOfWhatWasDroppedAndRefused() {
        TpPool pool = watched();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
        });
        this.pools.occupy(pool);
        for (int i = 0; i < 3; i++) {
            work.submit();
        }
        this.recorded.events.clear();

        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(work::submit);
        assertThat(TpEnvironment.of(pool).trySubmit("refused", (instance, context) -> {
        }, null, new TpFuture<>(null, () -> 1))).isFalse();
        work.cancelPendingCallbacks();
        work.cancelPendingCallbacks();

        assertThat(this.recorded.events).containsExactly("rejected work", "rejected refused", "dropped 3 of work");
    }

    @Test
    void isNotToldOfAPostThatIsRefusedSinceTheWorkWasClosedMeanwhile() {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1)
            .queueCapacity(1)
            .whenFull(TpFullPolicy.BLOCK)
            .monitor(this.recorded));
        this.pools.occupy(pool);
        TpWork other = this.pools.work(pool, "other", (instance, context, self) -> {
        });
        other.submit();
        this.recorded.events.clear();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
        });
        Started<?> poster = this.pools.start(() -> {
            work.submit();
            return null;
        }).awaitBlocked();

        work.close();
        other.cancelPendingCallbacks();

        assertThatIllegalStateException().isThrownBy(poster::get).withMessageContaining("closed");
        assertThat(this.recorded.events).containsExactly("dropped 1 of other");
        other.submit();
    }

    @Test
    void isToldBeforeWaitersAreLetGo() throws Exception {
        TpPool pool = watched();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
        });

        for (int i = 1; i <= 500; i++) {
            work.submit();
            work.waitForCallbacks(false);
            assertThat(this.recorded.events).hasSize(3 * i);
        }
    }

    @Test
    void isToldOfEveryPostOfAnObject() throws Exception {
        TpPool pool = watched();
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
        });
        Gate gate = this.pools.occupy(pool);
        this.recorded.events.clear();

        work.submit();
        work.submit();
        gate.open();
        work.waitForCallbacks(false);

        assertThat(this.recorded.events).filteredOn((event) -> event.equals("queued work")).hasSize(2);
        assertThat(this.recorded.events).filteredOn((event) -> event.equals("started work after 0")).hasSize(2);
        assertThat(this.recorded.events).filteredOn((event) -> event.equals("ended work after 0")).hasSize(2);
    }

    @Test
    void snapshotsShowTheAgeOfWhatRuns() {
        TpPool pool = watched();
        Gate gate = this.pools.occupy(pool);

        this.ticks.addAndGet(70);

        assertThat(pool.snapshot().runningCallbacks()).singleElement()
            .extracting(TpRunningCallback::age)
            .isEqualTo(Duration.ofNanos(70));
        gate.open();
    }

    @Test
    void noClockIsReadIfNobodyMeasures() throws Exception {
        AtomicLong reads = new AtomicLong();
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).ticker(reads::incrementAndGet));
        TpWork work = this.pools.work(pool, () -> {
        });
        Gate gate = this.pools.occupy(pool);
        work.submit();
        assertThat(pool.snapshot().runningCallbacks()).singleElement().extracting(TpRunningCallback::age).isNull();
        gate.open();
        work.waitForCallbacks(false);

        assertThat(reads).hasValue(0);
    }

    /**
     * Two reads for each would be one more than needed for those that follow another at
     * once.
     */
    @Test
    void theEndOfACallbackIsTheBeginningOfTheOneThatFollowsAtOnce() throws Exception {
        AtomicLong reads = new AtomicLong();
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).monitor(this.recorded).ticker(reads::incrementAndGet));
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
        });
        Gate gate = this.pools.occupy(pool);
        for (int i = 0; i < 1_000; i++) {
            work.submit();
        }
        long before = reads.get();
        gate.open();
        work.waitForCallbacks(false);

        assertThat(reads.get() - before).isBetween(1_000L, 1_900L);
        assertThat(this.recorded.events).filteredOn("ended work after 1"::equals).hasSize(1_000);
    }

    @Test
    void whatReportingAFailureTakesIsNotChargedToTheNextCallback() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1)
            .monitor(this.recorded)
            .ticker(this.ticks::get)
            .exceptionHandler((source, failure) -> this.ticks.addAndGet(500)));
        TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
            this.ticks.addAndGet(10);
            throw new IllegalStateException("expected");
        });
        Gate gate = this.pools.occupy(pool);
        for (int i = 0; i < 100; i++) {
            work.submit();
        }
        gate.open();
        work.waitForCallbacks(false);

        assertThat(this.recorded.events).filteredOn("ended work after 10: IllegalStateException"::equals).hasSize(100);
    }

    @Test
    void aMonitorThatThrowsIsLoggedAndHarmless() throws Exception {
        try (LogRecords log = new LogRecords()) {
            TpPool pool = this.pools
                .create((builder) -> builder.threadMaximum(1).queueCapacity(1).monitor(new Failing()));
            List<String> ran = new CopyOnWriteArrayList<>();
            TpWork work = this.pools.work(pool, "work", (instance, context, self) -> {
                instance.releaseSemaphoreWhenCallbackReturns(new Semaphore(0), 1);
                ran.add("ran");
            });
            work.submit();
            work.waitForCallbacks(false);
            assertThat(ran).containsExactly("ran");
            assertThat(log.messages()).hasSize(4).containsOnly("the monitor of pool '" + pool.name() + "' failed");
            Gate gate = this.pools.occupy(pool);
            work.submit();
            assertThatExceptionOfType(TpRejectedException.class).isThrownBy(work::submit);
            work.cancelPendingCallbacks();
            gate.open();
            work.submit();
            work.waitForCallbacks(false);

            assertThat(ran).hasSize(2);
            assertThat(log.failures()).hasOnlyElementsOfType(AssertionError.class);
        }
    }

    @Test
    void composedMonitorsAreAllToldInOrder() {
        Recorded second = new Recorded();
        TpMonitor all = TpMonitor.compose(List.of(this.recorded, second));
        TpWork work = this.pools.work(this.pools.create(), "work", (instance, context, self) -> {
        });

        tellEverything(all, work);

        assertThat(this.recorded.events).containsExactly("queued work", "started work after 1", "RELEASE_MUTEX of work",
                "ended work after 2", "dropped 3 of work", "rejected name",
                "starved " + work.environment().pool().name() + " for PT1S");
        assertThat(second.events).isEqualTo(this.recorded.events);
    }

    @Test
    void aComposedMonitorThatThrowsKeepsNoOtherFromBeingTold() {
        TpMonitor all = TpMonitor.compose(List.of(new Failing(), this.recorded, new Failing()));
        TpWork work = this.pools.work(this.pools.create(), "work", (instance, context, self) -> {
        });

        assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> all.callbackQueued(work))
            .satisfies((failure) -> assertThat(failure.getSuppressed()).hasSize(1));

        assertThat(this.recorded.events).containsExactly("queued work");
    }

    @Test
    void oneMonitorIsComposedToItself() {
        assertThat(TpMonitor.compose(List.of(this.recorded))).isSameAs(this.recorded);
        TpMonitor nobody = TpMonitor.compose(new ArrayList<>());
        nobody.callbackRejected("nothing happens");
    }

    @Test
    void aMonitorNeedNotListenToEverything() {
        TpWork work = this.pools.work(this.pools.create(), "work", (instance, context, self) -> {
        });

        tellEverything(new TpMonitor() {
        }, work);

        work.close();
        assertThatIllegalStateException().isThrownBy(work::submit);
    }

    private static void tellEverything(TpMonitor monitor, TpWork work) {
        monitor.callbackQueued(work);
        monitor.callbackStarted(work, 1);
        monitor.completionActionEnded(work, TpCompletionAction.RELEASE_MUTEX, null);
        monitor.callbackEnded(work, 2, null);
        monitor.callbacksDropped(work, 3);
        monitor.callbackRejected("name");
        monitor.poolStarved(work.environment().pool().snapshot(), Duration.ofSeconds(1));
    }

    private static final class Recorded implements TpMonitor {

        private final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void callbackQueued(TpCallbackSource source) {
            this.events.add("queued " + source.name());
        }

        @Override
        public void callbackStarted(TpCallbackSource source, long queueNanos) {
            this.events.add("started " + source.name() + " after " + queueNanos);
        }

        @Override
        public void callbackEnded(TpCallbackSource source, long runNanos, Throwable failure) {
            this.events.add("ended " + source.name() + " after " + runNanos
                    + ((failure != null) ? ": " + failure.getClass().getSimpleName() : ""));
        }

        @Override
        public void callbacksDropped(TpCallbackSource source, long count) {
            this.events.add("dropped " + count + " of " + source.name());
        }

        @Override
        public void callbackRejected(String name) {
            this.events.add("rejected " + name);
        }

        @Override
        public void poolStarved(TpPoolSnapshot pool, Duration blockedFor) {
            this.events.add("starved " + pool.name() + " for " + blockedFor);
        }

        @Override
        public void completionActionEnded(TpCallbackSource source, TpCompletionAction action, Throwable failure) {
            this.events.add(action + " of " + source.name()
                    + ((failure != null) ? " failed: " + failure.getClass().getSimpleName() : ""));
        }

    }

    private static final class Failing implements TpMonitor {

        @Override
        public void callbackQueued(TpCallbackSource source) {
            throw new AssertionError("on purpose");
        }

        @Override
        public void callbackStarted(TpCallbackSource source, long queueNanos) {
            throw new AssertionError("on purpose");
        }

        @Override
        public void callbackEnded(TpCallbackSource source, long runNanos, Throwable failure) {
            throw new AssertionError("on purpose");
        }

        @Override
        public void callbacksDropped(TpCallbackSource source, long count) {
            throw new AssertionError("on purpose");
        }

        @Override
        public void callbackRejected(String name) {
            throw new AssertionError("on purpose");
        }

        @Override
        public void completionActionEnded(TpCallbackSource source, TpCompletionAction action, Throwable failure) {
            throw new AssertionError("on purpose");
        }

    }

}
