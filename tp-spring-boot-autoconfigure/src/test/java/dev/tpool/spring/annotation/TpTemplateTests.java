package dev.tpool.spring.annotation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpRejectedException;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpOperations;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpUnknownNameException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link TpOperations}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpTemplateTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class))
        .withPropertyValues("tp.pools.io=", "tp.pools.narrow.max-threads=1", "tp.pools.narrow.queue-capacity=1",
                "tp.semaphores.slots.maximum=4", "tp.semaphores.slots.initial=0", "tp.mutexes.ledger=",
                "tp.sections.index=", "tp.events.done.reset=manual");

    @Test
    void runsInTheEnvironmentUnderTheName() {
        this.runner.run((context) -> {
            TpOperations operations = context.getBean(TpOperations.class);

            assertThat(operations.call(TpTemplateTests::here).get()).isEqualTo("callback on default");
            assertThat(operations.environment("io").name("import").call(TpTemplateTests::here).get())
                .isEqualTo("import on io");
            assertThat(operations.environment(context.getBean(TpRegistry.class).environment("narrow"))
                .call(TpTemplateTests::here)
                .get()).isEqualTo("callback on narrow");
        });
    }

    @Test
    void carriesOutTheCompletionActionsBeforeTheFutureCompletes() {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpOperations all = context.getBean(TpOperations.class)
                .environment("io")
                .releaseSemaphore("slots", 2)
                .releaseMutex("ledger")
                .leaveSection("index")
                .setEvent("done");
            boolean held = all.call(() -> {
                registry.mutex("ledger").lock();
                registry.section("index").enter();
                return registry.mutex("ledger").isHeldByCurrentThread();
            }).get();

            assertThat(held).isTrue();
            assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(2);
            assertThat(registry.mutex("ledger").owner()).isNull();
            assertThat(registry.section("index").owner()).isNull();
            assertThat(registry.event("done").isSet()).isTrue();
        });
    }

    @Test
    void givesBackIfTheCallbackThrows() {
        LinkedBlockingQueue<String> failures = new LinkedBlockingQueue<>();
        this.runner
            .withBean(TpEnvironmentCustomizer.class,
                    () -> (name, builder) -> builder
                        .exceptionHandler((source, failure) -> failures.add(source.name() + ": " + failure)))
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                TpOperations operations = context.getBean(TpOperations.class).name("import").releaseSemaphore("slots");
                assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> operations.call(() -> {
                    throw new java.io.IOException("broken");
                }).get()).withCauseInstanceOf(java.io.IOException.class);
                assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(1);
                operations.run(() -> {
                    throw new IllegalStateException("broken");
                });
                assertThat(failures.poll(1, TimeUnit.MINUTES))
                    .isEqualTo("import: java.lang.IllegalStateException: broken");
                assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(2);
            });
    }

    @Test
    void saysWhenACallbackIsRefusedOrDropped(CapturedOutput output) {
        this.runner.run((context) -> {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpCleanupGroup group = TpCleanupGroup.create("scan");
            TpOperations narrow = context.getBean(TpOperations.class)
                .environment(registry.environment("narrow").toBuilder().cleanupGroup(group).build())
                .releaseSemaphore("slots");
            TpOperations blocking = context.getBean(TpOperations.class).environment("narrow");
            CompletableFuture<String> running = blocking.call(() -> {
                started.countDown();
                gate.await();
                return "ran";
            });
            started.await();
            narrow.run(() -> {
            });

            assertThatExceptionOfType(TpRejectedException.class).isThrownBy(() -> narrow.run(() -> {
            })).withMessageStartingWith("pool 'narrow' refused callback 'callback': its queue takes 1 callbacks");
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> narrow.call(() -> "").get())
                .withCauseInstanceOf(TpRejectedException.class);
            group.closeMembers(true, null);
            assertThat(output).contains("Callback 'callback' was dropped before it began, and so has not given back "
                    + "1 of semaphore 'slots'");
            CompletableFuture<String> dropped = narrow.call(() -> "");
            group.closeMembers(true, null);
            assertThat(dropped).isCancelled();
            gate.countDown();
            assertThat(running.get()).isEqualTo("ran");
            registry.pool("narrow").close();
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> narrow.call(() -> "").get())
                .withCauseInstanceOf(TpRejectedException.class);
        });
    }

    @Test
    void refusesUnknownNamesAndCountsAtOnce() {
        this.runner.run((context) -> {
            TpOperations operations = context.getBean(TpOperations.class);

            assertThatExceptionOfType(TpUnknownNameException.class).isThrownBy(() -> operations.environment("oi"))
                .withMessage("no environment 'oi'; did you mean 'io'?");
            assertThatExceptionOfType(TpUnknownNameException.class)
                .isThrownBy(() -> operations.releaseSemaphore("slotz"));
            assertThatIllegalArgumentException().isThrownBy(() -> operations.releaseSemaphore("slots", 5))
                .withMessageContaining("which is 4");
            assertThatIllegalArgumentException().isThrownBy(() -> operations.releaseSemaphore("slots", 0));
        });
    }

    @Test
    void backsOffIfTheUserHasOperations() {
        TpOperations own = mock();
        this.runner.withBean(TpOperations.class, () -> own)
            .run((context) -> assertThat(context.getBean(TpOperations.class)).isSameAs(own));
    }

    private static String here() {
        TpCallbackInstance instance = TpCallbackInstance.current();
        return instance.source().name() + " on " + instance.source().environment().pool().name();
    }

}
