package dev.tpool.spring.annotation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpWaitResult;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpTriggers;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.test.util.AopTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpWait}.
 */
class TpWaitTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                TpTriggerAutoConfiguration.class))
        .withPropertyValues("tp.pools.io=", "tp.events.done=", "tp.events.reported=", "tp.events.ready.reset=manual",
                "tp.semaphores.slots.maximum=10", "tp.semaphores.slots.initial=0");

    @Test
    void isCalledEachTimeTheEventIsSet() {
        this.runner.withBean(Reports.class).run((context) -> {
            LinkedBlockingQueue<String> results = target(context, Reports.class).results;
            TpRegistry registry = context.getBean(TpRegistry.class);
            for (int i = 0; i < 20; i++) {
                registry.event("done").set();
                assertThat(results.poll(1, TimeUnit.MINUTES)).isEqualTo("SIGNALLED Reports.report on io");
                registry.event("reported").await();
            }
            assertThat(registry.event("done").isSet()).isFalse();
        });
    }

    @Test
    void takesOnePermitForEachCallAndLosesNone() {
        this.runner.withBean(Permits.class).run((context) -> {
            Permits permits = target(context, Permits.class);
            TpSemaphore slots = context.getBean(TpRegistry.class).semaphore("slots");
            slots.release(10);

            assertThat(permits.runs.tryAcquire(10, 1, TimeUnit.MINUTES)).isTrue();
            assertThat(slots.availablePermits()).isZero();
            assertThat(permits.runs.tryAcquire()).isFalse();
            assertThat(permits.overlapped).isFalse();
        });
    }

    @Test
    void isCalledWhenTheTimeIsOverAndWaitsOn() {
        this.runner.withBean(Timeouts.class).run((context) -> {
            LinkedBlockingQueue<TpWaitResult> results = target(context, Timeouts.class).results;

            assertThat(results.poll(1, TimeUnit.MINUTES)).isEqualTo(TpWaitResult.TIMED_OUT);
            assertThat(results.poll(1, TimeUnit.MINUTES)).isEqualTo(TpWaitResult.TIMED_OUT);
            context.getBean(TpRegistry.class).event("done").set();
            Awaitility.await().until(() -> results.poll() == TpWaitResult.SIGNALLED);
        });
    }

    @Test
    void waitsOnceForABeanAndAManualResetEvent() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        this.runner.withBean(Once.class)
            .withBean("warmUp", TpWaitable.class, () -> TpWaitable.of(stage))
            .run((context) -> {
                List<String> calls = target(context, Once.class).calls;
                TpTriggers triggers = context.getBean(TpTriggers.class);
                assertThat(triggers.triggers()).hasSize(2).allMatch(TpTrigger::isActive);
                assertThat(triggers.triggers()).extracting(TpTrigger::description)
                    .containsExactlyInAnyOrder("waitable 'warmUp', once", "event 'ready', for PT1H, once");
                stage.complete(null);
                context.getBean(TpRegistry.class).event("ready").set();

                Awaitility.await().until(() -> calls.size() == 2);
                Awaitility.await()
                    .until(() -> context.getBean(TpRegistry.class).pool("default").snapshot().running() == 0);
                assertThat(calls).containsExactlyInAnyOrder("warm", "ready");
                assertThat(triggers.triggers()).noneMatch(TpTrigger::isActive);
                triggers.stop();
                triggers.start();
                assertThat(triggers.triggers()).noneMatch(TpTrigger::isActive);
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
                TpEvent done = context.getBean(TpRegistry.class).event("done");
                for (int i = 0; i < 3; i++) {
                    done.set();
                    assertThat(failures.poll(1, TimeUnit.MINUTES))
                        .isEqualTo("Failing.fails: java.lang.AssertionError: broken");
                }
            });
    }

    @Test
    void leavesSignalsAloneOnceItIsStopped() {
        this.runner.withBean(Reports.class).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpTriggers triggers = context.getBean(TpTriggers.class);
            triggers.stop();
            registry.event("done").set();

            assertThat(registry.event("done").isSet()).isTrue();
            assertThat(registry.pool("io").snapshot().objects()).isEmpty();
            triggers.start();
            assertThat(target(context, Reports.class).results.poll(1, TimeUnit.MINUTES)).startsWith("SIGNALLED");
        });
    }

    @Test
    void aMethodMayHaveATimerAndAWait() {
        this.runner.withBean(Either.class).run((context) -> {
            LinkedBlockingQueue<String> results = target(context, Either.class).results;
            assertThat(results.poll(1, TimeUnit.MINUTES)).isEqualTo("null");
            context.getBean(TpRegistry.class).event("done").set();
            assertThat(results.poll(1, TimeUnit.MINUTES)).isEqualTo("SIGNALLED");
        });
    }

    private static <T> T target(ApplicationContext context, Class<T> type) {
        return AopTestUtils.getUltimateTargetObject(context.getBean(type));
    }

    static class Reports {

        final LinkedBlockingQueue<String> results = new LinkedBlockingQueue<>();

        @TpWait(event = "done")
        @TpCallback(environment = "io", setEvent = "reported")
        void report(TpWaitResult result, TpCallbackInstance instance) {
            this.results
                .add(result + " " + instance.source().name() + " on " + instance.source().environment().pool().name());
        }

    }

    static class Permits {

        final Semaphore runs = new Semaphore(0);

        private final Semaphore inside = new Semaphore(1);

        volatile boolean overlapped;

        @TpWait(semaphore = "slots")
        void run() {
            if (!this.inside.tryAcquire()) {
                this.overlapped = true;
            }
            this.inside.release();
            this.runs.release();
        }

    }

    static class Timeouts {

        final LinkedBlockingQueue<TpWaitResult> results = new LinkedBlockingQueue<>();

        @TpWait(event = "done", timeout = "20ms")
        void run(TpWaitResult result) {
            this.results.add(result);
        }

    }

    static class Once {

        final List<String> calls = new CopyOnWriteArrayList<>();

        @TpWait(waitable = "warmUp", once = true)
        void warm() {
            this.calls.add("warm");
        }

        @TpWait(event = "ready", timeout = "1h", once = true)
        void ready() {
            this.calls.add("ready");
        }

    }

    static class Failing {

        @TpWait(event = "done")
        void fails() {
            throw new AssertionError("broken");
        }

    }

    static class Either {

        final LinkedBlockingQueue<String> results = new LinkedBlockingQueue<>();

        @TpTimer(initialDelay = "1ms")
        @TpWait(event = "done")
        void run(@Nullable TpWaitResult result) {
            this.results.add(String.valueOf(result));
        }

    }

}
