package dev.tpool.spring.annotation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpObjectKind;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpTriggers;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Lazy;
import org.springframework.test.util.AopTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpTimer}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpTimerTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class, TpAutoConfiguration.class,
                TpCallbackAutoConfiguration.class, TpTriggerAutoConfiguration.class))
        .withPropertyValues("tp.pools.io.max-threads=8", "tp.pools.narrow.max-threads=1", "tp.events.polled=",
                "tp.semaphores.slots.maximum=100", "tp.semaphores.slots.initial=0");

    @Test
    void firesAtTheRateInItsEnvironmentWithItsCompletionActions() {
        this.runner.withBean(Polling.class).run((context) -> {
            Polling polling = target(context, Polling.class);
            assertThat(polling.runs.tryAcquire(3, 1, TimeUnit.MINUTES)).isTrue();

            assertThat(polling.last).isEqualTo("Polling.poll TIMER on io");
            context.getBean(TpRegistry.class).event("polled").await();
        });
    }

    @Test
    void firesOnceAfterADelay() {
        this.runner.withBean(Once.class).run((context) -> {
            Once once = target(context, Once.class);
            assertThat(once.fired.await(1, TimeUnit.MINUTES)).isTrue();

            assertThat(once.at).isGreaterThanOrEqualTo(once.created + TimeUnit.MILLISECONDS.toNanos(50));
            assertThat(context.getBean(TpTriggers.class).triggers()).singleElement()
                .satisfies((trigger) -> assertThat(trigger.isActive()).isFalse());
        });
    }

    @Test
    void staysOverWhenAllAreStartedAgain() {
        this.runner.withBean(Once.class).run((context) -> {
            TpTriggers triggers = context.getBean(TpTriggers.class);
            triggers.stop();
            triggers.start();
            Once once = target(context, Once.class);
            assertThat(once.fired.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(once.at).isGreaterThanOrEqualTo(once.created + TimeUnit.MILLISECONDS.toNanos(50));

            triggers.stop();
            triggers.start();
            assertThat(triggers.triggers()).singleElement()
                .satisfies((trigger) -> assertThat(trigger.isActive()).isFalse());
            Awaitility.await()
                .until(() -> context.getBean(TpRegistry.class).pool("default").snapshot().objects().isEmpty());
        });
    }

    @Test
    void isDueAtTheSameMomentWhenItIsStartedAgain() {
        this.runner.withBean(Later.class).run((context) -> {
            TpTriggers triggers = context.getBean(TpTriggers.class);
            Later later = target(context, Later.class);
            while (System.nanoTime() < later.created + TimeUnit.MINUTES.toNanos(1) && later.fired.getCount() > 0) {
                triggers.stop();
                triggers.start();
                later.fired.await(100, TimeUnit.MILLISECONDS);
            }
            assertThat(later.fired.getCount()).isZero();
        });
    }

    @Test
    void firesAtAMomentAndAtOnceIfThatHasPassed() {
        Instant due = Instant.now().plusMillis(1500);
        this.runner.withBean(Moments.class).withPropertyValues("app.due=" + due).run((context) -> {
            Moments moments = target(context, Moments.class);

            assertThat(moments.passed.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(moments.future.get(1, TimeUnit.MINUTES)).isAfterOrEqualTo(due);
        });
    }

    @Test
    void firesByACronExpressionAndNeverTwiceForAMoment() {
        this.runner.withBean(Cron.class).run((context) -> {
            Cron cron = target(context, Cron.class);
            assertThat(cron.runs.tryAcquire(3, 1, TimeUnit.MINUTES)).isTrue();
            List<Instant> at = List.copyOf(cron.at);

            assertThat(at.stream().map(Instant::getEpochSecond)).doesNotHaveDuplicates();
            assertThat(context.getBean(TpTriggers.class).triggers()).singleElement()
                .extracting(TpTrigger::description)
                .isEqualTo("cron '* * * * * *' in UTC");
        });
    }

    @Test
    void runsInParallelUnlessToldOtherwise() {
        this.runner.withBean(Overlapping.class).run((context) -> {
            Overlapping overlapping = target(context, Overlapping.class);

            assertThat(overlapping.three.await(1, TimeUnit.MINUTES)).isTrue();
            overlapping.gate.countDown();
        });
    }

    @Test
    void skipsWhatIsDueWhileACallbackRuns() {
        this.runner.withBean(Skipping.class).run((context) -> {
            Skipping skipping = target(context, Skipping.class);
            assertThat(skipping.serial.runs.tryAcquire(5, 1, TimeUnit.MINUTES)).isTrue();

            assertThat(skipping.serial.overlapped).isFalse();
            // Each takes three and a half periods, so each begins four after the last.
            for (int i = 1; i < 5; i++) {
                assertThat(skipping.serial.begins.get(i) - skipping.serial.begins.get(i - 1))
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(35));
            }
        });
    }

    @Test
    void queuesWhatIsDueWhileACallbackRuns() {
        long before = System.nanoTime();
        this.runner.withBean(Queueing.class).run((context) -> {
            Queueing queueing = target(context, Queueing.class);
            assertThat(queueing.started.await(1, TimeUnit.MINUTES)).isTrue();
            long started = System.nanoTime();
            Awaitility.await().until(() -> System.nanoTime() - started > TimeUnit.MILLISECONDS.toNanos(1100));
            assertThat(queueing.serial.begins).hasSize(1);
            queueing.gate.countDown();
            assertThat(queueing.serial.runs.tryAcquire(6, 1, TimeUnit.MINUTES)).isTrue();

            List<Long> begins = queueing.serial.begins;
            assertThat(queueing.serial.overlapped).isFalse();
            assertThat(begins.get(5) - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(1000));
            // Two expiries after one another that are on time are a period apart at
            // least.
            assertThat(
                    IntStream.rangeClosed(1, 3).mapToLong((i) -> begins.get(i + 2) - begins.get(i)).min().orElseThrow())
                .isLessThan(TimeUnit.MILLISECONDS.toNanos(200));
        });
    }

    @Test
    void carriesOutTheCompletionActionsBeforeTheNextCallbackBegins() {
        this.runner.withBean(ActionsInBetween.class).run((context) -> {
            ActionsInBetween bean = target(context, ActionsInBetween.class);
            assertThat(bean.runs.tryAcquire(50, 1, TimeUnit.MINUTES)).isTrue();

            assertThat(bean.missing).hasValue(0);
        });
    }

    @Test
    void goesOnAfterAFailureWhichTheExceptionHandlerGets() {
        LinkedBlockingQueue<String> failures = new LinkedBlockingQueue<>();
        this.runner.withBean(Failing.class)
            .withBean(TpEnvironmentCustomizer.class,
                    () -> (name, builder) -> builder
                        .exceptionHandler((source, failure) -> failures.add(source.name() + ": " + failure)))
            .run((context) -> {
                for (int i = 0; i < 3; i++) {
                    assertThat(failures.poll(1, TimeUnit.MINUTES))
                        .isEqualTo("Failing.fails: java.io.IOException: broken");
                }
            });
    }

    @Test
    void severalTimersCallOneMethod() {
        this.runner.withBean(Several.class).run((context) -> {
            assertThat(context.getBean(TpTriggers.class).triggers()).extracting(TpTrigger::description)
                .containsExactlyInAnyOrder("after PT0.001S", "after PT1M30S, every PT24H, window PT1H", "never");
            assertThat(target(context, Several.class).fired.await(1, TimeUnit.MINUTES)).isTrue();
        });
    }

    @Test
    void aCallOfTheMethodIsAPlainCallUnlessItIsACallbackToo() {
        this.runner.withBean(Called.class).run((context) -> {
            LinkedBlockingQueue<Thread> threads = target(context, Called.class).threads;
            context.getBean(Called.class).plain();
            assertThat(threads.take()).isSameAs(Thread.currentThread());
            context.getBean(Called.class).posted();
            assertThat(threads.take()).isNotSameAs(Thread.currentThread());
        });
    }

    @Test
    void theTypeSaysWhereButMakesNoCallbackOfATimer() {
        this.runner.withBean(OfType.class).run((context) -> {
            OfType bean = target(context, OfType.class);
            assertThat(bean.pools.poll(1, TimeUnit.MINUTES)).isEqualTo("narrow");
            context.getBean(OfType.class).poll();
            assertThat(bean.pools.poll(1, TimeUnit.MINUTES)).isEqualTo("caller");
        });
    }

    @Test
    void theTimersCallIsNotPostedASecondTime() {
        this.runner.withBean(Both.class).run((context) -> {
            LinkedBlockingQueue<TpObjectKind> kinds = target(context, Both.class).kinds;
            assertThat(kinds.poll(1, TimeUnit.MINUTES)).isEqualTo(TpObjectKind.TIMER);
            context.getBean(Both.class).run();
            assertThat(kinds.poll(1, TimeUnit.MINUTES)).isEqualTo(TpObjectKind.ONE_SHOT);
        });
    }

    @Test
    void beginsWhenAllHasStartedAndEndsFirst(CapturedOutput output) {
        this.runner.withBean(Polling.class).run((context) -> {
            TpTriggers triggers = context.getBean(TpTriggers.class);
            Polling polling = target(context, Polling.class);
            assertThat(triggers.getPhase()).isEqualTo(Integer.MAX_VALUE);
            assertThat(polling.runs.tryAcquire(1, 1, TimeUnit.MINUTES)).isTrue();

            context.getSourceApplicationContext().stop();
            assertThat(context.getBean(TpRegistry.class).pool("io").snapshot().objects())
                .noneMatch((object) -> object.kind() == TpObjectKind.TIMER && !object.closed());
            Awaitility.await().until(() -> context.getBean(TpRegistry.class).pool("io").snapshot().objects().isEmpty());
            polling.runs.drainPermits();
            context.getSourceApplicationContext().start();
            assertThat(polling.runs.tryAcquire(2, 1, TimeUnit.MINUTES)).isTrue();
        });

        assertThat(output).doesNotContain("objects that nobody closed");
    }

    @Test
    void isOverWhenItsBeanIsDestroyed() {
        this.runner.withBean("polling", Polling.class).run((context) -> {
            Polling polling = target(context, Polling.class);
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                .getBeanFactory()
                .destroyBean("polling", polling);

            assertThat(context.getBean(TpTriggers.class).triggers()).isEmpty();
            Awaitility.await().until(() -> context.getBean(TpRegistry.class).pool("io").snapshot().objects().isEmpty());
        });
    }

    @Test
    void isOverWhenItsGroupIsClosed() {
        this.runner.withBean(InGroup.class)
            .withPropertyValues("tp.cleanup-groups.scans=", "tp.environments.scans.pool=io",
                    "tp.environments.scans.cleanup-group=scans")
            .run((context) -> {
                assertThat(target(context, InGroup.class).runs.tryAcquire(3, 1, TimeUnit.MINUTES)).isTrue();
                context.getBean(TpRegistry.class).cleanupGroup("scans").closeMembers(true, null);

                assertThat(context.getBean(TpTriggers.class).triggers()).singleElement()
                    .satisfies((trigger) -> assertThat(trigger.isActive()).isFalse());
            });
    }

    @Test
    void aLazyBeanBeginsWhenItIsCreated() {
        this.runner.withBean(LazyPolling.class).run((context) -> {
            assertThat(context.getBean(TpTriggers.class).triggers()).isEmpty();
            assertThat(context.getBean(LazyPolling.class).fired.await(1, TimeUnit.MINUTES)).isTrue();
        });
    }

    /**
     * The fields of a proxy are empty.
     */
    private static <T> T target(ApplicationContext context, Class<T> type) {
        return AopTestUtils.getUltimateTargetObject(context.getBean(type));
    }

    static class Polling {

        final Semaphore runs = new Semaphore(0);

        volatile String last;

        @TpTimer(initialDelay = "PT0.01S", period = "${app.period:10}", window = "5ms")
        @TpCallback(environment = "io", setEvent = "polled")
        void poll(TpCallbackInstance instance) {
            this.last = instance.source().name() + " " + instance.source().kind() + " on "
                    + instance.source().environment().pool().name();
            this.runs.release();
        }

    }

    static class Once {

        final CountDownLatch fired = new CountDownLatch(1);

        final long created = System.nanoTime();

        volatile long at;

        @TpTimer(initialDelay = "50ms")
        void fire() {
            this.at = System.nanoTime();
            this.fired.countDown();
        }

    }

    static class Later {

        final CountDownLatch fired = new CountDownLatch(1);

        final long created = System.nanoTime();

        @TpTimer(initialDelay = "500ms")
        void fire() {
            this.fired.countDown();
        }

    }

    static class Moments {

        final CountDownLatch passed = new CountDownLatch(1);

        final CompletableFuture<Instant> future = new CompletableFuture<>();

        @TpTimer(at = "2020-01-01T00:00:00+01:00")
        void passed() {
            this.passed.countDown();
        }

        @TpTimer(at = "${app.due}")
        void future() {
            this.future.complete(Instant.now());
        }

    }

    static class Cron {

        final Semaphore runs = new Semaphore(0);

        final List<Instant> at = new CopyOnWriteArrayList<>();

        @TpTimer(cron = "* * * * * *", zone = "UTC")
        void run() {
            this.at.add(Instant.now());
            this.runs.release();
        }

    }

    static class Overlapping {

        final CountDownLatch three = new CountDownLatch(3);

        final CountDownLatch gate = new CountDownLatch(1);

        @TpTimer("1ms")
        @TpCallback("io")
        void run() throws InterruptedException {
            this.three.countDown();
            this.gate.await();
        }

    }

    static class Serial {

        final Semaphore runs = new Semaphore(0);

        final List<Long> begins = new CopyOnWriteArrayList<>();

        private final AtomicInteger inside = new AtomicInteger();

        volatile boolean overlapped;

        void begin() {
            if (this.inside.incrementAndGet() > 1) {
                this.overlapped = true;
            }
            this.begins.add(System.nanoTime());
        }

        void end() {
            this.inside.decrementAndGet();
            this.runs.release();
        }

    }

    static class Skipping {

        final Serial serial = new Serial();

        @TpTimer(period = "10ms", overlap = TpOverlap.SKIP)
        @TpCallback("io")
        void run() {
            this.serial.begin();
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(35)) {
                Thread.onSpinWait();
            }
            this.serial.end();
        }

    }

    static class Queueing {

        final Serial serial = new Serial();

        final CountDownLatch started = new CountDownLatch(1);

        final CountDownLatch gate = new CountDownLatch(1);

        @TpTimer(period = "200ms", overlap = TpOverlap.QUEUE)
        @TpCallback("io")
        void run() throws InterruptedException {
            this.serial.begin();
            this.started.countDown();
            this.gate.await();
            this.serial.end();
        }

    }

    static class ActionsInBetween {

        final Semaphore runs = new Semaphore(0);

        final AtomicInteger missing = new AtomicInteger();

        private final TpRegistry registry;

        private boolean first = true;

        ActionsInBetween(TpRegistry registry) {
            this.registry = registry;
        }

        @TpTimer(period = "1ms", overlap = TpOverlap.QUEUE)
        @TpCallback(environment = "io", releaseSemaphore = "slots")
        void run() {
            if (!this.first && !this.registry.semaphore("slots").tryAcquire()) {
                this.missing.incrementAndGet();
            }
            this.first = false;
            this.runs.release();
        }

    }

    static class Failing {

        @TpTimer(period = "5ms", overlap = TpOverlap.SKIP)
        void fails() throws Exception {
            throw new java.io.IOException("broken");
        }

    }

    static class Several {

        final CountDownLatch fired = new CountDownLatch(1);

        @TpTimer(initialDelay = "1")
        @TpTimer(initialDelay = "1m30s", period = "1d", window = "1h")
        @TpTimer(cron = "${app.cron:-}")
        void run() {
            this.fired.countDown();
        }

    }

    static class Called {

        final LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

        @TpTimer(initialDelay = "1h")
        void plain() {
            this.threads.add(Thread.currentThread());
        }

        @TpTimer(initialDelay = "1h")
        @TpCallback("io")
        void posted() {
            this.threads.add(Thread.currentThread());
        }

    }

    @TpCallback("narrow")
    static class OfType {

        final LinkedBlockingQueue<String> pools = new LinkedBlockingQueue<>();

        @TpTimer(initialDelay = "1ms")
        public void poll() {
            this.pools.add(CallbackAnnotationTests.here().join());
        }

    }

    static class Both {

        final LinkedBlockingQueue<TpObjectKind> kinds = new LinkedBlockingQueue<>();

        @TpTimer(initialDelay = "1ms")
        @TpCallback("io")
        void run() {
            this.kinds.add(TpCallbackInstance.current().source().kind());
        }

    }

    static class InGroup {

        final Semaphore runs = new Semaphore(0);

        @TpTimer(period = "1ms", overlap = TpOverlap.SKIP)
        @TpCallback("scans")
        void run() {
            this.runs.release();
        }

    }

    @Lazy
    static class LazyPolling {

        final CountDownLatch fired = new CountDownLatch(1);

        @TpTimer("5ms")
        void run() {
            this.fired.countDown();
        }

    }

}
