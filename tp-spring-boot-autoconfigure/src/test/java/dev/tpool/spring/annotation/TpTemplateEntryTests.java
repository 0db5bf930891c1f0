package dev.tpool.spring.annotation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.TpRejectedException;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpOperations;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpUnknownNameException;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what {@link TpOperations} acquire.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpTemplateEntryTests {

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    private TpRegistry registry;

    private TpSemaphore slots;

    private TpMutex mutex;

    private TpOperations plain;

    /** Needs one of three permits. */
    private TpOperations limited;

    /** Needs the mutex. */
    private TpOperations booking;

    @BeforeEach
    void start() {
        TestPropertyValues
            .of("tp.pools.io.max-threads=8", "tp.pools.narrow.max-threads=1", "tp.pools.narrow.queue-capacity=2",
                    "tp.semaphores.slots.maximum=3", "tp.mutexes.book=", "tp.mutexes.other=", "tp.sections.index=")
            .applyTo(this.context);
        this.context.registerBean(Accounts.class);
        this.context.registerBean(TpEnvironmentCustomizer.class,
                () -> (name, builder) -> builder.exceptionHandler((source, failure) -> this.failures.add(failure)));
        this.context.register(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class);
        this.context.refresh();
        this.registry = this.context.getBean(TpRegistry.class);
        this.slots = this.registry.semaphore("slots");
        this.mutex = this.registry.mutex("book");
        this.plain = this.context.getBean(TpOperations.class).environment("io");
        this.limited = this.plain.acquireSemaphore("slots").releaseSemaphore("slots");
        this.booking = this.plain.acquireMutex("book").releaseMutex("book");
    }

    @AfterEach
    void stop() {
        this.context.close();
    }

    private TpPoolSnapshot pool(String name) {
        return this.registry.pool(name).snapshot();
    }

    private EntryLocks locks() {
        return this.context.getBean(TpCallbackAnnotationBeanPostProcessor.class).methods().locks();
    }

    private void assertNothingIsHeld() {
        await().until(() -> pool("io").objects().isEmpty() && pool("io").running() == 0);
        assertThat(this.slots.availablePermits()).isEqualTo(3);
        assertThat(this.mutex.owner()).isNull();
        assertThat(this.registry.section("index").owner()).isNull();
        assertThat(locks().mutexes().size()).isZero();
        assertThat(locks().sections().size()).isZero();
    }

    @Test
    void hasEverythingWhileItRunsAndNothingAfterwards() throws Exception {
        TpOperations all = this.plain.acquireSemaphore("slots", 2)
            .acquireMutex("book")
            .enterSection("index")
            .releaseSemaphore("slots", 2)
            .releaseMutex("book")
            .leaveSection("index");
        for (int i = 0; i < 10; i++) {
            String held = all
                .call(() -> this.mutex.isHeldByCurrentThread() + " "
                        + this.registry.section("index").isHeldByCurrentThread() + " " + this.slots.availablePermits())
                .get();
            assertThat(held).isEqualTo("true true 1");
            assertNothingIsHeld();
        }
    }

    @Test
    void postsLaterWithoutAThread() throws Exception {
        this.slots.acquire(3);
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        CountDownLatch run = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            results.add(this.limited.call(this.slots::availablePermits));
            this.limited.run(run::countDown);
        }
        assertThat(pool("io")).matches((pool) -> pool.running() == 0 && pool.queued() == 100);
        this.slots.release(3);

        for (CompletableFuture<Integer> result : results) {
            assertThat(result.get()).isLessThan(3);
        }
        assertThat(run.await(1, TimeUnit.MINUTES)).isTrue();
        assertNothingIsHeld();
        assertThat(pool("io").completed()).isEqualTo(100);
    }

    @Test
    void runsOneAtATimeInTheOrderOfTheCalls() throws Exception {
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Boolean>> results = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            results.add(this.booking.call(() -> order.add(number)));
        }
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get();

        assertThat(order).hasSize(200).isSorted();
        assertNothingIsHeld();
    }

    @Test
    void givesBackIfTheCallbackThrows() throws Exception {
        TpOperations both = this.limited.acquireMutex("book").releaseMutex("book");
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> both.call(() -> {
            throw new IOException("broken");
        }).get()).withCauseInstanceOf(IOException.class);
        assertNothingIsHeld();
        both.run(() -> {
            throw new IllegalStateException("broken");
        });
        assertThat(this.failures.poll(1, TimeUnit.MINUTES)).isInstanceOf(IllegalStateException.class)
            .hasMessage("broken");
        assertNothingIsHeld();
    }

    @Test
    void rejectsIfSomethingIsNotThere() throws Exception {
        TpOperations rejecting = this.limited.rejectIfUnavailable();
        this.slots.acquire(3);
        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> rejecting.run(() -> {
        })).withMessageContaining("it would have to wait for 1 permit of semaphore 'slots'");
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> rejecting.call(() -> "").get())
            .withCauseInstanceOf(TpRejectedException.class);
        assertThat(pool("io").rejected()).isEqualTo(2);
        this.slots.release(3);

        assertThat(rejecting.call(() -> "ran").get()).isEqualTo("ran");
        assertNothingIsHeld();
    }

    @Test
    void aCallerWaitsUntilTheTimeIsOver() throws Exception {
        TpOperations waiting = this.limited.waitAtMost(Duration.ofMillis(50));
        this.slots.acquire(3);
        long begun = System.nanoTime();
        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> waiting.run(() -> {
        })).withMessageContaining("has waited 50 ms for 1 permit of semaphore 'slots'");
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        CompletableFuture<String> later = CompletableFuture
            .supplyAsync(() -> this.limited.waitAtMost(Duration.ofMinutes(1)).call(() -> "ran").join());
        await().until(() -> pool("io").queued() == 1);
        this.slots.release(3);

        assertThat(later.get()).isEqualTo("ran");
        assertNothingIsHeld();
    }

    @Test
    void runsOneAtATimeForEachKey() throws Exception {
        List<CompletableFuture<Boolean>> results = new ArrayList<>();
        ConcurrentHashMap<Integer, List<Integer>> order = new ConcurrentHashMap<>();
        ConcurrentHashMap<Integer, AtomicInteger> running = new ConcurrentHashMap<>();
        AtomicInteger overlaps = new AtomicInteger();
        for (int i = 0; i < 400; i++) {
            int number = i;
            int key = i % 4;
            results.add(this.plain.acquireMutexOfKey("account-" + key).call(() -> {
                AtomicInteger now = running.computeIfAbsent(key, (same) -> new AtomicInteger());
                overlaps.addAndGet(now.incrementAndGet() - 1);
                order.computeIfAbsent(key, (same) -> new CopyOnWriteArrayList<>()).add(number);
                return now.decrementAndGet() == 0;
            }));
        }
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get();

        assertThat(overlaps).hasValue(0);
        assertThat(order).hasSize(4).allSatisfy((key, numbers) -> assertThat(numbers).hasSize(100).isSorted());
        assertNothingIsHeld();
    }

    @Test
    void keysRunBesideEachOtherAndAreNoNames() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<Boolean> first = this.plain.acquireMutexOfKey("book")
            .call(() -> gate.await(1, TimeUnit.MINUTES));
        CompletableFuture<String> behind = this.plain.acquireMutexOfKey("book").call(() -> "behind");

        assertThat(this.plain.acquireMutexOfKey("other").call(() -> "other").get()).isEqualTo("other");
        assertThat(this.booking.call(() -> "named").get()).isEqualTo("named");
        assertThat(this.plain.enterSectionOfKey("book").call(() -> "section").get()).isEqualTo("section");
        assertThat(behind).isNotDone();
        gate.countDown();
        assertThat(first.get()).isTrue();
        assertThat(behind.get()).isEqualTo("behind");
        assertNothingIsHeld();
    }

    @Test
    void mayTakeOneLockOfAKeyAndOneByName() throws Exception {
        assertThat(this.booking.enterSectionOfKey("a").call(this.mutex::isHeldByCurrentThread).get()).isTrue();
        assertNothingIsHeld();
    }

    @Test
    void standsInOneLineWithAnnotatedMethods() throws Exception {
        Accounts accounts = this.context.getBean(Accounts.class);
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch gate = new CountDownLatch(1);
        TpOperations ofKey = this.plain.acquireMutexOfKey("account-7");
        CompletableFuture<Boolean> first = ofKey.call(() -> gate.await(1, TimeUnit.MINUTES));
        CompletableFuture<Void> second = accounts.book(7, () -> order.add("annotated"));
        CompletableFuture<Boolean> third = ofKey.call(() -> order.add("operations"));
        assertThat(accounts.book(8, () -> order.add("other account")).get()).isNull();
        gate.countDown();

        CompletableFuture.allOf(first, second, third).get();
        assertThat(order).containsExactly("other account", "annotated", "operations");
        assertNothingIsHeld();
    }

    @Test
    void operationsAreNotChanged() throws Exception {
        this.slots.acquire(3);
        this.limited.rejectIfUnavailable();
        this.limited.waitAtMost(Duration.ofMillis(1));
        CompletableFuture<String> later = this.limited.call(() -> "later");
        assertThat(this.plain.call(() -> "plain").get()).isEqualTo("plain");
        assertThat(later).isNotDone();
        assertThatExceptionOfType(ExecutionException.class)
            .isThrownBy(() -> this.limited.waitAtMost(Duration.ofMinutes(5)).rejectIfUnavailable().call(() -> "").get())
            .withMessageContaining("it would have to wait for 1 permit of");
        this.slots.release(3);

        assertThat(later.get()).isEqualTo("later");
        assertNothingIsHeld();
    }

    @Test
    void givesBackWhatIsCancelledRefusedOrDropped(CapturedOutput output) throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        List<Object> told = new CopyOnWriteArrayList<>();
        TpOperations grouped = this.limited.name("scan")
            .environment(this.registry.environment("narrow")
                .toBuilder()
                .cleanupGroup(group, (callback, unused) -> told.add(callback))
                .build());
        this.slots.acquire(3);
        Runnable waiting = () -> {
        };
        grouped.run(waiting);
        CompletableFuture<String> cancelled = grouped.call(() -> "");
        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> grouped.run(waiting))
            .withMessageStartingWith("pool 'narrow' refused callback 'scan': its queue takes 2 callbacks");
        assertThat(cancelled.cancel(false)).isTrue();
        assertThat(pool("narrow")).matches((pool) -> pool.queued() == 1 && pool.dropped() == 1);
        group.closeMembers(true, null);
        assertThat(pool("narrow")).matches((pool) -> pool.queued() == 0 && pool.dropped() == 2 && pool.rejected() == 1);
        assertThat(told).containsExactly(waiting);
        assertThat(output).contains("Callback 'scan' was dropped before it began");
        CompletableFuture<String> dropped = this.limited.call(() -> "");
        this.registry.pool("io").close();
        assertThat(dropped).isCancelled();
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.limited.call(() -> "").get())
            .withCauseInstanceOf(TpRejectedException.class);
        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> this.limited.run(waiting))
            .withMessageContaining("callback 'callback' was refused")
            .withCauseInstanceOf(IllegalStateException.class);
        this.slots.release(3);
        assertNothingIsHeld();
    }

    @Test
    void theCloseOfTheContextReportsWhatItDrops(CapturedOutput output) throws Exception {
        this.slots.acquire(3);
        CompletableFuture<String> waiting = this.limited.name("import").call(() -> "");
        this.context.close();

        assertThat(waiting).isCancelled();
        assertThat(output).contains("1 were dropped").contains("import (1)");
        this.slots.release(3);
        assertThat(this.slots.availablePermits()).isEqualTo(3);
    }

    @Test
    void refusesToPostWhatKeepsSomething() {
        assertRefused(this.plain.acquireSemaphore("slots"), "never releases it; add releaseSemaphore(\"slots\")");
        assertRefused(this.plain.acquireSemaphore("slots", 2).releaseSemaphore("slots"),
                "acquires 2 of semaphore 'slots' and releases 1");
        assertRefused(this.plain.acquireMutex("book"), "acquires mutex 'book' and never lets go of it");
        assertRefused(this.plain.acquireMutex("book").releaseMutex("other"),
                "acquires mutex 'book' and never lets go of it; add releaseMutex");
        assertRefused(this.plain.enterSection("index"), "section 'index' and never lets go of it; add leaveSection");
        assertRefused(this.plain.acquireMutexOfKey("a").releaseMutex("book"),
                "mutex of key 'a', which it releases by itself, and so would never release mutex 'book'");
        assertRefused(this.booking.acquireMutexOfKey("a"), "leave out releaseMutex");
        assertRefused(this.plain.enterSectionOfKey("a").leaveSection("index"),
                "section of key 'a', which it leaves by itself, and so would never leave section 'index'");
        assertRefused(this.plain.rejectIfUnavailable(), "but nothing is acquired");
        assertRefused(this.plain.waitAtMost(Duration.ofSeconds(1)), "but nothing is acquired");
        assertNothingIsHeld();
        assertThat(pool("io").completed()).isZero();
    }

    private static void assertRefused(TpOperations operations, String problem) {
        assertThatIllegalStateException().isThrownBy(() -> operations.run(() -> {
        })).withMessageContaining("callback 'callback' cannot be posted").withMessageContaining(problem);
        assertThatIllegalStateException().isThrownBy(() -> operations.call(() -> "")).withMessageContaining(problem);
    }

    @Test
    void refusesUnknownNamesAndBadNumbersAtOnce() {
        assertThatExceptionOfType(TpUnknownNameException.class).isThrownBy(() -> this.plain.acquireSemaphore("slotz"))
            .withMessageContaining("did you mean 'slots'?");
        assertThatExceptionOfType(TpUnknownNameException.class).isThrownBy(() -> this.plain.acquireMutex("boak"));
        assertThatExceptionOfType(TpUnknownNameException.class).isThrownBy(() -> this.plain.enterSection("inde"));
        assertThatIllegalArgumentException().isThrownBy(() -> this.plain.acquireSemaphore("slots", 4))
            .withMessageContaining("which is 3");
        assertThatIllegalArgumentException().isThrownBy(() -> this.plain.acquireSemaphore("slots", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> this.limited.waitAtMost(Duration.ZERO))
            .withMessageContaining("use rejectIfUnavailable()");
    }

    @Test
    void keepsTheLinesApartWithoutAContext() throws Exception {
        TpOperations own = new TpTemplate(this.registry).acquireMutex("book").releaseMutex("book");
        CompletableFuture<Boolean> held = own.call(this.mutex::isHeldByCurrentThread);

        assertThat(held.get()).isTrue();
        assertNothingIsHeld();
    }

    static class Accounts {

        @TpCallback(environment = "io", acquireMutex = "account-#{#p0}", releaseMutex = "account-#{#p0}")
        CompletableFuture<Void> book(int account, Runnable booking) {
            booking.run();
            return CompletableFuture.completedFuture(null);
        }

    }

}
