package dev.tpool;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpDeferredCallback}.
 */
class TpDeferredCallbackTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final TpCleanupGroup group = TpCleanupGroup.create("members");

    private final Task task = new Task();

    private final TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).queueCapacity(1));

    private final TpEnvironment environment = TpEnvironment.builder().pool(this.pool).cleanupGroup(this.group).build();

    @Test
    void runsOnceItIsPosted() {
        TpDeferredCallback deferred = this.environment.tryDefer(this.task, "a");
        assertThat(deferred.isRunByCaller()).isFalse();
        assertThat(this.pool.queued()).isEqualTo(1);
        assertThat(this.group.size()).isEqualTo(1);
        assertThat(this.task.log).isEmpty();

        deferred.postNow();
        Pools.eventually(() -> this.group.size() == 0);
        assertThat(this.task.log).containsExactly("enter", "run a", "completed null");
        assertThat(deferred.cancel()).isFalse();
        assertThat(deferred.reject()).isFalse();
        assertThat(this.pool.snapshot().objects()).isEmpty();
    }

    @Test
    void countsAgainstTheCapacityFromTheBeginning() {
        TpDeferredCallback deferred = this.environment.tryDefer(this.task, "a");

        assertThat(this.environment.tryDefer(this.task, "b")).isNull();
        assertThat(this.pool.snapshot().rejected()).isEqualTo(1);
        deferred.postNow();
        Pools.eventually(() -> this.group.size() == 0);
        assertThat(this.environment.trySubmit(() -> {
        })).isTrue();
    }

    @Test
    void isCountedAndToldIfItIsCancelled() {
        TpDeferredCallback deferred = this.environment.tryDefer(this.task, "a");

        assertThat(deferred.cancel()).isTrue();
        assertThat(deferred.cancel()).isFalse();
        deferred.postNow();
        assertThat(this.task.log).containsExactly("cancelled");
        assertThat(this.group.size()).isZero();
        assertThat(this.pool.snapshot().dropped()).isEqualTo(1);
        assertThat(this.environment.tryDefer(this.task, "b").cancel()).isTrue();
    }

    @Test
    void isCountedAndNotToldIfItIsRejected() {
        TpDeferredCallback deferred = this.environment.tryDefer(this.task, "a");

        assertThat(deferred.reject()).isTrue();
        assertThat(deferred.reject()).isFalse();
        assertThat(deferred.cancel()).isFalse();
        deferred.postNow();
        assertThat(this.task.log).isEmpty();
        assertThat(this.group.size()).isZero();
        TpPoolSnapshot snapshot = this.pool.snapshot();
        assertThat(snapshot.dropped()).isZero();
        assertThat(snapshot.rejected()).isEqualTo(1);
        assertThat(snapshot.objects()).isEmpty();
        assertThat(this.environment.tryDefer(this.task, "b").cancel()).isTrue();
    }

    @Test
    void isAtItsEndThoughItsNameThrowsWhenItIsRejected() {
        TpDeferredCallback deferred = this.environment.tryDefer(this.task, "a");

        this.task.nameless = true;
        assertThat(deferred.reject()).isTrue();

        assertThat(this.group.size()).isZero();
        assertThat(this.pool.snapshot().objects()).isEmpty();
        assertThat(this.pool.snapshot().rejected()).isEqualTo(1);
    }

    @Test
    void goesBackWithoutAThreadUntilItCanEnter() {
        this.task.enterable.set(false);
        TpDeferredCallback deferred = this.environment.tryDefer(this.task, "a");
        deferred.postNow();
        Pools.eventually(() -> this.pool.snapshot().idle() == 1 && this.task.attempts.get() == 1);
        assertThat(this.group.size()).isEqualTo(1);
        assertThat(this.task.log).containsExactly("enter");

        this.task.enterable.set(true);
        deferred.postNow();
        Pools.eventually(() -> this.group.size() == 0);
        assertThat(this.task.log).containsExactly("enter", "enter", "run a", "completed null");
    }

    @Test
    void undoesItsEntryIfItIsDroppedMeanwhile() {
        TpDeferredCallback[] deferred = new TpDeferredCallback[1];
        this.task.whileEntering = () -> assertThat(deferred[0].cancel()).isTrue();
        deferred[0] = this.environment.tryDefer(this.task, "a");
        deferred[0].postNow();

        Pools.eventually(() -> this.task.log.size() == 3);
        assertThat(this.task.log).containsExactly("enter", "cancelled", "undo");
        Pools.eventually(() -> this.group.size() == 0);
    }

    @Test
    void theCloseOfItsGroupWaitsUntilItsEntryIsUndone() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        TpLibrary library = TpLibrary.of("library", closed::incrementAndGet);
        List<Object> told = new CopyOnWriteArrayList<>();
        TpEnvironment members = this.environment.toBuilder()
            .library(library)
            .cleanupGroup(this.group, (context, cleanupContext) -> told.add(context))
            .build();
        Gate gate = new Gate();
        this.task.whileEntering = gate::pass;
        members.tryDefer(this.task, "a").postNow();
        library.close();
        gate.awaitArrivals(1);

        TpCloseReport first = this.group.closeMembers(true, null, Duration.ZERO);
        assertThat(first.complete()).isFalse();
        assertThat(first.dropped()).isEqualTo(1);
        assertThat(told).containsExactly("a");
        assertThat(this.group.size()).isEqualTo(1);
        assertThat(closed).hasValue(0);

        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, null));
        gate.open();
        assertThat(closer.get().complete()).isTrue();
        assertThat(this.task.log).containsExactly("enter", "cancelled", "undo");
        assertThat(told).containsExactly("a");
        assertThat(this.group.size()).isZero();
        Pools.eventually(() -> closed.get() == 1);
    }

    @Test
    void isNotReportedAsRunIfItIsDroppedWhileItEnters() throws Exception {
        Gate gate = new Gate();
        this.task.whileEntering = gate::pass;
        this.environment.tryDefer(this.task, "a").postNow();
        gate.awaitArrivals(1);

        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, null));
        Pools.eventually(() -> this.task.log.contains("cancelled"));
        gate.open();
        TpCloseReport report = closer.get();
        assertThat(report.dropped()).isEqualTo(1);
        assertThat(report.members()).singleElement().satisfies((member) -> {
            assertThat(member.ran()).isZero();
            assertThat(member.finished()).isTrue();
        });
        assertThat(this.task.log).containsExactly("enter", "cancelled", "undo");
    }

    @Test
    void doesNotCountAsRunInALaterCloseEither() throws Exception {
        Gate gate = new Gate();
        this.task.whileEntering = gate::pass;
        this.environment.tryDefer(this.task, "a").postNow();
        gate.awaitArrivals(1);
        assertThat(this.group.closeMembers(true, null, Duration.ZERO).complete()).isFalse();

        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, null));
        closer.awaitBlocked();
        gate.open();
        assertThat(closer.get().members()).singleElement().satisfies((member) -> {
            assertThat(member.ran()).isZero();
            assertThat(member.finished()).isTrue();
        });
    }

    @Test
    void beginsOnceAndIsOutstandingIfTwoAskAtTheSameTime() {
        DeferredOneShot deferred = (DeferredOneShot) this.environment.tryDefer(this.task, "a");
        List<Boolean> claimed = new CopyOnWriteArrayList<>();
        this.task.whileEntering = () -> {
            this.task.whileEntering = () -> {
            };
            claimed.add(deferred.claim(new TpCallbackInstance(this.pool, null)));
        };

        claimed.add(deferred.claim(new TpCallbackInstance(this.pool, null)));
        assertThat(claimed).containsExactly(true, false);
        assertThat(this.task.log).containsExactly("enter", "enter", "undo");
        assertThat(deferred.outstanding()).isEqualTo(1);

        deferred.settle(false);
        assertThat(this.group.size()).isZero();
    }

    @Test
    void theCloseOfItsGroupIsRefusedWhileItEnters() {
        List<Throwable> refused = new CopyOnWriteArrayList<>();
        this.task.whileEntering = () -> {
            try {
                this.group.closeMembers(true, null);
            }
            catch (Exception ex) {
                refused.add(ex);
            }
        };
        this.environment.tryDefer(this.task, "a").postNow();

        Pools.eventually(() -> this.group.size() == 0);
        assertThat(refused).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(this.task.log).containsExactly("enter", "run a", "completed null");
    }

    @Test
    void whoIsToldThatItsEntryThrewMayCloseItsGroup() {
        this.task.whileEntering = () -> {
            throw new IllegalStateException("broken");
        };
        List<TpCloseReport> reports = new CopyOnWriteArrayList<>();
        this.task.whenCancelled = () -> {
            try {
                reports.add(this.group.closeMembers(true, null));
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        };
        this.environment.tryDefer(this.task, "a").postNow();

        Pools.eventually(() -> reports.size() == 1);
        assertThat(this.group.size()).isZero();
    }

    @Test
    void isRejectedWhileItEntersAndUndoesThat() {
        TpDeferredCallback[] deferred = new TpDeferredCallback[1];
        this.task.whileEntering = () -> assertThat(deferred[0].reject()).isTrue();
        deferred[0] = this.environment.tryDefer(this.task, "a");
        deferred[0].postNow();

        Pools.eventually(() -> this.group.size() == 0);
        assertThat(this.task.log).containsExactly("enter", "undo");
        assertThat(this.pool.snapshot().rejected()).isEqualTo(1);
        assertThat(this.pool.snapshot().objects()).isEmpty();
    }

    @Test
    void isDroppedIfItsEntryThrows() {
        this.task.whileEntering = () -> {
            throw new IllegalStateException("broken");
        };
        this.environment.tryDefer(this.task, "a").postNow();

        Pools.eventually(() -> this.group.size() == 0);
        assertThat(this.task.log).containsExactly("enter", "cancelled");
    }

    @Test
    void theCloseOfItsGroupDropsItOrWaitsForIt() throws Exception {
        this.environment.tryDefer(this.task, "a");
        assertThat(this.group.closeMembers(false, null, Duration.ZERO).complete()).isFalse();
        assertThat(this.group.size()).isEqualTo(1);

        TpCloseReport report = this.group.closeMembers(true, null);
        assertThat(report.dropped()).isEqualTo(1);
        assertThat(report.complete()).isTrue();
        assertThat(this.task.log).containsExactly("cancelled");

        TpDeferredCallback second = this.environment.tryDefer(this.task, "b");
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(false, null));
        second.postNow();
        assertThat(closer.get().dropped()).isZero();
        assertThat(this.task.log).containsExactly("cancelled", "enter", "run b", "completed null");
    }

    @Test
    void theCloseOfItsPoolDropsItUnlessItIsPosted() throws Exception {
        TpPool wide = this.pools.single();
        Gate gate = this.pools.occupy(wide);
        TpDeferredCallback posted = TpEnvironment.of(wide).tryDefer(this.task, "a");
        posted.postNow();
        Task other = new Task();
        TpEnvironment.of(wide).tryDefer(other, "b");
        wide.close();

        assertThat(other.log).containsExactly("cancelled");
        assertThatIllegalStateException().isThrownBy(() -> TpEnvironment.of(wide).tryDefer(this.task, "c"));
        gate.open();
        assertThat(wide.awaitTermination(Pools.GENEROUS)).isTrue();
        assertThat(this.task.log).containsExactly("enter", "run a", "completed null");
    }

    @Test
    void theCloseOfItsPoolRunsItIfItIsAboutToBegin() throws Exception {
        TpPool wide = this.pools.single();
        this.task.whileEntering = wide::close;
        TpEnvironment.of(wide).tryDefer(this.task, "a").postNow();

        assertThat(wide.awaitTermination(Pools.GENEROUS)).isTrue();
        assertThat(this.task.log).containsExactly("enter", "run a", "completed null");
    }

    @Test
    void isDroppedIfThePoolIsClosedWhileItGoesBack() throws Exception {
        TpPool wide = this.pools.single();
        this.task.whileEntering = wide::close;
        this.task.enterable.set(false);
        TpEnvironment.of(wide).tryDefer(this.task, "a").postNow();

        assertThat(wide.awaitTermination(Pools.GENEROUS)).isTrue();
        assertThat(this.task.log).containsExactly("enter", "cancelled");
    }

    @Test
    void isDroppedIfItGoesBackInAClosedPool() throws Exception {
        TpPool wide = this.pools.single();
        this.task.enterable.set(false);
        Gate gate = this.pools.occupy(wide);
        TpEnvironment.of(wide).tryDefer(this.task, "a").postNow();
        wide.close();
        gate.open();

        assertThat(wide.awaitTermination(Pools.GENEROUS)).isTrue();
        assertThat(this.task.log).containsExactly("enter", "cancelled");
    }

    @Test
    void leavesNoTraceIfItIsDroppedBeforeItsGroupKnowsIt() throws Exception {
        TpLibrary library = TpLibrary.of("library", () -> {
        });
        Visitor visitor = new Visitor();
        TpPool brief = this.pools
            .create((builder) -> builder.keepAlive(Duration.ofNanos(1)).queueCapacity(1).threadFactory(visitor));
        visitor.whileSecondStarts = brief::close;
        TpEnvironment members = TpEnvironment.of(brief).toBuilder().cleanupGroup(this.group).library(library).build();

        TpDeferredCallback deferred = members.tryDefer(this.task, "a");
        assertThat(deferred).isNotNull();
        assertThat(deferred.cancel()).isFalse();
        assertThat(this.task.log).containsExactly("cancelled");
        assertThat(library.references()).isEqualTo(1);
        assertThat(this.group.size()).isZero();
        assertThat(brief.dropped()).isEqualTo(1);
        assertThat(brief.awaitTermination(Pools.GENEROUS)).isTrue();
    }

    @Test
    void isToldOnceIfItIsDroppedAndThereIsNoThreadForIt() throws Exception {
        Visitor visitor = new Visitor();
        TpPool brief = this.pools
            .create((builder) -> builder.keepAlive(Duration.ofNanos(1)).queueCapacity(1).threadFactory(visitor));
        visitor.whileSecondStarts = () -> {
            brief.close();
            throw new IllegalStateException("no thread");
        };

        TpDeferredCallback deferred = TpEnvironment.of(brief).tryDefer(this.task, "a");
        assertThat(deferred).isNotNull();
        assertThat(this.task.log).containsExactly("cancelled");
        assertThat(brief.dropped()).isEqualTo(1);
        assertThat(brief.rejected()).isZero();
        assertThat(brief.awaitTermination(Pools.GENEROUS)).isTrue();
    }

    @Test
    void isRefusedWithoutATraceIfItsGroupIsClosed() {
        this.group.close();

        assertThatIllegalStateException().isThrownBy(() -> this.environment.tryDefer(this.task, "a"));
        assertThat(this.pool.snapshot().objects()).isEmpty();
        TpDeferredCallback next = TpEnvironment.of(this.pool).tryDefer(this.task, "b");
        assertThat(next).isNotNull();
        next.cancel();
    }

    @Test
    void isRunByTheCallerIfTheQueueIsFull() {
        TpPool helped = this.pools
            .create((builder) -> builder.threadMaximum(1).queueCapacity(1).whenFull(TpFullPolicy.CALLER_RUNS));
        TpDeferredCallback first = TpEnvironment.of(helped).tryDefer(new Task(), "a");
        TpDeferredCallback second = TpEnvironment.of(helped).tryDefer(this.task, "b");
        assertThat(second.isRunByCaller()).isTrue();

        second.postNow();
        assertThat(this.task.log).containsExactly("enter", "run b", "completed null");
        assertThat(this.task.thread).isSameAs(Thread.currentThread());
        first.cancel();
    }

    /**
     * Lets the first worker come and go at once, and does something while the second one
     * is started.
     */
    private static final class Visitor implements ThreadFactory {

        private final AtomicInteger started = new AtomicInteger();

        volatile Runnable whileSecondStarts = () -> {
        };

        @Override
        public Thread newThread(Runnable worker) {
            int number = this.started.incrementAndGet();
            if (number == 2) {
                this.whileSecondStarts.run();
            }
            Thread thread = new Thread(worker);
            if (number > 1) {
                return thread;
            }
            thread.start();
            try {
                thread.join();
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
            return new Thread(() -> {
            });
        }

    }

    private static final class Task implements TpDeferredTask<String> {

        final List<String> log = new CopyOnWriteArrayList<>();

        final AtomicBoolean enterable = new AtomicBoolean(true);

        final AtomicInteger attempts = new AtomicInteger();

        volatile Runnable whileEntering = () -> {
        };

        volatile Runnable whenCancelled = () -> {
        };

        volatile Thread thread;

        volatile boolean nameless;

        @Override
        public String name() {
            if (this.nameless) {
                throw new IllegalStateException("no name");
            }
            return "task";
        }

        @Override
        public boolean tryEnter() {
            this.log.add("enter");
            this.whileEntering.run();
            this.attempts.incrementAndGet();
            return this.enterable.get();
        }

        @Override
        public void undoEnter() {
            this.log.add("undo");
        }

        @Override
        public void run(TpCallbackInstance instance, String context) {
            this.thread = Thread.currentThread();
            this.log.add("run " + context);
        }

        @Override
        public void completed(Throwable failure) {
            this.log.add("completed " + failure);
        }

        @Override
        public void cancelled() {
            this.log.add("cancelled");
            this.whenCancelled.run();
        }

    }

}
