package dev.tpool.boot.autoconfigure.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpMonitor;
import dev.tpool.TpPool;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.metrics.TpPoolMetrics;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpMetricsAutoConfiguration} and the meters it provides.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpMetricsAutoConfigurationTests {

    private final ApplicationContextRunner withoutRegistry = new ApplicationContextRunner()
        .withConfiguration(
                AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
                        TpAutoConfiguration.class, TpMetricsAutoConfiguration.class))
        .withPropertyValues("tp.pools.io.min-threads=1", "tp.pools.io.max-threads=2", "tp.pools.bounded.max-threads=1",
                "tp.pools.bounded.queue-capacity=1");

    private final ApplicationContextRunner runner = this.withoutRegistry.withBean(SimpleMeterRegistry.class);

    @Test
    void poolsHaveTheMetersOfAnExecutor() {
        this.runner.run((context) -> {
            MeterRegistry meters = context.getBean(MeterRegistry.class);

            assertThat(meters.get("executor.pool.core").tag("name", "io").gauge().value()).isEqualTo(1);
            assertThat(meters.get("executor.pool.max").tag("name", "io").gauge().value()).isEqualTo(2);
            assertThat(meters.get("executor.pool.size").tag("name", "io").gauge().value()).isEqualTo(1);
            assertThat(meters.get("executor.active").tag("name", "io").gauge().value()).isZero();
            assertThat(meters.get("executor.queued").tag("name", "io").gauge().value()).isZero();
            assertThat(meters.find("executor.queue.remaining").tag("name", "io").gauge()).isNull();
            assertThat(meters.get("executor.queue.remaining").tag("name", "bounded").gauge().value()).isEqualTo(1);
            assertThat(meters.get("executor.pool.max").tag("name", "default").gauge().value()).isEqualTo(500);
            assertThat(meters.getMeters()).filteredOn((meter) -> meter.getId().getName().startsWith("executor"))
                .allSatisfy((meter) -> {
                    assertThat(meter.getId().getTags()).hasSize(1);
                    assertThat(meter.getId().getDescription()).isNotBlank();
                    assertThat(meter.getId().getBaseUnit()).isIn("tasks", "threads", "seconds");
                });
        });
    }

    @Test
    void warnsOfAnExecutorThatHasTheSameMeters(CapturedOutput output) {
        this.runner.withBean("bounded", ThreadPoolTaskExecutor.class)
            .withBean("other", ThreadPoolTaskExecutor.class)
            .withBean("io", Object.class)
            .run((context) -> assertThat(output).containsOnlyOnce("have the same meters")
                .contains("Pool 'bounded' and the executor bean 'bounded' have the same meters"));
    }

    @Test
    void thePageAboutTheConfigurationNamesEveryMeter() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "configuration.md"));
        this.runner
            .withPropertyValues("tp.pools.io.run-warning=1m", "tp.semaphores.slots.maximum=1", "tp.mutexes.ledger=",
                    "tp.sections.index.spin-count=0")
            .run((context) -> {
                TpSemaphore slots = TpSemaphore.of(0, 1);
                MeterRegistry meters = context.getBean(MeterRegistry.class);

                environment(context, "io")
                    .trySubmit((instance, nothing) -> instance.releaseSemaphoreWhenCallbackReturns(slots, 1), null);
                Awaitility.await()
                    .untilAsserted(() -> assertThat(meters.find("tp.completion.actions").counter()).isNotNull());

                assertThat(meters.getMeters()).extracting((meter) -> meter.getId().getName())
                    .filteredOn((name) -> name.startsWith("executor") || name.startsWith("tp."))
                    .contains("executor.queue.remaining", "tp.callbacks.overdue", "tp.completion.actions",
                            "tp.semaphore.available", "tp.semaphore.waiting", "tp.mutex.held", "tp.mutex.waiting",
                            "tp.section.held", "tp.section.waiting")
                    .allSatisfy((name) -> assertThat(page).contains("`" + name + "`"));
            });
    }

    @Test
    void measuresHowLongCallbacksWaitAndRun() {
        this.runner.run((context) -> {
            environment(context, "io").submit(() -> "done").get();
            MeterRegistry meters = context.getBean(MeterRegistry.class);

            assertThat(meters.get("executor").tag("name", "io").timer().count()).isEqualTo(1);
            assertThat(meters.get("executor").tag("name", "io").timer().totalTime(TimeUnit.NANOSECONDS)).isPositive();
            assertThat(meters.get("executor.idle").tag("name", "io").timer().count()).isEqualTo(1);
            assertThat(meters.get("executor.completed").tag("name", "io").functionCounter().count()).isEqualTo(1);
            assertThat(meters.get("executor").tag("name", "default").timer().count()).isZero();
        });
    }

    @Test
    void countsWhatIsActiveQueuedRefusedAndDropped() {
        this.runner.run((context) -> {
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            TpEnvironment bounded = environment(context, "bounded");
            bounded.trySubmit((instance, nothing) -> {
                started.countDown();
                gate.await();
            }, null);
            started.await();
            TpCleanupGroup group = TpCleanupGroup.create("group");
            bounded.toBuilder().cleanupGroup(group).build().trySubmit(() -> {
            });

            assertThat(bounded.trySubmit(() -> {
            })).isFalse();
            assertThat(meters.get("executor.active").tag("name", "bounded").gauge().value()).isEqualTo(1);
            assertThat(meters.get("executor.queued").tag("name", "bounded").gauge().value()).isEqualTo(1);
            assertThat(meters.get("executor.queue.remaining").tag("name", "bounded").gauge().value()).isZero();
            assertThat(meters.get("tp.callbacks.rejected").tag("name", "bounded").functionCounter().count())
                .isEqualTo(1);
            group.closeMembers(true, null);
            assertThat(meters.get("tp.callbacks.dropped").tag("name", "bounded").functionCounter().count())
                .isEqualTo(1);
            gate.countDown();
        });
    }

    @Test
    void countsCompletionActionsByWhatBecameOfThem() {
        this.runner.run((context) -> {
            TpSemaphore slots = TpSemaphore.of(0, 1);
            environment(context, "io")
                .trySubmit((instance, nothing) -> instance.releaseSemaphoreWhenCallbackReturns(slots, 1), null);
            environment(context, "io")
                .trySubmit((instance, nothing) -> instance.releaseSemaphoreWhenCallbackReturns(slots, 1), null);
            MeterRegistry meters = context.getBean(MeterRegistry.class);

            Awaitility.await().untilAsserted(() -> {
                assertThat(meters.get("tp.completion.actions")
                    .tags("name", "io", "action", "release-semaphore", "outcome", "success")
                    .counter()
                    .count()).isEqualTo(1);
                assertThat(meters.get("tp.completion.actions")
                    .tags("name", "io", "action", "release-semaphore", "outcome", "failure")
                    .counter()
                    .count()).isEqualTo(1);
            });
        });
    }

    @Test
    void countsHowOftenAPoolIsStuck() {
        this.runner.run((context) -> {
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            CountDownLatch inner = new CountDownLatch(1);
            TpEnvironment bounded = environment(context, "bounded");
            bounded.trySubmit((instance, nothing) -> {
                bounded.trySubmit(inner::countDown);
                inner.await();
            }, null);

            Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> meters.get("tp.pool.starvations").tag("name", "bounded").counter().count() >= 1);
            assertThat(meters.get("tp.pool.starvations").tag("name", "io").counter().count()).isZero();
            inner.countDown();
        });
    }

    @Test
    void showsTheFreePermitsOfASemaphoreAndWhoWaits() {
        this.runner.withPropertyValues("tp.semaphores.slots.maximum=3").run((context) -> {
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            TpSemaphore slots = context.getBean(TpRegistry.class).semaphore("slots");
            Gauge available = meters.get("tp.semaphore.available").tag("name", "slots").gauge();
            Gauge waiting = meters.get("tp.semaphore.waiting").tag("name", "slots").gauge();
            slots.acquire();

            assertThat(available.value()).isEqualTo(2);
            assertThat(waiting.value()).isZero();
            slots.acquire(2);
            TpWaitable.Registration registration = slots.register(new TpWaitable.Waiter() {

                @Override
                public boolean claim() {
                    return true;
                }

                @Override
                public void signalled() {
                }

            });
            assertThat(available.value()).isZero();
            assertThat(waiting.value()).isEqualTo(1);
            registration.cancel();
            assertThat(waiting.value()).isZero();
        });
    }

    @Test
    void showsWhetherAMutexIsHeldAndWhoWaits() {
        this.runner.withPropertyValues("tp.mutexes.ledger=").run((context) -> {
            TpMutex ledger = context.getBean(TpRegistry.class).mutex("ledger");
            assertShowsHeldAndWaiting(context, "tp.mutex", "ledger", ledger::lock, ledger::unlock, ledger::waiting);
        });
    }

    @Test
    void showsWhetherASectionIsHeldAndWhoWaits() {
        this.runner.withPropertyValues("tp.sections.index.spin-count=0").run((context) -> {
            TpCriticalSection index = context.getBean(TpRegistry.class).section("index");
            assertShowsHeldAndWaiting(context, "tp.section", "index", index::enter, index::leave, index::waiting);
        });
    }

    private static void assertShowsHeldAndWaiting(ApplicationContext context, String meter, String name, Runnable take,
            Runnable letGo, IntSupplier threads) throws InterruptedException {
        MeterRegistry meters = context.getBean(MeterRegistry.class);
        Gauge held = meters.get(meter + ".held").tag("name", name).gauge();
        Gauge waiting = meters.get(meter + ".waiting").tag("name", name).gauge();
        assertThat(held.value()).isZero();
        take.run();
        Thread thread = new Thread(() -> {
            take.run();
            letGo.run();
        });
        thread.start();
        Awaitility.await().until(() -> threads.getAsInt() == 1);

        assertThat(held.value()).isEqualTo(1);
        assertThat(waiting.value()).isEqualTo(1);
        letGo.run();
        thread.join();
        assertThat(held.value()).isZero();
        assertThat(waiting.value()).isZero();
    }

    @Test
    void countsTheCallbacksThatWaitForALockWithoutAThread() {
        this.runner.withPropertyValues("tp.mutexes.ledger=", "tp.sections.index.spin-count=0")
            .withBean(TpEntryLines.class, Lines::new)
            .run((context) -> {
                MeterRegistry meters = context.getBean(MeterRegistry.class);

                assertThat(meters.get("tp.mutex.waiting").tag("name", "ledger").gauge().value()).isEqualTo(3);
                assertThat(meters.get("tp.section.waiting").tag("name", "index").gauge().value()).isEqualTo(5);
            });
    }

    @Test
    void onlyWhatTheConfigurationNamesIsATag() {
        this.runner.withPropertyValues("tp.mutexes.ledger=")
            .withBean("mine", TpMutex.class, TpMutex::of)
            .run((context) -> {
                context.getBean(TpRegistry.class).register("late", TpMutex.of());

                assertThat(context.getBean(MeterRegistry.class).find("tp.mutex.held").gauges())
                    .extracting((gauge) -> gauge.getId().getTag("name"))
                    .containsExactly("ledger");
            });
    }

    @Test
    void poolsThatComeLaterHaveMetersAsLongAsTheyAreThere() {
        this.runner.run((context) -> {
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            TpPool pool = TpPool.builder("late").threadMaximum(7).monitor(context.getBean(TpMonitor.class)).build();
            TpRegistry.Registration registration = context.getBean(TpRegistry.class).register("late", pool);
            TpEnvironment.of(pool).submit(() -> "done").get();

            assertThat(meters.get("executor.pool.max").tag("name", "late").gauge().value()).isEqualTo(7);
            assertThat(meters.get("executor").tag("name", "late").timer().count()).isEqualTo(1);
            registration.close();
            assertThat(meters.find("executor.pool.max").tag("name", "late").gauge()).isNull();
            assertThat(meters.find("executor").tag("name", "late").timer()).isNull();
            pool.close();
        });
    }

    @Test
    void removesTheMetersWithTheContext() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        this.withoutRegistry
            .withPropertyValues("tp.semaphores.slots.maximum=1", "tp.mutexes.ledger=", "tp.sections.index.spin-count=0",
                    "tp.pools.io.run-warning=1m")
            .withBean("meters", MeterRegistry.class, () -> meters, (definition) -> definition.setDestroyMethodName(""))
            .run((context) -> assertThat(meters.getMeters()).extracting((meter) -> meter.getId().getName())
                .contains("executor.pool.max", "tp.semaphore.available", "tp.mutex.held", "tp.section.waiting",
                        "tp.callbacks.overdue"));

        assertThat(meters.getMeters()).filteredOn((meter) -> meter.getId().getName().matches("(executor|tp\\.).*"))
            .isEmpty();
    }

    @Test
    void backsOffForMetersOfTheUser() {
        this.runner.withBean("mine", TpPoolMetrics.class)
            .run((context) -> assertThat(context).getBean(TpPoolMetrics.class).isSameAs(context.getBean("mine")));
    }

    @Test
    void noMonitorIsAttachedWithoutAMeterRegistry() {
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpMetricsAutoConfiguration.class))
            .run((context) -> assertThat(context).hasNotFailed()
                .doesNotHaveBean(TpMonitor.class)
                .doesNotHaveBean(TpPoolMetrics.class));
    }

    @Test
    void startsWithoutMicrometer() {
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpMetricsAutoConfiguration.class))
            .withClassLoader(new FilteredClassLoader("io.micrometer"))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TpMonitor.class));
    }

    private static TpEnvironment environment(ApplicationContext context, String name) {
        return context.getBean(TpRegistry.class).environment(name);
    }

    static class Lines implements TpEntryLines {

        @Override
        public int waiting(TpMutex mutex) {
            return 3;
        }

        @Override
        public int waiting(TpCriticalSection section) {
            return 5;
        }

    }

}
