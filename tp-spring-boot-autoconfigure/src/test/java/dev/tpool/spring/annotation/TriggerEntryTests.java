package dev.tpool.spring.annotation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.TpRejectedException;
import dev.tpool.TpWaitResult;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpOperations;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpShutdownReport;
import dev.tpool.spring.TpShutdownReportEvent;
import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpTriggers;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.test.util.AopTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what timers and waits acquire.
 */
@ExtendWith(OutputCaptureExtension.class)
class TriggerEntryTests {

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    private final CompletableFuture<TpShutdownReport> shutdown = new CompletableFuture<>();

    private final TpCleanupGroup scans = TpCleanupGroup.create("scans");

    private final List<Object> cancelled = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        this.context.close();
    }

    /**
     * There is no permit at first.
     */
    private <T> T start(Class<T> bean, String... properties) {
        TestPropertyValues
            .of("tp.pools.io.max-threads=8", "tp.pools.narrow.max-threads=1", "tp.semaphores.slots.maximum=2",
                    "tp.semaphores.slots.initial=0", "tp.mutexes.book=", "tp.sections.index=", "tp.events.go=",
                    "tp.environments.scans.pool=io")
            .and(properties)
            .applyTo(this.context);
        this.context.registerBean("user", bean);
        this.context.registerBean(TpEnvironmentCustomizer.class, () -> (name, builder) -> {
            builder.exceptionHandler((source, failure) -> this.failures.add(failure));
            if (name.equals("scans")) {
                builder.cleanupGroup(this.scans, (trigger, unused) -> this.cancelled.add(trigger));
            }
        });
        this.context.addApplicationListener(
                (ApplicationListener<TpShutdownReportEvent>) (event) -> this.shutdown.complete(event.getReport()));
        this.context.register(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                TpTriggerAutoConfiguration.class);
        this.context.refresh();
        return AopTestUtils.getTargetObject(this.context.getBean(bean));
    }

    private TpRegistry registry() {
        return this.context.getBean(TpRegistry.class);
    }

    private TpSemaphore slots() {
        return registry().semaphore("slots");
    }

    private TpPoolSnapshot pool(String name) {
        return registry().pool(name).snapshot();
    }

    private void awaitOneThatWaits(String pool) {
        await().until(() -> pool(pool).queued() == 1 && pool(pool).running() == 0);
    }

    private void assertLinesAreEmpty() {
        EntryLocks locks = this.context.getBean(TpCallbackAnnotationBeanPostProcessor.class).methods().locks();
        await().until(() -> locks.mutexes().size() == 0 && locks.sections().size() == 0);
    }

    @Test
    void aTimerWaitsForItsPermitsWithoutAThread() throws Exception {
        Once once = start(Once.class);
        awaitOneThatWaits("narrow");
        String other = this.context.getBean(TpOperations.class).environment("narrow").call(() -> "ran").get();
        assertThat(other).isEqualTo("ran");
        slots().release();
        assertThat(pool("narrow").queued()).isEqualTo(1);
        assertThat(once.runs.availablePermits()).isZero();
        slots().release();

        assertThat(once.runs.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        await().until(() -> slots().availablePermits() == 2);
        await().until(() -> pool("narrow").completed() == 3);
        assertThat(pool("narrow")).matches((pool) -> pool.dropped() == 0 && pool.rejected() == 0 && pool.queued() == 0);
        assertThat(once.available).containsExactly(0);
    }

    @Test
    void aWaitWaitsForItsPermitAndKeepsItsResult() throws Exception {
        Reports reports = start(Reports.class);
        registry().event("go").set();
        awaitOneThatWaits("io");
        // The signal is consumed, and the wait goes on when the callback is over.
        registry().event("go").set();
        assertThat(registry().event("go").isSet()).isTrue();
        slots().release();

        assertThat(reports.results.poll(1, TimeUnit.MINUTES)).isEqualTo(TpWaitResult.SIGNALLED);
        assertThat(reports.results.poll(1, TimeUnit.MINUTES)).isEqualTo(TpWaitResult.SIGNALLED);
        await().until(() -> slots().availablePermits() == 1);
        assertThat(reports.results).isEmpty();
    }

    @Test
    void skipsWhatIsDueWhileACallbackWaits() throws Exception {
        Skipping skipping = start(Skipping.class);
        awaitOneThatWaits("io");
        long waiting = System.nanoTime();
        await().until(() -> System.nanoTime() - waiting > TimeUnit.MILLISECONDS.toNanos(100));
        assertThat(pool("io").queued()).isEqualTo(1);
        assertThat(pool("io").completed()).isEqualTo(1);
        slots().release(2);

        assertThat(skipping.serial.runs.tryAcquire(5, 1, TimeUnit.MINUTES)).isTrue();
        assertThat(skipping.serial.overlapped).isFalse();
        // Each takes three and a half periods, so each begins four after the last.
        List<Long> begins = skipping.serial.begins;
        for (int i = 2; i < 5; i++) {
            assertThat(begins.get(i) - begins.get(i - 1)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(35));
        }
        assertEverythingComesBack();
    }

    @Test
    void queuesWhatIsDueWhileACallbackWaits() {
        Queueing queueing = start(Queueing.class);
        long begun = System.nanoTime();
        awaitOneThatWaits("io");
        await().until(() -> System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(pool("io").queued()).isEqualTo(1);
        slots().release(2);

        // Each expiry since the first one has its callback.
        await().until(
                () -> queueing.serial.begins.size() > (System.nanoTime() - begun) / TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(queueing.serial.overlapped).isFalse();
        assertEverythingComesBack();
    }

    @Test
    void callbacksInParallelWaitOneByOne() throws Exception {
        Parallel parallel = start(Parallel.class);
        await().until(() -> pool("io").queued() >= 5);
        slots().release(2);

        assertThat(parallel.serial.runs.tryAcquire(10, 1, TimeUnit.MINUTES)).isTrue();
        assertThat(parallel.serial.overlapped).isFalse();
        assertEverythingComesBack();
    }

    @Test
    void standsInOneLineWithTheCalls() {
        Lined target = start(Lined.class);
        Lined lined = this.context.getBean(Lined.class);
        TpMutex book = registry().mutex("book");
        book.lock();
        lined.append("first");
        registry().event("go").set();
        await().until(() -> pool("io").queued() == 2);
        lined.append("last");
        assertThat(pool("io").running()).isZero();
        book.unlock();

        await().until(() -> target.appended.size() == 3);
        assertThat(target.appended).containsExactly("first", "wait true true", "last");
        assertLinesAreEmpty();
        await().until(() -> book.owner() == null && registry().section("index").owner() == null);
    }

    @Test
    void rejectsAnExpirationAndTellsIt() throws Exception {
        Rejecting rejecting = start(Rejecting.class);
        registry().event("go").set();
        assertThat(this.failures.poll(1, TimeUnit.MINUTES)).isInstanceOf(TpRejectedException.class)
            .hasMessageContaining(
                    "callback 'Rejecting.run' was refused: it would have to wait for 1 permit of semaphore 'slots'");
        await().until(() -> pool("io").rejected() == 1);
        assertThat(pool("io").queued()).isZero();
        slots().release();
        registry().event("go").set();

        assertThat(rejecting.runs.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        await().until(() -> slots().availablePermits() == 1);
        assertThat(pool("io").rejected()).isEqualTo(1);
    }

    @Test
    void aTimerGoesOnAfterARejection() throws Exception {
        RejectingTimer rejecting = start(RejectingTimer.class);
        for (int i = 0; i < 3; i++) {
            assertThat(this.failures.poll(1, TimeUnit.MINUTES)).isInstanceOf(TpRejectedException.class);
        }
        slots().release(2);

        assertThat(rejecting.runs.tryAcquire(3, 1, TimeUnit.MINUTES)).isTrue();
        assertEverythingComesBack();
    }

    @Test
    void isRejectedIfTheQueueIsFull() throws Exception {
        start(Bounded.class, "tp.pools.bounded.max-threads=1", "tp.pools.bounded.queue-capacity=2");
        assertThat(this.failures.poll(1, TimeUnit.MINUTES)).isInstanceOf(TpRejectedException.class)
            .hasMessageStartingWith("pool 'bounded' refused callback 'Bounded.run': its queue takes 2 callbacks");

        assertThat(pool("bounded").queued()).isGreaterThanOrEqualTo(2);
        this.context.getBean(TpTriggers.class).stop();
        await().until(() -> pool("bounded").queued() == 0);
        slots().release(2);
        assertThat(slots().availablePermits()).isEqualTo(2);
    }

    @Test
    void givesBackIfTheMethodThrows() throws Exception {
        start(Failing.class);
        slots().release(2);
        for (int i = 0; i < 3; i++) {
            assertThat(this.failures.poll(1, TimeUnit.MINUTES)).hasMessage("broken");
        }

        assertEverythingComesBack();
        await().until(() -> registry().mutex("book").owner() == null);
    }

    @Test
    void aMethodMayGiveBackByItsInstance() {
        start(ByInstance.class);
        slots().release(2);

        await().until(() -> pool("io").completed() == 2);
        await().until(() -> slots().availablePermits() == 2);
    }

    @Test
    void leavesNothingThatWaitsWhenItIsSwitchedOff(CapturedOutput output) throws Exception {
        Once once = start(Once.class);
        awaitOneThatWaits("narrow");
        TpTriggers triggers = this.context.getBean(TpTriggers.class);
        triggers.stop();

        assertThat(pool("narrow")).matches((pool) -> pool.queued() == 0 && pool.dropped() == 1);
        assertThat(output).contains("Callback 'Once.run' was dropped before it began");
        slots().release(2);
        assertThat(slots().availablePermits()).isEqualTo(2);
        assertThat(once.runs.availablePermits()).isZero();
        triggers.start();
        assertThat(once.runs.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        await().until(() -> slots().availablePermits() == 2);
    }

    @Test
    void goesOnIfWhatWaitsIsDroppedWhileItIsOn() throws Exception {
        Reports bean = start(Reports.class);
        TpTrigger trigger = this.context.getBean(TpTriggers.class).triggers().get(0);
        registry().event("go").set();
        awaitOneThatWaits("io");
        trigger.dropWaiting();
        assertThat(pool("io")).matches((pool) -> pool.queued() == 0 && pool.dropped() == 1);
        assertThat(trigger.isActive()).isTrue();

        slots().release();
        registry().event("go").set();
        assertThat(bean.results.poll(10, TimeUnit.SECONDS)).isEqualTo(TpWaitResult.SIGNALLED);
    }

    @Test
    void leavesNothingThatWaitsWhenItsBeanIsDestroyed() {
        Everything bean = start(Everything.class);
        registry().event("go").set();
        awaitOneThatWaits("io");
        this.context.getBeanFactory().destroyBean("user", bean);

        assertThat(pool("io")).matches((pool) -> pool.queued() == 0 && pool.dropped() == 1);
        assertLinesAreEmpty();
        slots().release(2);
        assertThat(slots().availablePermits()).isEqualTo(2);
        await().until(() -> pool("io").objects().isEmpty());
    }

    @Test
    void theCloseOfItsGroupDropsWhatWaits() throws Exception {
        start(Grouped.class);
        registry().event("go").set();
        await().until(() -> pool("io").queued() == 1);
        this.scans.closeMembers(true, null);

        assertThat(pool("io")).matches((pool) -> pool.queued() == 0 && pool.dropped() == 1);
        assertThat(this.cancelled).hasSize(2).allMatch((context) -> context instanceof TpTrigger);
        assertLinesAreEmpty();
        slots().release(2);
        assertThat(slots().availablePermits()).isEqualTo(2);
    }

    @Test
    void theCloseOfThePoolDropsWhatWaits() {
        start(Everything.class);
        registry().event("go").set();
        awaitOneThatWaits("io");
        registry().pool("io").close();

        assertThat(pool("io")).matches((pool) -> pool.queued() == 0 && pool.dropped() == 1);
        assertLinesAreEmpty();
        slots().release(2);
        assertThat(slots().availablePermits()).isEqualTo(2);
    }

    @Test
    void theCloseOfTheContextReportsWhatItDrops() throws Exception {
        start(Everything.class);
        registry().event("go").set();
        awaitOneThatWaits("io");
        TpSemaphore slots = slots();
        this.context.close();

        assertThat(this.shutdown.get(1, TimeUnit.MINUTES).dropped()).containsEntry("Everything.run", 1L);
        slots.release(2);
        assertThat(slots.availablePermits()).isEqualTo(2);
    }

    @Test
    void theCloseOfTheContextRunsWhatWaitsForWhatRuns() throws Exception {
        Lined lined = start(Lined.class);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        this.context.getBean(TpOperations.class).environment("io").releaseMutex("book").run(() -> {
            registry().mutex("book").lock();
            started.countDown();
            awaitQuietly(gate);
        });
        started.await();
        registry().event("go").set();
        await().until(() -> pool("io").queued() == 1);
        TpTriggers triggers = this.context.getBean(TpTriggers.class);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(this.context::close);
        await().until(() -> !triggers.isRunning());
        gate.countDown();

        closed.get(1, TimeUnit.MINUTES);
        assertThat(lined.appended).containsExactly("wait true true");
        assertThat(this.shutdown.get().dropped()).isEmpty();
    }

    @Test
    void permitsComeBackHoweverOftenItIsSwitchedOffAndOn() throws Exception {
        Mixed mixed = start(Mixed.class);
        slots().release(2);
        TpTriggers triggers = this.context.getBean(TpTriggers.class);
        for (int i = 0; i < 100; i++) {
            assertThat(mixed.runs.tryAcquire(2, 1, TimeUnit.MINUTES)).isTrue();
            triggers.stop();
            assertThat(mixed.most).hasValueLessThanOrEqualTo(2);
            triggers.start();
        }

        assertEverythingComesBack();
        assertLinesAreEmpty();
        await().until(() -> registry().mutex("book").owner() == null);
        TpPoolSnapshot pool = pool("io");
        assertThat(pool.queued() + pool.running()).isZero();
    }

    private void assertEverythingComesBack() {
        this.context.getBean(TpTriggers.class).stop();
        await().until(() -> pool("io").objects().isEmpty() && pool("io").running() == 0);
        assertThat(slots().availablePermits()).isEqualTo(2);
        assertThat(slots().tryAcquire(2)).isTrue();
    }

    @Test
    void refusesWhatMakesNoSense() {
        refuses(Waiting.class, "whenUnavailable is WAIT, and what a timer or a wait begins has no caller");
        this.context.close();
    }

    @Test
    void refusesAKey() {
        refuses(Keyed.class, "is an expression over the arguments of a call, and nobody passes any");
    }

    @Test
    void refusesWhatIsNeverReleased() {
        refuses(Keeping.class, "it acquires semaphore 'slots' and can never release it");
    }

    @Test
    void refusesAPoolThatWouldBlockItsWorker() {
        refuses(Blocking.class, "would block a worker while the queue of pool 'bounded'");
    }

    private void refuses(Class<?> bean, String problem) {
        assertThatThrownBy(() -> start(bean, "tp.pools.bounded.queue-capacity=2", "tp.pools.bounded.when-full=block"))
            .satisfies((failure) -> {
                Throwable cause = failure;
                while (!(cause instanceof TpCallbackDefinitionException) && cause.getCause() != null) {
                    cause = cause.getCause();
                }
                assertThat(cause).isInstanceOf(TpCallbackDefinitionException.class)
                    .hasMessageContaining(bean.getName())
                    .hasMessageContaining(problem);
            });
    }

    private static void awaitQuietly(CountDownLatch gate) {
        try {
            gate.await();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    static class Once {

        final Semaphore runs = new Semaphore(0);

        final List<Integer> available = new CopyOnWriteArrayList<>();

        private final TpRegistry registry;

        Once(TpRegistry registry) {
            this.registry = registry;
        }

        @TpTimer(initialDelay = "1ms")
        @TpCallback(environment = "narrow", acquireSemaphore = "slots", acquireCount = 2, releaseSemaphore = "slots",
                releaseCount = 2)
        void run() {
            this.available.add(this.registry.semaphore("slots").availablePermits());
            this.runs.release();
        }

    }

    static class Reports {

        final LinkedBlockingQueue<TpWaitResult> results = new LinkedBlockingQueue<>();

        @TpWait(event = "go")
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots")
        void report(TpCallbackInstance instance, TpWaitResult result) {
            this.results.add(result);
        }

    }

    static class Serial {

        final List<Long> begins = new CopyOnWriteArrayList<>();

        final Semaphore runs = new Semaphore(0);

        volatile boolean overlapped;

        private final AtomicInteger running = new AtomicInteger();

        void begin() {
            this.begins.add(System.nanoTime());
            if (this.running.incrementAndGet() > 1) {
                this.overlapped = true;
            }
        }

        void end() {
            this.running.decrementAndGet();
            this.runs.release();
        }

    }

    static class Skipping {

        final Serial serial = new Serial();

        @TpTimer(period = "10ms", overlap = TpOverlap.SKIP)
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots")
        void run() {
            this.serial.begin();
            long begun = System.nanoTime();
            await().until(() -> System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(35));
            this.serial.end();
        }

    }

    static class Queueing {

        final Serial serial = new Serial();

        @TpTimer(period = "50ms", overlap = TpOverlap.QUEUE)
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots")
        void run() {
            this.serial.begin();
            this.serial.end();
        }

    }

    static class Parallel {

        final Serial serial = new Serial();

        @TpTimer(period = "5ms")
        @TpCallback(environment = "io", acquireSemaphore = "slots", acquireCount = 2, releaseSemaphore = "slots",
                releaseCount = 2)
        void run() {
            this.serial.begin();
            this.serial.end();
        }

    }

    static class Lined {

        final List<String> appended = new CopyOnWriteArrayList<>();

        private final TpRegistry registry;

        Lined(TpRegistry registry) {
            this.registry = registry;
        }

        @TpCallback(environment = "io", acquireMutex = "book", releaseMutex = "book")
        void append(String name) {
            this.appended.add(name);
        }

        @TpWait(event = "go")
        @TpCallback(environment = "io", acquireMutex = "book", releaseMutex = "book", enterSection = "index",
                leaveSection = "index")
        void run() {
            this.appended.add("wait " + this.registry.mutex("book").isHeldByCurrentThread() + " "
                    + this.registry.section("index").isHeldByCurrentThread());
        }

    }

    static class Rejecting {

        final Semaphore runs = new Semaphore(0);

        @TpWait(event = "go")
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots",
                whenUnavailable = TpWhenUnavailable.REJECT)
        void run() {
            this.runs.release();
        }

    }

    static class RejectingTimer {

        final Semaphore runs = new Semaphore(0);

        @TpTimer(period = "5ms", overlap = TpOverlap.SKIP)
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots",
                whenUnavailable = TpWhenUnavailable.REJECT)
        void run() {
            this.runs.release();
        }

    }

    static class Bounded {

        @TpTimer(period = "5ms")
        @TpCallback(environment = "bounded", acquireSemaphore = "slots", releaseSemaphore = "slots")
        void run() {
        }

    }

    static class Failing {

        @TpTimer(period = "5ms", overlap = TpOverlap.SKIP)
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots", acquireMutex = "book",
                releaseMutex = "book")
        void run() {
            throw new IllegalStateException("broken");
        }

    }

    static class ByInstance {

        private final TpRegistry registry;

        ByInstance(TpRegistry registry) {
            this.registry = registry;
        }

        @TpTimer(initialDelay = "1ms")
        @TpCallback(environment = "io", acquireSemaphore = "slots")
        void run(TpCallbackInstance instance) {
            instance.releaseSemaphoreWhenCallbackReturns(this.registry.semaphore("slots"), 1);
        }

    }

    static class Everything {

        @TpWait(event = "go")
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots", acquireMutex = "book",
                releaseMutex = "book", enterSection = "index", leaveSection = "index")
        void run() {
        }

    }

    static class Grouped {

        @TpWait(event = "go")
        @TpCallback(environment = "scans", acquireSemaphore = "slots", releaseSemaphore = "slots",
                acquireMutex = "book", releaseMutex = "book")
        void run() {
        }

    }

    static class Mixed {

        final Semaphore runs = new Semaphore(0);

        final AtomicInteger most = new AtomicInteger();

        private final AtomicInteger running = new AtomicInteger();

        private void ran() {
            this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
            this.running.decrementAndGet();
            this.runs.release();
        }

        @TpTimer(period = "1ms", overlap = TpOverlap.SKIP)
        @TpTimer("2ms")
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots")
        void later() {
            ran();
        }

        @TpTimer(period = "1ms", overlap = TpOverlap.QUEUE)
        @TpCallback(environment = "io", acquireSemaphore = "slots", releaseSemaphore = "slots", acquireMutex = "book",
                releaseMutex = "book")
        void locked() throws Exception {
            ran();
            throw new ExecutionException("broken", null);
        }

        @TpTimer("1ms")
        @TpCallback(environment = "io", acquireSemaphore = "slots", acquireCount = 2, releaseSemaphore = "slots",
                releaseCount = 2, whenUnavailable = TpWhenUnavailable.REJECT)
        void both() {
            ran();
        }

    }

    static class Waiting {

        @TpTimer("1s")
        @TpCallback(acquireSemaphore = "slots", releaseSemaphore = "slots", whenUnavailable = TpWhenUnavailable.WAIT,
                waitAtMost = "1s")
        void run() {
        }

    }

    @TpCallback(acquireMutex = "#{'key-' + #order}", releaseMutex = "#{'key-' + #order}")
    static class Keyed {

        @TpTimer("1s")
        void run() {
        }

    }

    static class Keeping {

        @TpTimer("1s")
        @TpCallback(acquireSemaphore = "slots")
        void run() {
        }

    }

    static class Blocking {

        @TpTimer("1s")
        @TpCallback(environment = "bounded", acquireSemaphore = "slots", releaseSemaphore = "slots")
        void run() {
        }

    }

}
