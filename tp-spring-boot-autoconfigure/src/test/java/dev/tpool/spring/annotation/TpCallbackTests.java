package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCallbackSource;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpCompletionActionException;
import dev.tpool.TpEnvironment;
import dev.tpool.TpRejectedException;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpMutex;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TpCallback} in a real context.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpCallbackTests {

    private AnnotationConfigApplicationContext context;

    private TpRegistry registry;

    private Importer importer;

    private Handler handler;

    private Gates gates;

    @BeforeEach
    void start() {
        this.context = new AnnotationConfigApplicationContext();
        TestPropertyValues
            .of("tp.pools.io.max-threads=2", "tp.pools.narrow.max-threads=1", "tp.pools.narrow.queue-capacity=1",
                    "tp.semaphores.slots.maximum=4", "tp.mutexes.ledger=", "tp.sections.index=",
                    "tp.events.done.reset=manual", "tp.cleanup-groups.imports=", "tp.environments.imports.pool=io",
                    "tp.environments.imports.cleanup-group=imports", "app.environment=io")
            .applyTo(this.context);
        this.context.register(Config.class, TpAutoConfiguration.class, TpCallbackAutoConfiguration.class);
        this.context.refresh();
        this.registry = this.context.getBean(TpRegistry.class);
        this.importer = this.context.getBean(Importer.class);
        this.handler = this.context.getBean(Handler.class);
        this.gates = this.context.getBean(Gates.class);
    }

    @AfterEach
    void stop() {
        this.gates.gate.countDown();
        this.context.close();
    }

    @Test
    void runsOnAThreadOfThePoolOfItsEnvironment() throws Exception {
        assertThat(this.importer.threadName().get()).startsWith("io").isNotEqualTo(Thread.currentThread().getName());
    }

    @Test
    void runsInTheDefaultEnvironmentUnlessToldOtherwise() throws Exception {
        assertThat(this.importer.inDefault().get()).isEqualTo("default");
    }

    @Test
    void resolvesPlaceholdersInNames() throws Exception {
        assertThat(this.importer.byPlaceholder().get()).isEqualTo("io");
    }

    @Test
    void namesTheCallbackAfterClassAndMethod() throws Exception {
        assertThat(this.importer.sourceName(null).get()).isEqualTo("Importer.sourceName");
    }

    @Test
    void returnsWhatTheFutureOfTheMethodHolds() throws Exception {
        assertThat(this.importer.future("a").get()).isEqualTo("a");
        assertThat(this.importer.stage("b").toCompletableFuture().get()).isEqualTo("b");
        assertThat(this.importer.nothing().get()).isNull();
    }

    @Test
    void waitsForAPlainFutureInTheCallback() throws Exception {
        assertThat(this.importer.plainFuture("a").get()).isEqualTo("a");
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.importer.plainFuture(null).get())
            .havingCause()
            .withMessage("no text");
    }

    @Test
    void followsAStageThatCompletesAfterTheCallback() throws Exception {
        CompletableFuture<String> later = new CompletableFuture<>();
        CompletableFuture<String> result = this.importer.follow(later);
        this.registry.event("done").await();

        assertThat(result).isNotDone();
        later.complete("late");
        assertThat(result.get()).isEqualTo("late");
    }

    @Test
    void failsTheFutureWithWhatTheMethodThrew() {
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.importer.fails().get())
            .havingCause()
            .isExactlyInstanceOf(IllegalStateException.class)
            .withMessage("broken");
        assertThat(this.handler.failures).isEmpty();
    }

    @Test
    void failsTheFutureWithAnError() {
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.importer.failsWithAnError().get())
            .withCauseExactlyInstanceOf(AssertionError.class);
    }

    @Test
    void failsTheFutureWithWhatTheReturnedStageFailsWith() {
        CompletableFuture<String> later = new CompletableFuture<>();
        CompletableFuture<String> result = this.importer.follow(later.thenApply((text) -> text));
        later.completeExceptionally(new IllegalStateException("late"));

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get)
            .havingCause()
            .isExactlyInstanceOf(IllegalStateException.class)
            .withMessage("late");
    }

    @Test
    void failsTheFutureIfTheReturnedStageCannotBeFollowed() {
        CompletableFuture<String> broken = new CompletableFuture<>() {

            @Override
            public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
                throw new UnsupportedOperationException("broken");
            }

        };

        assertThat(this.importer.follow(broken)).failsWithin(Duration.ofMinutes(1))
            .withThrowableOfType(ExecutionException.class)
            .withCauseExactlyInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void handsTheExceptionOfAVoidMethodToTheExceptionHandler() throws Exception {
        this.importer.failsSilently();

        assertThat(this.handler.failures.poll(60, TimeUnit.SECONDS)).isEqualTo("Importer.failsSilently: broken");
    }

    @Test
    void givesThePermitsBackBeforeTheFutureCompletes() throws Exception {
        for (int i = 0; i < 200; i++) {
            this.registry.semaphore("slots").acquire(3);
            this.importer.releases().get();

            assertThat(this.registry.semaphore("slots").availablePermits()).isEqualTo(4);
        }
    }

    @Test
    void givesThePermitsBackIfTheMethodThrows() throws Exception {
        for (int i = 0; i < 200; i++) {
            this.registry.semaphore("slots").acquire();
            assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> this.importer.releasesAndFails().get());

            assertThat(this.registry.semaphore("slots").availablePermits()).isEqualTo(4);
        }
    }

    @Test
    void releasesTheMutexThatTheMethodTook() throws Exception {
        TpMutex ledger = this.registry.mutex("ledger");
        assertThat(this.importer.locks(ledger).get()).isTrue();

        assertThat(ledger.owner()).isNull();
    }

    @Test
    void leavesTheSectionThatTheMethodEntered() throws Exception {
        assertThat(this.importer.enters(this.registry).get()).isEqualTo(1);

        assertThat(this.registry.section("index").owner()).isNull();
    }

    @Test
    void reportsAMutexThatTheMethodDidNotTake() throws Exception {
        this.importer.forgetsToLock();

        assertThat(this.handler.failures.poll(60, TimeUnit.SECONDS)).contains("RELEASE_MUTEX");
    }

    @Test
    void setsTheEvent() throws Exception {
        this.importer.sets().get();

        assertThat(this.registry.event("done").isSet()).isTrue();
    }

    @Test
    void fillsInTheInstance() throws Exception {
        assertThat(this.importer.instance("a", null).get()).isEqualTo("a Importer.instance");
    }

    @Test
    void joinsTheGroupThatTheCallerPasses() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        CompletableFuture<String> result = this.importer.waitsInGroup(group);

        assertThat(group.size()).isEqualTo(1);
        this.gates.gate.countDown();
        assertThat(result.get()).isEqualTo("scan");
        group.closeMembers(false, null);
        assertThat(group.size()).isZero();
    }

    @Test
    void keepsTheGroupOfTheEnvironmentIfTheCallerPassesNone() throws Exception {
        this.gates.gate.countDown();

        assertThat(this.importer.waitsInGroup(null).get()).isEqualTo("imports");
    }

    @Test
    void runsInTheEnvironmentThatTheCallerPasses() throws Exception {
        assertThat(this.importer.inEnvironment(this.registry.environment("narrow")).get()).isEqualTo("narrow");
        assertThat(this.importer.inEnvironment(null).get()).isEqualTo("io");
    }

    @Test
    void cancelsTheFutureIfTheGroupDropsTheCallback() throws Exception {
        CompletableFuture<Void> running = this.importer.blocks();
        this.gates.started.await();
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        CompletableFuture<String> queued = this.importer.queuesInGroup(group);

        assertThat(group.closeMembers(true, null).dropped()).isEqualTo(1);
        assertThat(queued).isCancelled();
        this.gates.gate.countDown();
        running.get();
    }

    @Test
    void saysWhichPermitsAreLostWithAVoidCallbackThatIsDropped(CapturedOutput output) throws Exception {
        CompletableFuture<Void> running = this.importer.blocks();
        this.gates.started.await();
        TpCleanupGroup group = TpCleanupGroup.create("scan");
        this.importer.voidThatReleases(group);
        group.closeMembers(true, null);

        assertThat(output).contains("WARN")
            .contains("Callback 'Importer.voidThatReleases' was dropped before it began, and so has not given back "
                    + "2 of semaphore 'slots'");
        this.gates.gate.countDown();
        running.get();
    }

    @Test
    void dropsAQueuedCallbackWhoseFutureIsCancelled() throws Exception {
        CompletableFuture<Void> running = this.importer.blocks();
        this.gates.started.await();
        CompletableFuture<String> queued = this.importer.queuesInGroup(null);

        assertThat(queued.cancel(true)).isTrue();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(queued::join);
        this.gates.gate.countDown();
        running.get();
        assertThat(this.registry.pool("narrow").snapshot().dropped()).isEqualTo(1);
    }

    @Test
    void failsTheFutureOfARefusedCallbackAndThrowsForVoid() throws Exception {
        CompletableFuture<Void> running = this.importer.blocks();
        this.gates.started.await();
        CompletableFuture<String> queued = this.importer.queuesInGroup(null);

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.importer.queuesInGroup(null).get())
            .withCauseInstanceOf(TpRejectedException.class);
        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> this.importer.voidInNarrow())
            .withMessageStartingWith("pool 'narrow' refused callback 'Importer.voidInNarrow': "
                    + "its queue takes 1 callbacks and 1 are queued; 1 of at most 1 threads");
        this.gates.gate.countDown();
        running.get();
        queued.get();
    }

    @Test
    void refusesACallWithoutAFutureInTheSameWay() {
        this.registry.pool("io").close();

        assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> this.importer.failsSilently())
            .withMessageContaining("Importer.failsSilently")
            .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesACallIfThePoolIsClosedAlready() {
        this.registry.pool("io").close();

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.importer.future("a").get())
            .havingCause()
            .isInstanceOf(TpRejectedException.class)
            .withMessageContaining("Importer.future")
            .withCauseInstanceOf(IllegalStateException.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class Config {

        @Bean
        Gates gates() {
            return new Gates();
        }

        @Bean
        Importer importer(Gates gates) {
            return new Importer(gates);
        }

        @Bean
        Handler handler() {
            return new Handler();
        }

        @Bean
        TpEnvironmentCustomizer handlerCustomizer(Handler handler) {
            return (name, builder) -> builder.exceptionHandler(handler::handle);
        }

    }

    static class Handler {

        final LinkedBlockingQueue<String> failures = new LinkedBlockingQueue<>();

        void handle(TpCallbackSource source, Throwable failure) {
            this.failures.add((failure instanceof TpCompletionActionException action) ? action.action().name()
                    : source.name() + ": " + failure.getMessage());
        }

    }

    static class Gates {

        final CountDownLatch gate = new CountDownLatch(1);

        final CountDownLatch started = new CountDownLatch(1);

    }

    static class Importer {

        private final Gates gates;

        Importer(Gates gates) {
            this.gates = gates;
        }

        @TpCallback("io")
        CompletableFuture<String> threadName() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @TpCallback
        CompletableFuture<String> inDefault() {
            return CompletableFuture.completedFuture(poolName());
        }

        @TpCallback("${app.environment}")
        CompletableFuture<String> byPlaceholder() {
            return CompletableFuture.completedFuture(poolName());
        }

        @TpCallback("io")
        CompletableFuture<String> sourceName(@Nullable TpCallbackInstance instance) {
            return CompletableFuture.completedFuture(instance.source().name());
        }

        @TpCallback("io")
        CompletableFuture<String> future(String text) {
            return CompletableFuture.completedFuture(text);
        }

        @TpCallback("io")
        CompletionStage<String> stage(String text) {
            return CompletableFuture.completedStage(text);
        }

        @TpCallback("io")
        CompletableFuture<String> nothing() {
            return null;
        }

        @TpCallback("io")
        Future<String> plainFuture(@Nullable String text) {
            FutureTask<String> task = new FutureTask<>(() -> {
                if (text == null) {
                    throw new IllegalStateException("no text");
                }
                return text;
            });
            task.run();
            return task;
        }

        @TpCallback(environment = "io", setEvent = "done")
        CompletableFuture<String> follow(CompletableFuture<String> later) {
            return later;
        }

        @TpCallback("io")
        CompletableFuture<String> fails() {
            throw new IllegalStateException("broken");
        }

        @TpCallback("io")
        CompletableFuture<String> failsWithAnError() {
            throw new AssertionError("broken");
        }

        @TpCallback("io")
        void failsSilently() throws Exception {
            throw new java.io.IOException("broken");
        }

        @TpCallback(environment = "io", releaseSemaphore = "slots", releaseCount = 3)
        CompletableFuture<Void> releases() {
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback(environment = "io", releaseSemaphore = "slots")
        CompletableFuture<Void> releasesAndFails() {
            throw new IllegalStateException("broken");
        }

        @TpCallback(environment = "io", releaseMutex = "ledger")
        CompletableFuture<Boolean> locks(TpMutex ledger) {
            ledger.lock();
            return CompletableFuture.completedFuture(ledger.isHeldByCurrentThread());
        }

        @TpCallback(environment = "io", leaveSection = "index")
        CompletableFuture<Integer> enters(TpRegistry registry) {
            registry.section("index").enter();
            return CompletableFuture.completedFuture(registry.section("index").holdCount());
        }

        @TpCallback(environment = "io", releaseMutex = "ledger")
        void forgetsToLock() {
        }

        @TpCallback(environment = "io", setEvent = "done")
        Future<Void> sets() {
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback("io")
        CompletableFuture<String> instance(String text, @Nullable TpCallbackInstance instance) {
            return CompletableFuture.completedFuture(text + " " + instance.source().name());
        }

        @TpCallback("imports")
        CompletableFuture<String> waitsInGroup(@Nullable TpCleanupGroup group) throws InterruptedException {
            this.gates.gate.await();
            return CompletableFuture.completedFuture(groupName());
        }

        @TpCallback("io")
        CompletableFuture<String> inEnvironment(@Nullable TpEnvironment environment) {
            return CompletableFuture.completedFuture(poolName());
        }

        @TpCallback("narrow")
        CompletableFuture<Void> blocks() throws InterruptedException {
            this.gates.started.countDown();
            this.gates.gate.await();
            return CompletableFuture.completedFuture(null);
        }

        @TpCallback("narrow")
        CompletableFuture<String> queuesInGroup(@Nullable TpCleanupGroup group) {
            return CompletableFuture.completedFuture("ran");
        }

        @TpCallback("narrow")
        void voidInNarrow() {
        }

        @TpCallback(environment = "narrow", releaseSemaphore = "slots", releaseCount = 2)
        void voidThatReleases(TpCleanupGroup group) {
        }

        private static String poolName() {
            return TpCallbackInstance.current().source().environment().pool().name();
        }

        private static String groupName() {
            return TpCallbackInstance.current().source().environment().cleanupGroup().name();
        }

    }

}
