package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.TpRejectedException;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the entry side of {@link TpCallback}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(300)
class TpCallbackEntryTests {

    private AnnotationConfigApplicationContext context;

    private TpRegistry registry;

    private Ledger ledger;

    private TpSemaphore slots;

    private TpMutex mutex;

    private TpCriticalSection section;

    @BeforeEach
    void start() {
        this.context = new AnnotationConfigApplicationContext();
        TestPropertyValues
            .of("tp.pools.io.max-threads=8", "tp.pools.narrow.max-threads=1", "tp.pools.narrow.queue-capacity=2",
                    "tp.pools.helped.max-threads=1", "tp.pools.helped.queue-capacity=1",
                    "tp.pools.helped.when-full=caller-runs", "tp.semaphores.slots.maximum=3", "tp.mutexes.book=",
                    "tp.sections.index=", "app.at-most=50ms")
            .applyTo(this.context);
        this.context.register(Config.class, TpAutoConfiguration.class, TpCallbackAutoConfiguration.class);
        this.context.refresh();
        this.registry = this.context.getBean(TpRegistry.class);
        this.ledger = this.context.getBean(Ledger.class);
        this.slots = this.registry.semaphore("slots");
        this.mutex = this.registry.mutex("book");
        this.section = this.registry.section("index");
    }

    @AfterEach
    void stop() {
        this.ledger.gate().countDown();
        this.context.close();
    }

    private void assertNothingIsHeld() {
        assertThat(this.slots.availablePermits()).isEqualTo(3);
        assertThat(this.mutex.owner()).isNull();
        assertThat(this.section.owner()).isNull();
        assertThat(locks().mutexes().size()).isZero();
        assertThat(locks().sections().size()).isZero();
    }

    private EntryLocks locks() {
        return this.context.getBean(TpCallbackAnnotationBeanPostProcessor.class).methods().locks();
    }

    private TpPoolSnapshot pool(String name) {
        return this.registry.pool(name).snapshot();
    }

    @Test
    void acquiresAndReleasesPermits() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(this.ledger.twoPermits().get()).isEqualTo(1);
            assertNothingIsHeld();
        }
    }

    @Test
    void givesBackWhatAFailingCallbackHolds() {
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.ledger.everythingFails().get())
            .havingCause()
            .withMessage("broken");
        assertNothingIsHeld();
    }

    @Test
    void ownsTheMutexAndTheSectionWhileItRuns() throws Exception {
        assertThat(this.ledger.everything().get()).isEqualTo("mutex section 2");
        assertNothingIsHeld();
    }

    @Test
    void postsLaterWithoutAThread() throws Exception {
        this.slots.acquire(3);
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            results.add(this.ledger.twoPermits());
        }
        assertThat(pool("io").running()).isZero();
        assertThat(pool("io").queued()).isEqualTo(100);
        this.slots.release(3);

        for (CompletableFuture<Integer> result : results) {
            assertThat(result.get()).isEqualTo(1);
        }
        assertNothingIsHeld();
    }

    @Test
    void runsOneAtATimeInTheOrderOfTheCalls() throws Exception {
        List<CompletableFuture<Void>> results = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            results.add(this.ledger.append(i));
        }
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get();

        assertThat(this.ledger.appended()).hasSize(500).isSorted();
        assertThat(this.ledger.most()).isEqualTo(1);
        assertNothingIsHeld();
    }

    @Test
    void waitsWithoutAThreadForALockThatAnotherThreadHas() throws Exception {
        this.mutex.lock();
        CompletableFuture<Void> first = this.ledger.append(1);
        CompletableFuture<Void> second = this.ledger.append(2);
        assertThat(pool("io").running()).isZero();
        assertThat(first).isNotDone();
        this.mutex.unlock();

        first.get();
        second.get();
        assertThat(this.ledger.appended()).containsExactly(1, 2);
        assertNothingIsHeld();
    }

    @Test
    void theCallbacksThatWaitForALockAreCounted() throws Exception {
        TpEntryLines lines = this.context.getBean(TpEntryLines.class);
        this.mutex.lock();
        CompletableFuture<Void> first = this.ledger.append(1);
        CompletableFuture<Void> second = this.ledger.append(2);
        assertThat(lines.waiting(this.mutex)).isEqualTo(2);
        assertThat(lines.waiting(TpMutex.named("book"))).isZero();
        assertThat(second.cancel(true)).isTrue();
        assertThat(lines.waiting(this.mutex)).isEqualTo(1);
        this.mutex.unlock();
        first.get();

        assertNothingIsHeld();
        assertThat(lines.waiting(this.mutex)).isZero();
    }

    @Test
    void theCallbackThatHasTheLockIsNotCountedAsOneThatWaits() throws Exception {
        TpEntryLines lines = this.context.getBean(TpEntryLines.class);
        this.mutex.lock();
        CompletableFuture<Void> holding = this.ledger.holdsBook();
        assertThat(lines.waiting(this.mutex)).isEqualTo(1);
        this.mutex.unlock();
        await().until(() -> this.mutex.owner() != null);
        assertThat(lines.waiting(this.mutex)).isZero();
        CompletableFuture<Void> behind = this.ledger.append(1);
        assertThat(lines.waiting(this.mutex)).isEqualTo(1);
        this.ledger.gate().countDown();

        holding.get();
        behind.get();
        assertNothingIsHeld();
    }

    @Test
    void theCallbacksThatWaitForASectionAreCountedApartFromThoseForAMutex() throws Exception {
        TpEntryLines lines = this.context.getBean(TpEntryLines.class);
        this.section.enter();
        CompletableFuture<String> waiting = this.ledger.everything();
        assertThat(lines.waiting(this.section)).isEqualTo(1);
        assertThat(lines.waiting(this.mutex)).isZero();
        this.section.leave();

        waiting.get();
        assertNothingIsHeld();
    }

    @Test
    void goesBackIfAThreadIsFasterAndDoesNotBlockTheWorker() throws Exception {
        CompletableFuture<Void> blocker = this.ledger.blockNarrow();
        await().until(() -> pool("narrow").running() == 1);
        CompletableFuture<String> posted = this.ledger.bookInNarrow();
        this.mutex.lock();
        CompletableFuture<String> other = this.ledger.plainInNarrow();
        this.ledger.gate().countDown();

        // There is one worker, and it serves the callback behind.
        assertThat(other.get()).isEqualTo("plain");
        assertThat(posted).isNotDone();
        assertThat(this.context.getBean(TpEntryLines.class).waiting(this.mutex)).isEqualTo(1);
        this.mutex.unlock();
        assertThat(posted.get()).isEqualTo("book");
        blocker.get();
        assertNothingIsHeld();
    }

    @Test
    void keepsNoPermitsFromTheThreadThatHasTheLock() throws Exception {
        CompletableFuture<Void> blocker = this.ledger.blockNarrow();
        await().until(() -> pool("narrow").running() == 1);
        CompletableFuture<String> posted = this.ledger.bookAndSlotsInNarrow();
        assertThat(this.slots.availablePermits()).isZero();
        this.mutex.lock();
        this.ledger.gate().countDown();
        blocker.get();

        assertThat(this.slots.tryAcquire(3, Duration.ofSeconds(60))).isTrue();
        this.mutex.unlock();
        assertThat(posted).isNotDone();
        this.slots.release(3);
        assertThat(posted.get()).isEqualTo("book");
        assertNothingIsHeld();
    }

    @Test
    void takesAMutexOfAnOwnerThatEnds() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread owner = new Thread(() -> {
            this.mutex.lock();
            locked.countDown();
            await().atMost(Duration.ofMinutes(1)).until(() -> end.getCount() == 0);
        });
        owner.start();
        locked.await();
        CompletableFuture<Void> waiting = this.ledger.append(1);
        end.countDown();

        waiting.get();
        owner.join();
        assertNothingIsHeld();
    }

    @Test
    void failsIfTheSectionWillNeverBeLeft() throws Exception {
        Thread owner = new Thread(this.section::enter);
        owner.start();
        owner.join();

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.ledger.everything().get())
            .havingCause()
            .isInstanceOf(IllegalStateException.class)
            .withMessageContaining("will not be left");
        assertThat(this.slots.availablePermits()).isEqualTo(3);
        assertThat(this.mutex.owner()).isNull();
    }

    @Test
    void rejectsIfThePermitsAreNotThere() throws Exception {
        this.slots.acquire(2);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.ledger.rejecting().get())
            .havingCause()
            .isInstanceOf(TpRejectedException.class)
            .withMessage(
                    "callback 'Ledger.rejecting' was refused: it would have to wait for 2 permits of semaphore 'slots'");
        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> this.ledger.rejectingVoid());
        assertThat(pool("io").rejected()).isEqualTo(2);
        this.slots.release(2);

        assertThat(this.ledger.rejecting().get()).isEqualTo("ran");
        assertNothingIsHeld();
    }

    @Test
    void rejectsIfSomebodyHasTheLock() throws Exception {
        this.mutex.lock();
        assertThat(this.ledger.rejectingLock()).isCompletedExceptionally();
        this.mutex.unlock();
        CompletableFuture<Void> running = this.ledger.holdsBook();
        assertThat(this.ledger.rejectingLock()).isCompletedExceptionally();
        this.ledger.gate().countDown();
        running.get();

        assertThat(this.ledger.rejectingLock().get()).isEqualTo("ran");
        assertNothingIsHeld();
    }

    @Test
    void aCallerWaitsUntilTheTimeIsOver() throws Exception {
        this.slots.acquire(3);
        long start = System.nanoTime();
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.ledger.waiting().get())
            .havingCause()
            .isInstanceOf(TpRejectedException.class)
            .withMessageContaining("has waited 50 ms for 1 permit of semaphore 'slots'");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(50).toNanos());
        assertThat(this.slots.waiting()).isZero();
        this.slots.release(3);

        assertThat(this.ledger.waiting().get()).isEqualTo("ran");
        assertNothingIsHeld();
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // It is not: it is what the caller got.
    void aCallerWaitsUntilItIsItsTurn() throws Exception {
        CompletableFuture<Void> running = this.ledger.holdsBook();
        CompletableFuture<CompletableFuture<String>> caller = CompletableFuture
            .supplyAsync(() -> this.ledger.waitingForBook(null));
        await().until(() -> pool("io").queued() == 1);
        assertThat(caller).isNotDone();
        this.ledger.gate().countDown();

        assertThat(caller.get().get()).isEqualTo("ran");
        running.get();
        assertNothingIsHeld();
    }

    @Test
    void anInterruptEndsTheWaitOfACaller() throws Exception {
        this.slots.acquire(3);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(this.ledger::waitingVoid)
            .withMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        this.slots.release(3);
        assertNothingIsHeld();
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // It is not: it is what the caller got.
    void theCloseOfAGroupDropsACallbackWhoseCallerWaits() throws Exception {
        CompletableFuture<Void> running = this.ledger.holdsBook();
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        CompletableFuture<CompletableFuture<String>> caller = CompletableFuture
            .supplyAsync(() -> this.ledger.waitingForBook(group));
        await().until(() -> group.size() == 1);
        group.closeMembers(true, null);

        assertThat(caller.get()).isCancelled();
        this.ledger.gate().countDown();
        running.get();
        assertNothingIsHeld();
    }

    @Test
    void givesBackIfItsFutureIsCancelled() throws Exception {
        this.mutex.lock();
        CompletableFuture<String> waiting = this.ledger.everything();
        assertThat(waiting.cancel(true)).isTrue();
        this.mutex.unlock();

        assertNothingIsHeld();
        assertThat(pool("io").dropped()).isEqualTo(1);
        assertThat(pool("io").queued()).isZero();
    }

    @Test
    void aGroupIsDrainedOfThoseThatWait() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        this.slots.acquire(3);
        this.ledger.voidInGroup(group);
        assertThat(group.closeMembers(false, null, Duration.ZERO).complete()).isFalse();
        this.slots.release(3);

        assertThat(group.closeMembers(false, null).dropped()).isZero();
        assertThat(this.ledger.ran()).isEqualTo(1);
        assertNothingIsHeld();
    }

    @Test
    void theCloseOfAGroupDropsThoseThatWaitAndRunsNoneOfThem(CapturedOutput output) throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        this.mutex.lock();
        for (int i = 0; i < 100; i++) {
            this.ledger.voidInGroup(group);
        }
        assertThat(group.closeMembers(true, null).dropped()).isEqualTo(100);
        this.mutex.unlock();

        assertThat(this.ledger.ran()).isZero();
        assertThat(pool("io").dropped()).isEqualTo(100);
        assertThat(output).contains("WARN").contains("Callback 'Ledger.voidInGroup' was dropped before it began");
        assertNothingIsHeld();
    }

    @Test
    void theCloseOfThePoolDropsThoseThatWait() throws Exception {
        this.slots.acquire(3);
        CompletableFuture<Integer> waiting = this.ledger.twoPermits();
        this.registry.pool("io").close();

        assertThat(waiting).isCancelled();
        assertThat(this.ledger.twoPermits()).isCompletedExceptionally();
        this.slots.release(3);
        assertThat(this.registry.pool("io").awaitTermination(Duration.ofMinutes(1))).isTrue();
        assertNothingIsHeld();
    }

    @Test
    void theCloseOfTheContextDoesNotHangAndReportsWhatWasDropped(CapturedOutput output) throws Exception {
        this.slots.acquire(3);
        CompletableFuture<Integer> waiting = this.ledger.twoPermits();
        this.context.close();

        assertThat(waiting).isCancelled();
        assertThat(output).contains("1 were dropped");
        this.slots.release(3);
        assertThat(this.slots.availablePermits()).isEqualTo(3);
    }

    @Test
    void theCloseOfTheContextDrainsWhatWaitsForWhatRuns() throws Exception {
        CompletableFuture<Void> running = this.ledger.holdsBook();
        List<CompletableFuture<Void>> behind = List.of(this.ledger.append(1), this.ledger.append(2));
        CompletableFuture<Void> closed = CompletableFuture.runAsync(this.context::close);
        await().during(Duration.ofMillis(50)).until(() -> !closed.isDone());
        this.ledger.gate().countDown();

        closed.get();
        running.get();
        for (CompletableFuture<Void> each : behind) {
            each.get();
        }
        assertThat(this.ledger.appended()).containsExactly(1, 2);
    }

    @Test
    void countsAgainstTheCapacityWhileItWaits() throws Exception {
        this.slots.acquire(3);
        CompletableFuture<Integer> first = this.ledger.permitInNarrow();
        CompletableFuture<Integer> second = this.ledger.permitInNarrow();
        CompletableFuture<Integer> third = this.ledger.permitInNarrow();
        assertThat(third).isCompletedExceptionally();
        this.slots.release(3);

        assertThat(first.get() + second.get()).isEqualTo(4);
        assertNothingIsHeld();
    }

    @Test
    void theCallerRunsItIfTheQueueIsFullAndNothingIsMissing() throws Exception {
        this.slots.acquire(3);
        CompletableFuture<String> waiting = this.ledger.permitInHelped();
        assertThat(this.ledger.permitInHelped()).isCompletedExceptionally();
        assertThat(this.ledger.bookInHelped().get()).isEqualTo(Thread.currentThread().getName());
        this.slots.release(3);

        assertThat(waiting.get()).startsWith("helped");
        assertNothingIsHeld();
    }

    @Test
    void aMethodMayGiveBackByItsInstance() throws Exception {
        assertThat(this.ledger.byInstance(false, null).get()).isEqualTo(2);
        assertThat(this.slots.availablePermits()).isEqualTo(3);
        assertThat(this.ledger.byInstance(true, null)).failsWithin(Duration.ofMinutes(1));
        assertThat(this.slots.availablePermits()).isEqualTo(3);
    }

    @Test
    void letsGoOfALockThatAMethodForgets(CapturedOutput output) throws Exception {
        this.ledger.forgets(null).get();

        assertThat(output).contains("WARN")
            .contains("Callback 'Ledger.forgets' ended without letting go of mutex 'book'");
        assertNothingIsHeld();
    }

    @Test
    void runsOneAtATimeForEachKey() throws Exception {
        CompletableFuture<String> first = this.ledger.keyed(new Order("a"), 1, true);
        CompletableFuture<String> behind = this.ledger.keyed(new Order("a"), 2, false);
        CompletableFuture<String> other = this.ledger.keyed(new Order("b"), 3, false);
        assertThat(other.get()).isEqualTo("account-b");
        assertThat(behind).isNotDone();
        await().until(() -> pool("io").queued() == 1);
        this.ledger.gate().countDown();

        assertThat(first.get()).isEqualTo("account-a");
        assertThat(behind.get()).isEqualTo("account-a");
        assertThat(this.ledger.appended()).containsExactly(3, 1, 2);
        assertNothingIsHeld();
    }

    @Test
    void methodsShareTheLockOfAKeyAndKeysAreNoNames() throws Exception {
        CompletableFuture<String> running = this.ledger.keyed(new Order("a"), 1, true);
        CompletableFuture<String> behind = this.ledger.alsoKeyed("account-a");
        this.mutex.lock();
        assertThat(this.ledger.alsoKeyed("book").get()).isEqualTo("ran");
        this.mutex.unlock();
        assertThat(behind).isNotDone();
        this.ledger.gate().countDown();

        running.get();
        assertThat(behind.get()).isEqualTo("ran");
        assertNothingIsHeld();
    }

    @Test
    void rejectsACallWithoutAKey() throws Exception {
        assertThat(this.ledger.keyed(new Order(null), 1, false)).failsWithin(Duration.ZERO)
            .withThrowableOfType(ExecutionException.class)
            .havingCause()
            .isInstanceOf(TpRejectedException.class)
            .withMessageContaining("'#order.account()' in 'account-#{#order.account()}' is null");
        assertThat(this.ledger.keyed(null, 1, false)).failsWithin(Duration.ZERO)
            .withThrowableOfType(ExecutionException.class)
            .havingCause()
            .isInstanceOf(TpRejectedException.class)
            .withMessageContaining("Ledger.keyed")
            .withMessageContaining("failed");
        assertNothingIsHeld();
    }

    @Test
    void keysLeaveNothingBehind() throws Exception {
        CompletableFuture<?>[] last = new CompletableFuture<?>[64];
        for (int i = 0; i < 100_000; i++) {
            CompletableFuture<?> before = last[i % last.length];
            if (before != null) {
                before.get();
            }
            last[i % last.length] = this.ledger.alsoKeyed("key-" + i);
        }
        for (CompletableFuture<?> each : last) {
            each.get();
        }

        assertNothingIsHeld();
    }

    @Test
    void completesAtTheStage() throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> result = this.ledger.atStage(stage);
        await().until(() -> pool("io").completed() == 1);
        assertThat(this.slots.availablePermits()).isEqualTo(2);
        CompletableFuture<Integer> seen = result.thenApply((text) -> this.slots.availablePermits());
        stage.complete("late");

        assertThat(result.get()).isEqualTo("late");
        assertThat(seen.get()).isEqualTo(3);
    }

    @Test
    void completesAtAStageThatFails() {
        CompletableFuture<String> result = this.ledger
            .atStage(CompletableFuture.failedFuture(new IllegalStateException("broken")));

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get).havingCause().withMessage("broken");
        assertNothingIsHeld();
    }

    @Test
    void saysThatTheCallbackOfAStageRanIfItsActionFails(CapturedOutput output) throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> result = this.ledger.atStage(stage);
        await().until(() -> pool("io").completed() == 1);
        this.slots.release(1);
        stage.complete("late");

        assertThat(result.get()).isEqualTo("late");
        assertThat(output)
            .contains("Callback 'Ledger.atStage' ran, but its completion action RELEASE_SEMAPHORE failed");
        assertNothingIsHeld();
    }

    @Test
    void completesWithTheCallbackIfThereIsNoStage() throws Exception {
        assertThat(this.ledger.atStage(null).get()).isNull();
        assertNothingIsHeld();
        assertThat(this.ledger.stageFails()).failsWithin(Duration.ofMinutes(1));
        assertNothingIsHeld();
    }

    @Test
    void cancellingTheFutureOfAStageLeavesTheStageAlone() throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> result = this.ledger.atStage(stage);
        await().until(() -> pool("io").completed() == 1);
        assertThat(result.cancel(true)).isTrue();
        assertThat(stage).isNotDone();
        assertThat(this.slots.availablePermits()).isEqualTo(2);
        stage.complete("late");

        assertNothingIsHeld();
    }

    @Test
    void theCloseOfAGroupDoesNotWaitForAStage() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> result = this.ledger.atStageInGroup(stage, group);
        assertThat(group.closeMembers(false, null, Duration.ofMinutes(1)).complete()).isTrue();
        assertThat(result).isNotDone();
        assertThat(this.slots.availablePermits()).isEqualTo(2);
        stage.complete("late");

        assertThat(result.get()).isEqualTo("late");
        assertNothingIsHeld();
    }

    /**
     * An order.
     *
     * @param account whose it is
     */
    record Order(@Nullable String account) {
    }

    @Configuration(proxyBeanMethods = false)
    static class Config {

        @Bean
        Ledger ledger() {
            return new Ledger();
        }

    }

    static class Ledger {

        private final CountDownLatch gate = new CountDownLatch(1);

        private final List<Integer> appended = new CopyOnWriteArrayList<>();

        private final AtomicInteger inside = new AtomicInteger();

        private final AtomicInteger most = new AtomicInteger();

        private final AtomicInteger ran = new AtomicInteger();

        @Autowired
        private TpRegistry registry;

        CountDownLatch gate() {
            return this.gate;
        }

        List<Integer> appended() {
            return this.appended;
        }

        int most() {
            return this.most.get();
        }

        int ran() {
            return this.ran.get();
        }

        private void pass() throws InterruptedException {
            assertThat(this.gate.await(60, TimeUnit.SECONDS)).isTrue();
        }

        private CompletableFuture<Integer> permits() {
            return CompletableFuture.completedFuture(this.registry.semaphore("slots").availablePermits());
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", acquireCount = 2, releaseSemaphore = "slots",
                releaseCount = 2)
        CompletableFuture<Integer> twoPermits() {
            return permits();
        }

        @TpCallback(environment = "narrow", acquireSemaphore = "slots", releaseSemaphore = "slots")
        CompletableFuture<Integer> permitInNarrow() {
            return CompletableFuture.completedFuture(2);
        }

        @TpCallback(environment = "helped", acquireSemaphore = "slots", releaseSemaphore = "slots")
        CompletableFuture<String> permitInHelped() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @TpCallback(environment = "helped", acquireMutex = "book", releaseMutex = "book")
        CompletableFuture<String> bookInHelped() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots", acquireMutex = "book",
                releaseMutex = "book", enterSection = "index", leaveSection = "index")
        CompletableFuture<String> everything() {
            return CompletableFuture
                .completedFuture((this.registry.mutex("book").isHeldByCurrentThread() ? "mutex " : "")
                        + (this.registry.section("index").isHeldByCurrentThread() ? "section " : "")
                        + this.registry.semaphore("slots").availablePermits());
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots", acquireMutex = "book",
                releaseMutex = "book", enterSection = "index", leaveSection = "index")
        CompletableFuture<String> everythingFails() {
            throw new IllegalStateException("broken");
        }

        @TpCallback(environment = "io", acquireMutex = "book", releaseMutex = "book")
        CompletableFuture<Void> append(int number) {
            this.most.accumulateAndGet(this.inside.incrementAndGet(), Math::max);
            this.appended.add(number);
            this.inside.decrementAndGet();
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback(environment = "io", acquireMutex = "book", releaseMutex = "book")
        CompletableFuture<Void> holdsBook() throws InterruptedException {
            pass();
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback("narrow")
        CompletableFuture<Void> blockNarrow() throws InterruptedException {
            pass();
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback(environment = "narrow", acquireMutex = "book", releaseMutex = "book")
        CompletableFuture<String> bookInNarrow() {
            return CompletableFuture.completedFuture("book");
        }

        @TpCallback(environment = "narrow", acquireMutex = "book", releaseMutex = "book", acquireSemaphore = "slots",
                acquireCount = 3, releaseSemaphore = "slots", releaseCount = 3)
        CompletableFuture<String> bookAndSlotsInNarrow() {
            return CompletableFuture.completedFuture("book");
        }

        @TpCallback("narrow")
        CompletableFuture<String> plainInNarrow() {
            return CompletableFuture.completedFuture("plain");
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", acquireCount = 2, releaseSemaphore = "slots",
                releaseCount = 2, whenUnavailable = TpWhenUnavailable.REJECT)
        CompletableFuture<String> rejecting() {
            return CompletableFuture.completedFuture("ran");
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", acquireCount = 2, releaseSemaphore = "slots",
                releaseCount = 2, whenUnavailable = TpWhenUnavailable.REJECT)
        void rejectingVoid() {
        }

        @TpCallback(environment = "io", acquireMutex = "book", releaseMutex = "book",
                whenUnavailable = TpWhenUnavailable.REJECT)
        CompletableFuture<String> rejectingLock() {
            return CompletableFuture.completedFuture("ran");
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots",
                whenUnavailable = TpWhenUnavailable.WAIT, waitAtMost = "${app.at-most}")
        CompletableFuture<String> waiting() {
            return CompletableFuture.completedFuture("ran");
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots",
                whenUnavailable = TpWhenUnavailable.WAIT, waitAtMost = "1m")
        void waitingVoid() {
        }

        @TpCallback(environment = "io", acquireMutex = "book", releaseMutex = "book",
                whenUnavailable = TpWhenUnavailable.WAIT, waitAtMost = "1m")
        CompletableFuture<String> waitingForBook(@Nullable TpCleanupGroup group) {
            return CompletableFuture.completedFuture("ran");
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots", acquireMutex = "book",
                releaseMutex = "book")
        void voidInGroup(TpCleanupGroup group) {
            this.ran.incrementAndGet();
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots")
        CompletableFuture<Integer> byInstance(boolean fails, @Nullable TpCallbackInstance instance) {
            if (fails) {
                throw new IllegalStateException("broken");
            }
            instance.releaseSemaphoreWhenCallbackReturns(this.registry.semaphore("slots"), 1);
            return permits();
        }

        @TpCallback(environment = "io", acquireMutex = "book")
        CompletableFuture<Void> forgets(@Nullable TpCallbackInstance instance) {
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback(environment = "io", acquireMutex = "account-#{#order.account()}",
                releaseMutex = "account-#{#order.account()}")
        CompletableFuture<String> keyed(@Nullable Order order, int number, boolean waits) throws InterruptedException {
            if (waits) {
                pass();
            }
            this.appended.add(number);
            return CompletableFuture.completedFuture("account-" + order.account());
        }

        @TpCallback(environment = "io", acquireMutex = "#{#p0}", releaseMutex = "#{#p0}")
        CompletableFuture<String> alsoKeyed(String key) {
            return CompletableFuture.completedFuture("ran");
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots",
                completion = TpCompletionPoint.STAGE)
        CompletableFuture<String> atStage(@Nullable CompletableFuture<String> stage) {
            return stage;
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots",
                completion = TpCompletionPoint.STAGE)
        CompletableFuture<String> atStageInGroup(CompletableFuture<String> stage, TpCleanupGroup group) {
            return stage;
        }

        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots",
                completion = TpCompletionPoint.STAGE)
        CompletableFuture<String> stageFails() {
            throw new IllegalStateException("broken");
        }

    }

}
