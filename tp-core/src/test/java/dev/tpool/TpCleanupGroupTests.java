package dev.tpool;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;

import dev.tpool.sync.TpEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpCleanupGroup}.
 */
class TpCleanupGroupTests {

    private static final Object CLEANUP = "cleanup";

    @RegisterExtension
    final Pools pools = new Pools();

    private final TpCleanupGroup group = TpCleanupGroup.create("members");

    private final List<String> cancelled = new CopyOnWriteArrayList<>();

    private TpEnvironment in(TpPool pool) {
        return TpEnvironment.builder()
            .pool(pool)
            .cleanupGroup(this.group,
                    (objectContext, cleanupContext) -> this.cancelled
                        .add(objectContext + ((cleanupContext != null) ? "/" + cleanupContext : "")))
            .build();
    }

    private TpWork work(TpPool pool, String context, Runnable callback) {
        return this.pools.closing(in(pool).work(context, (instance, own, work) -> callback.run(), context));
    }

    private static void nothing() {
    }

    @Test
    void objectsJoinWhenTheyAreCreatedAndLeaveWhenTheyAreFreed() {
        TpPool pool = this.pools.create();
        assertThat(this.group.size()).isZero();

        TpWork work = work(pool, "a", TpCleanupGroupTests::nothing);
        TpWork other = work(pool, "b", TpCleanupGroupTests::nothing);
        assertThat(this.group.size()).isEqualTo(2);
        assertThat(this.group.snapshot().members()).extracting(TpObjectSnapshot::name).containsExactly("a", "b");
        work.close();
        assertThat(this.group.snapshot().members()).extracting(TpObjectSnapshot::name).containsExactly("b");
        other.close();

        assertThat(this.group.size()).isZero();
        assertThat(this.group.snapshot()).isEqualTo(new TpGroupSnapshot("members", List.of()));
    }

    @Test
    void aClosedObjectWithOutstandingCallbacksIsStillAMember() {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork work = work(pool, "a", gate::pass);
        work.submit();
        gate.awaitArrivals(1);

        work.close();
        assertThat(this.group.size()).isEqualTo(1);
        gate.open();

        Pools.eventually(() -> this.group.size() == 0);
    }

    @Test
    void oneShotsAreMembersWhileTheyAreOutstanding() {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();

        in(pool).trySubmit(gate::pass);
        gate.awaitArrivals(1);
        assertThat(this.group.size()).isEqualTo(1);
        assertThat(this.group.snapshot().members()).containsExactly(
                new TpObjectSnapshot("one-shot", TpObjectKind.ONE_SHOT, TpPriority.NORMAL, "members", 0, 1, false));
        gate.open();

        Pools.eventually(() -> this.group.size() == 0);
    }

    @Test
    void membersMayLiveInDifferentPools() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        TpWork first = work(this.pools.create(), "a", executions::incrementAndGet);
        TpWork second = work(this.pools.create(), "b", executions::incrementAndGet);
        first.submit();
        second.submit();

        TpCloseReport report = this.group.closeMembers(false, null);

        assertThat(executions).hasValue(2);
        assertThat(report.members()).hasSize(2);
    }

    @Test
    void anEmptyGroupIsClosedAtOnce() throws Exception {
        TpCloseReport report = this.group.closeMembers(true, CLEANUP);

        assertThat(report.group()).isEqualTo("members");
        assertThat(report.members()).isEmpty();
        assertThat(report.complete()).isTrue();
        assertThat(report.ran()).isZero();
        assertThat(report.dropped()).isZero();
    }

    @Test
    void queuedCallbacksRunIfTheyAreNotCancelled() throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = work(pool, "a", executions::incrementAndGet);
        Gate gate = this.pools.occupy(pool);
        work.submit();
        work.submit();
        in(pool).trySubmit(executions::incrementAndGet);
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(false, CLEANUP)).awaitBlocked();

        gate.open();

        TpCloseReport report = closer.get();
        assertThat(executions).hasValue(3);
        assertThat(this.cancelled).isEmpty();
        assertThat(report.cancelPending()).isFalse();
        assertThat(report.ran()).isEqualTo(3);
        assertThat(report.dropped()).isZero();
        assertThat(report.members()).containsExactly(
                new TpCloseReport.Member("a", TpObjectKind.WORK, 2, 0, false, true),
                new TpCloseReport.Member("one-shot", TpObjectKind.ONE_SHOT, 1, 0, false, true));
        assertThat(work.isClosed()).isTrue();
        assertThat(this.group.size()).isZero();
    }

    @Test
    void queuedCallbacksOfAllMembersAreDroppedBeforeAnyIsWaitedFor() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        AtomicInteger others = new AtomicInteger();
        TpWork first = work(pool, "first", gate::pass);
        TpWork second = work(pool, "second", others::incrementAndGet);
        first.submit();
        gate.awaitArrivals(1);
        first.submit();
        second.submit();
        second.submit();
        second.submit();
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, CLEANUP));

        Pools.eventually(() -> second.pending() == 0);
        assertThat(this.cancelled).isEmpty();
        assertThat(closer.isDone()).isFalse();
        gate.open();

        TpCloseReport report = closer.get();
        assertThat(others).hasValue(0);
        assertThat(this.cancelled).containsExactly("first/cleanup", "second/cleanup");
        assertThat(report.members()).containsExactly(
                new TpCloseReport.Member("first", TpObjectKind.WORK, 1, 1, true, true),
                new TpCloseReport.Member("second", TpObjectKind.WORK, 0, 3, true, true));
        assertThat(report.dropped()).isEqualTo(4);
        assertThat(report.elapsed()).isPositive();
    }

    @Test
    void theCancelCallbackRunsOnTheClosingThreadOnceForEachMemberEvenIfItWasIdle() throws Exception {
        TpPool pool = this.pools.create();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        TpEnvironment environment = TpEnvironment.builder()
            .pool(pool)
            .cleanupGroup(this.group, (objectContext, cleanupContext) -> threads.add(Thread.currentThread()))
            .build();
        this.pools.closing(environment.work(TpCleanupGroupTests::nothing));
        this.pools.closing(environment.work(TpCleanupGroupTests::nothing));

        this.group.closeMembers(true, null);

        assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
    }

    @Test
    void eachMemberHasTheCancelCallbackItWasCreatedWith() throws Exception {
        TpPool pool = this.pools.create();
        List<String> called = new CopyOnWriteArrayList<>();
        for (String name : List.of("one", "two")) {
            this.pools.closing(TpEnvironment.builder()
                .pool(pool)
                .cleanupGroup(this.group, (objectContext, cleanupContext) -> called.add(name))
                .build()
                .work(TpCleanupGroupTests::nothing));
        }
        this.pools.closing(
                TpEnvironment.builder().pool(pool).cleanupGroup(this.group).build().work(TpCleanupGroupTests::nothing));

        TpCloseReport report = this.group.closeMembers(true, null);

        assertThat(called).containsExactly("one", "two");
        assertThat(report.members()).extracting(TpCloseReport.Member::cancelCallbackRan)
            .containsExactly(true, true, false);
    }

    @Test
    void theCancelCallbackDoesNotRunIfNothingIsToBeCancelled() throws Exception {
        work(this.pools.create(), "a", TpCleanupGroupTests::nothing);

        this.group.closeMembers(false, CLEANUP);

        assertThat(this.cancelled).isEmpty();
    }

    @Test
    void theCancelCallbackRunsAfterTheRunningCallbackHasEnded() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean endedBefore = new AtomicBoolean();
        TpWork work = this.pools.closing(TpEnvironment.builder()
            .pool(pool)
            .cleanupGroup(this.group, (objectContext, cleanupContext) -> endedBefore.set(ended.get()))
            .build()
            .work(() -> {
                gate.pass();
                ended.set(true);
            }));
        work.submit();
        gate.awaitArrivals(1);
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, null)).awaitBlocked();

        gate.open();

        assertThat(closer.get().ran()).isEqualTo(1);
        assertThat(endedBefore).isTrue();
    }

    @Test
    void theCancelCallbackOfOneMemberRunsBeforeTheNextIsWaitedFor() throws Exception {
        TpPool pool = this.pools.create();
        Gate needed = this.pools.gate();
        TpEnvironment opening = TpEnvironment.builder()
            .pool(pool)
            .cleanupGroup(this.group, (objectContext, cleanupContext) -> needed.open())
            .build();
        this.pools.closing(opening.work(TpCleanupGroupTests::nothing));
        TpWork second = work(pool, "second", needed::pass);
        second.submit();
        needed.awaitArrivals(1);

        TpCloseReport report = this.group.closeMembers(true, null);

        assertThat(report.complete()).isTrue();
        assertThat(report.ran()).isEqualTo(1);
    }

    @Test
    void theCancelCallbackSeesAnObjectThatTakesNoMorePosts() throws Exception {
        TpPool pool = this.pools.create();
        AtomicReference<TpWork> work = new AtomicReference<>();
        AtomicReference<Throwable> refusal = new AtomicReference<>();
        work.set(this.pools
            .closing(TpEnvironment.builder().pool(pool).cleanupGroup(this.group, (objectContext, cleanupContext) -> {
                try {
                    work.get().submit();
                }
                catch (IllegalStateException ex) {
                    refusal.set(ex);
                }
            }).build().work("released", TpCleanupGroupTests::nothing)));

        this.group.closeMembers(true, null);

        assertThat(refusal.get()).hasMessage("work 'released' was released with its cleanup group 'members'");
        assertThat(work.get().isFreed()).isTrue();
    }

    @Test
    void aCancelCallbackThatThrowsIsReportedAndHarmless() throws Exception {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        RuntimeException failure = new RuntimeException("on purpose");
        TpPool pool = this.pools.create((builder) -> builder.exceptionHandler((source, ex) -> reported.add(ex)));
        this.pools
            .closing(TpEnvironment.builder().pool(pool).cleanupGroup(this.group, (objectContext, cleanupContext) -> {
                throw failure;
            }).build().work(TpCleanupGroupTests::nothing));
        work(pool, "second", TpCleanupGroupTests::nothing);

        TpCloseReport report = this.group.closeMembers(true, null);

        assertThat(report.complete()).isTrue();
        assertThat(reported).containsExactly(failure);
        assertThat(this.cancelled).containsExactly("second");
    }

    @Test
    void theCancelCallbackDoesNotRunForMembersThatWereClosedBefore() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork work = work(pool, "a", gate::pass);
        work.submit();
        gate.awaitArrivals(1);
        work.close();
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, CLEANUP)).awaitBlocked();
        assertThat(closer.isDone()).isFalse();

        gate.open();

        assertThat(closer.get().members())
            .containsExactly(new TpCloseReport.Member("a", TpObjectKind.WORK, 1, 0, false, true));
        assertThat(this.cancelled).isEmpty();
    }

    @Test
    void whatIsQueuedOnAMemberThatWasClosedBeforeIsStillCancelled() throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = work(pool, "a", executions::incrementAndGet);
        this.pools.occupy(pool);
        work.submit();
        work.submit();
        work.close();

        TpCloseReport report = this.group.closeMembers(true, CLEANUP);

        assertThat(report.members())
            .containsExactly(new TpCloseReport.Member("a", TpObjectKind.WORK, 0, 2, false, true));
        assertThat(executions).hasValue(0);
        assertThat(work.isFreed()).isTrue();
    }

    @Test
    void aMemberMayBeClosedByItsOwnCallbackMeanwhile() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork work = this.pools.closing(in(pool).work("a", (instance, context, self) -> {
            gate.pass();
            self.close();
        }, "a"));
        work.submit();
        gate.awaitArrivals(1);
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, CLEANUP)).awaitBlocked();

        gate.open();

        assertThat(closer.get().members())
            .containsExactly(new TpCloseReport.Member("a", TpObjectKind.WORK, 1, 0, false, true));
        assertThat(this.cancelled).isEmpty();
        Pools.eventually(work::isFreed);
        assertThat(this.group.size()).isZero();
    }

    @Test
    void theCancelCallbackRunsForAOneShotThatWasDroppedOnly() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        List<String> ran = new CopyOnWriteArrayList<>();
        in(pool).trySubmit((instance, context) -> {
            gate.pass();
            ran.add(context);
        }, "started");
        gate.awaitArrivals(1);
        in(pool).trySubmit((instance, context) -> ran.add(context), "dropped");
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, CLEANUP)).awaitBlocked();

        gate.open();

        TpCloseReport report = closer.get();
        assertThat(ran).containsExactly("started");
        assertThat(this.cancelled).containsExactly("dropped/cleanup");
        assertThat(report.members()).containsExactly(
                new TpCloseReport.Member("one-shot", TpObjectKind.ONE_SHOT, 1, 0, false, true),
                new TpCloseReport.Member("one-shot", TpObjectKind.ONE_SHOT, 0, 1, true, true));
    }

    @Test
    void disassociatedCallbacksAreWaitedFor() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpEvent ended = TpEvent.manualReset();
        TpWork work = this.pools.closing(in(pool).work("a", (instance, context, self) -> {
            instance.disassociateCurrentThreadFromCallback();
            instance.setEventWhenCallbackReturns(ended);
            gate.pass();
        }, "a"));
        work.submit();
        gate.awaitArrivals(1);
        assertThat(work.waitForCallbacks(false, Duration.ZERO)).isTrue();
        Started<Boolean> closer = this.pools.start(() -> {
            this.group.closeMembers(false, null);
            return ended.isSet();
        }).awaitBlocked();

        assertThat(closer.isDone()).isFalse();
        gate.open();

        assertThat(closer.get()).isTrue();
    }

    @Test
    void finalizationCallbacksAndCompletionActionsAreWaitedFor() throws Exception {
        TpPool pool = this.pools.create();
        Gate finalizing = this.pools.gate();
        Gate acting = this.pools.gate();
        TpEnvironment environment = in(pool).toBuilder()
            .finalizationCallback((instance, context) -> finalizing.pass())
            .build();
        TpWork work = this.pools.closing(environment.work(
                (instance, context, self) -> instance.freeLibraryWhenCallbackReturns(TpLibrary.of("lib", acting::pass)),
                "a"));
        work.submit();
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(false, null)).awaitBlocked();
        finalizing.awaitArrivals(1);
        assertThat(closer.isDone()).isFalse();
        finalizing.open();
        acting.awaitArrivals(1);
        assertThat(closer.isDone()).isFalse();

        acting.open();

        assertThat(closer.get().ran()).isEqualTo(1);
    }

    @Test
    void aCallbackThatPostsItsWorkAgainKeepsTheClose() throws Exception {
        TpPool pool = this.pools.create();
        AtomicInteger executions = new AtomicInteger();
        CountDownLatch hundredth = new CountDownLatch(100);
        AtomicBoolean again = new AtomicBoolean(true);
        TpWork work = this.pools.closing(in(pool).work("a", (instance, context, self) -> {
            executions.incrementAndGet();
            hundredth.countDown();
            if (again.get()) {
                self.submit();
            }
        }, "a"));
        work.submit();
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(false, CLEANUP));
        assertThat(hundredth.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(closer.isDone()).isFalse();

        again.set(false);

        closer.get();
        int after = executions.get();
        assertThat(work.running()).isZero();
        assertThat(executions).hasValue(after);
    }

    @Test
    void afterwardsNoFormerMemberMayBeUsed() throws Exception {
        TpWork work = work(this.pools.create(), "a", TpCleanupGroupTests::nothing);
        this.group.closeMembers(false, null);

        String message = "work 'a' was released with its cleanup group 'members'";
        assertThatIllegalStateException().isThrownBy(work::submit).withMessage(message);
        assertThatIllegalStateException().isThrownBy(() -> work.waitForCallbacks(false)).withMessage(message);
        assertThat(work.isClosed()).isTrue();
        assertThat(work.pending()).isZero();
        work.close();
        assertThat(work.isFreed()).isTrue();
    }

    @Test
    void theGroupCanBeUsedAgain() throws Exception {
        TpPool pool = this.pools.create();
        AtomicInteger executions = new AtomicInteger();
        for (int i = 1; i <= 3; i++) {
            TpWork work = work(pool, "a", executions::incrementAndGet);
            work.submit();
            assertThat(this.group.closeMembers(false, null).members()).hasSize(1);
            assertThat(executions).hasValue(i);
        }
    }

    @Test
    void objectsCreatedMeanwhileJoinAfreshAndAreNotTouched() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork before = work(pool, "before", gate::pass);
        before.submit();
        gate.awaitArrivals(1);
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, CLEANUP)).awaitBlocked();

        TpWork meanwhile = work(pool, "meanwhile", TpCleanupGroupTests::nothing);
        assertThat(this.group.size()).isEqualTo(2);
        assertThat(this.group.snapshot().members()).extracting(TpObjectSnapshot::name).containsExactly("meanwhile");
        gate.open();

        assertThat(closer.get().members()).extracting(TpCloseReport.Member::name).containsExactly("before");
        assertThat(meanwhile.isClosed()).isFalse();
        assertThat(this.cancelled).containsExactly("before/cleanup");
        meanwhile.submit();
        meanwhile.waitForCallbacks(false);
        assertThat(this.group.closeMembers(true, null).members()).extracting(TpCloseReport.Member::name)
            .containsExactly("meanwhile");
    }

    @Test
    void twoClosersSplitTheMembers() throws Exception {
        TpPool pool = this.pools.create();
        List<TpWork> works = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            works.add(work(pool, "w" + i, TpCleanupGroupTests::nothing));
        }
        works.forEach(TpWork::submit);

        List<Started<TpCloseReport>> closers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            closers.add(this.pools.start(() -> this.group.closeMembers(true, null)));
        }
        List<String> closed = new ArrayList<>();
        for (Started<TpCloseReport> closer : closers) {
            closer.get().members().forEach((member) -> closed.add(member.name()));
        }

        assertThat(closed).hasSize(500).doesNotHaveDuplicates();
        assertThat(this.cancelled).hasSize(500).doesNotHaveDuplicates();
        assertThat(works).allMatch(TpWork::isFreed);
    }

    @Test
    void aSecondCloserDoesNotWaitForTheMembersOfTheFirst() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork slow = work(pool, "slow", gate::pass);
        slow.submit();
        gate.awaitArrivals(1);
        Started<TpCloseReport> first = this.pools.start(() -> this.group.closeMembers(false, null)).awaitBlocked();
        work(pool, "quick", TpCleanupGroupTests::nothing);

        TpCloseReport second = this.group.closeMembers(false, null);

        assertThat(second.members()).extracting(TpCloseReport.Member::name).containsExactly("quick");
        gate.open();
        assertThat(first.get().members()).extracting(TpCloseReport.Member::name).containsExactly("slow");
    }

    @Test
    void closingFromTheCallbackOfAMemberIsRefusedEvenIfItIsDisassociated() throws Exception {
        TpPool pool = this.pools.create();
        List<Throwable> refusals = new CopyOnWriteArrayList<>();
        TpWork work = this.pools.closing(in(pool).work("member", (instance, context, self) -> {
            for (int i = 0; i < 2; i++) {
                try {
                    this.group.closeMembers(true, null);
                }
                catch (IllegalStateException ex) {
                    refusals.add(ex);
                }
                instance.disassociateCurrentThreadFromCallback();
            }
        }, null));
        work.submit();
        Pools.eventually(() -> work.pending() == 0 && work.running() == 0);

        assertThat(refusals).hasSize(2)
            .allSatisfy((refusal) -> assertThat(refusal).hasMessage("closing the members of cleanup group 'members'"
                    + " from the callback of its member 'member' would wait for itself"));
        assertThat(this.group.size()).isEqualTo(1);
        assertThat(work.isClosed()).isFalse();
    }

    @Test
    void closingFromAOneShotOfTheGroupIsRefused() throws Exception {
        TpPool pool = this.pools.create();

        CompletableFuture<TpCloseReport> closed = in(pool).submit(() -> this.group.closeMembers(true, null));

        assertThat(closed).failsWithin(Pools.GENEROUS)
            .withThrowableThat()
            .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingFromTheCallbackOfAnotherGroupIsFine() throws Exception {
        TpPool pool = this.pools.create();
        work(pool, "a", TpCleanupGroupTests::nothing);

        TpCloseReport report = TpEnvironment.of(pool)
            .submit(() -> this.group.closeMembers(false, null))
            .get(60, TimeUnit.SECONDS);

        assertThat(report.members()).hasSize(1);
    }

    @Test
    void theBoundedFormGivesBackWhatItCouldNotRelease() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork slow = work(pool, "slow", gate::pass);
        work(pool, "idle", TpCleanupGroupTests::nothing);
        slow.submit();
        gate.awaitArrivals(1);

        long began = System.nanoTime();
        TpCloseReport first = this.group.closeMembers(true, "first", Duration.ofMillis(20));
        long elapsed = System.nanoTime() - began;

        assertThat(elapsed).isGreaterThanOrEqualTo(20_000_000);
        assertThat(first.complete()).isFalse();
        assertThat(first.unfinished())
            .containsExactly(new TpCloseReport.Member("slow", TpObjectKind.WORK, 0, 0, false, false));
        assertThat(this.cancelled).containsExactly("idle/first");
        assertThat(this.group.size()).isEqualTo(1);
        assertThat(slow.isClosed()).isFalse();

        gate.open();
        TpCloseReport second = this.group.closeMembers(true, "second");

        assertThat(second.members()).extracting(TpCloseReport.Member::name).containsExactly("slow");
        assertThat(second.complete()).isTrue();
        assertThat(this.cancelled).containsExactly("idle/first", "slow/second");
        assertThat(this.group.size()).isZero();
    }

    @Test
    void whatIsGivenBackComesBeforeWhatJoinedMeanwhile() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        for (String name : List.of("a", "b")) {
            TpWork work = work(pool, name, gate::pass);
            work.submit();
        }
        gate.awaitArrivals(2);
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(false, null)).awaitBlocked();
        work(pool, "c", TpCleanupGroupTests::nothing);

        closer.thread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(closer::get);
        assertThat(this.group.snapshot().members()).extracting(TpObjectSnapshot::name).containsExactly("a", "b", "c");
        gate.open();
        assertThat(this.group.closeMembers(false, null).members()).hasSize(3);
    }

    @Test
    void aMemberThatEndsAfterItWasGivenBackLeavesTheGroup() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        in(pool).trySubmit(gate::pass);
        gate.awaitArrivals(1);

        assertThat(this.group.closeMembers(true, null, Duration.ZERO).complete()).isFalse();
        assertThat(this.group.size()).isEqualTo(1);
        gate.open();

        Pools.eventually(() -> this.group.size() == 0);
    }

    @Test
    void anInterruptedCloseLosesNoCancelCallback() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpWork slow = work(pool, "slow", gate::pass);
        slow.submit();
        gate.awaitArrivals(1);
        in(pool).trySubmit((instance, context) -> {
        }, "one-shot");
        work(pool, "idle", TpCleanupGroupTests::nothing);
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, "first")).awaitBlocked();

        closer.thread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(closer::get);
        gate.open();
        this.group.closeMembers(true, "second");

        assertThat(this.cancelled).extracting((entry) -> entry.substring(0, entry.indexOf('/')))
            .containsExactlyInAnyOrder("slow", "one-shot", "idle");
        assertThat(this.group.size()).isZero();
    }

    @Test
    void theGroupItselfIsClosedOnlyWithoutMembers() throws Exception {
        TpPool pool = this.pools.create();
        TpWork work = work(pool, "a", TpCleanupGroupTests::nothing);

        assertThatIllegalStateException().isThrownBy(this.group::close)
            .withMessage("cleanup group 'members' still has 1 members; close them first");
        this.group.closeMembers(false, null);
        this.group.close();
        this.group.close();

        assertThat(work.isClosed()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> work(pool, "b", TpCleanupGroupTests::nothing))
            .withMessage("cleanup group 'members' is closed");
        assertThatIllegalStateException().isThrownBy(() -> in(pool).trySubmit(TpCleanupGroupTests::nothing));
        assertThat(pool.snapshot().objects()).isEmpty();
    }

    @Test
    void theGroupCannotBeClosedWhileItsMembersAreBeingClosed() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpWork work = work(pool, "a", gate::pass);
        work.submit();
        gate.awaitArrivals(1);
        Started<TpCloseReport> closer = this.pools.start(() -> this.group.closeMembers(true, null)).awaitBlocked();

        assertThatIllegalStateException().isThrownBy(this.group::close);
        gate.open();
        closer.get();

        this.group.close();
    }

    @Test
    void theLibraryIsUnloadedWithTheLastMember() throws Exception {
        TpPool pool = this.pools.create();
        AtomicBoolean unloaded = new AtomicBoolean();
        TpLibrary library = TpLibrary.of("plugin", () -> unloaded.set(true));
        TpEnvironment environment = in(pool).toBuilder().library(library).build();
        TpWork work = this.pools.closing(environment.work((instance, context, self) -> {
            assertThat(unloaded).isFalse();
        }, "a"));
        environment.trySubmit(TpCleanupGroupTests::nothing);
        work.submit();
        library.close();
        assertThat(unloaded).isFalse();

        this.group.closeMembers(false, null);

        assertThat(library.awaitUnloaded(Pools.GENEROUS)).isTrue();
        assertThat(unloaded).isTrue();
    }

    @Test
    void theLibraryStaysUntilTheCancelCallbackIsOver() throws Exception {
        TpPool pool = this.pools.create();
        TpLibrary library = TpLibrary.of("plugin", TpCleanupGroupTests::nothing);
        AtomicBoolean unloadedBefore = new AtomicBoolean(true);
        TpEnvironment environment = TpEnvironment.builder()
            .pool(pool)
            .library(library)
            .cleanupGroup(this.group, (objectContext, cleanupContext) -> unloadedBefore.set(library.isUnloaded()))
            .build();
        this.pools.closing(environment.work(TpCleanupGroupTests::nothing));
        library.close();

        this.group.closeMembers(true, null);

        assertThat(unloadedBefore).isFalse();
        assertThat(library.isUnloaded()).isTrue();
    }

    @Test
    void postsThatRaceWithTheCloseEitherRunBeforeItOrAreRefused() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(4));
        for (int round = 0; round < 1_000; round++) {
            AtomicInteger executions = new AtomicInteger();
            AtomicBoolean closed = new AtomicBoolean();
            AtomicBoolean late = new AtomicBoolean();
            CountDownLatch begun = new CountDownLatch(1);
            boolean cancel = (round % 2 == 0);
            TpWork work = in(pool).work("a", (instance, context, self) -> {
                late.compareAndSet(false, closed.get());
                executions.incrementAndGet();
            }, "a");
            Started<Integer> poster = this.pools.start(() -> {
                int posted = 0;
                try {
                    for (; posted < 2_000; posted++) {
                        begun.countDown();
                        work.submit();
                    }
                }
                catch (IllegalStateException ex) {
                    // It was closed.
                }
                return posted;
            });
            begun.await();

            TpCloseReport report = this.group.closeMembers(cancel, null);
            closed.set(true);

            int posted = poster.get();
            Pools.eventually(work::isFreed);
            assertThat(late).isFalse();
            assertThat(executions.get() + report.dropped()).isEqualTo(posted);
            assertThat(work.pending()).isZero();
        }
        // A worker that frees an object marks it first and takes it from its pool then.
        Pools.eventually(() -> pool.snapshot().objects().isEmpty());
    }

    @Test
    void aMemberThatWasClosedWithACallbackQueuedIsNotReleasedYet() {
        TpPool pool = this.pools.single();
        TpWork work = TpEnvironment.of(pool).work(() -> {
        });
        Gate gate = this.pools.occupy(pool);
        work.submit();
        work.close();

        // What the close of a group asks after it has seen the object quiet, which may be
        // just before the post.
        assertThat(work.release()).isEqualTo(TpObject.Release.NOT_QUIET);

        gate.open();
        Pools.eventually(work::isFreed);
        assertThat(work.release()).isEqualTo(TpObject.Release.ENDED);
    }

    @Test
    void keepsNothingOfOneShotsThatHaveEnded() throws Exception {
        TpPool pool = this.pools.create();
        List<WeakReference<?>> ended = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ended.add(new WeakReference<>(in(pool).submit(Object::new).get(10, TimeUnit.SECONDS)));
        }

        awaitCollected(ended);
    }

    @Test
    void aOneShotThatHasEndedKnowsItsName() throws Exception {
        AtomicReference<TpCallbackSource> source = new AtomicReference<>();
        in(this.pools.create()).submit("scan", () -> {
            source.set(TpCallbackInstance.current().source());
            return "";
        }).get(10, TimeUnit.SECONDS);
        // Its end comes after the future's.
        assertThat(this.group.closeMembers(false, null).complete()).isTrue();

        assertThat(source.get().name()).isEqualTo("scan");
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // It is dropped.
    void theReportNamesOneShotsThatWereDropped() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        in(pool).submit("scan", () -> "");

        TpCloseReport report = this.group.closeMembers(true, null);

        gate.open();
        assertThat(report.members()).singleElement().satisfies((member) -> {
            assertThat(member.name()).isEqualTo("scan");
            assertThat(member.dropped()).isEqualTo(1);
        });
    }

    @Test
    void keepsNothingOfOneShotsThatWereDropped() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.occupy(pool);
        List<WeakReference<?>> dropped = new ArrayList<>();
        dropped.add(dropped(pool, (future, mayInterrupt) -> closeMembers()));
        dropped.add(dropped(pool, Future::cancel));

        awaitCollected(dropped);
        gate.open();
    }

    private WeakReference<?> dropped(TpPool pool, BiPredicate<Future<?>, Boolean> drop) {
        Object held = new Object();
        assertThat(drop.test(in(pool).submit(held::hashCode), false)).isTrue();
        return new WeakReference<>(held);
    }

    private boolean closeMembers() {
        try {
            return this.group.closeMembers(true, null).complete();
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void awaitCollected(List<WeakReference<?>> references) {
        Pools.eventually(() -> {
            System.gc();
            return references.stream().allMatch((reference) -> reference.get() == null);
        });
    }

}
