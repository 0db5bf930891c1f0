package dev.tpool.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpWork;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpShutdown}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpShutdownTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class, TpAutoConfiguration.class))
        .withPropertyValues("tp.pools.io.max-threads=1", "tp.cleanup-groups.scans=", "tp.environments.scans.pool=io",
                "tp.environments.scans.cleanup-group=scans");

    @Test
    @SuppressWarnings("removal") // Its successor is the same number, and private.
    void stopsAfterTheWebServerAndAfterTheExecutorsOfSpring() {
        assertThat(TpShutdown.PHASE).isLessThan(WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE)
            .isLessThan(WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE - 1024)
            .isLessThan(ExecutorConfigurationSupport.DEFAULT_PHASE)
            .isPositive();
    }

    @Test
    void runsWhatIsQueuedBeforeTheContextIsClosed(CapturedOutput output) {
        AtomicInteger ran = new AtomicInteger();
        this.runner.run((context) -> {
            Gate gate = Gate.closeBehind(context, "scans");
            for (int i = 0; i < 3; i++) {
                environment(context, "scans").trySubmit(ran::incrementAndGet);
                environment(context, "io").trySubmit(ran::incrementAndGet);
            }
            gate.openWhenClosing(context);
        });

        assertThat(ran).hasValue(6);
        assertThat(output).contains("Thread pools closed in").contains("7 callbacks ran, 0 were dropped");
    }

    @Test
    void dropsWhatIsQueuedInAGroupThatIsToBeCancelled(CapturedOutput output) {
        AtomicInteger ran = new AtomicInteger();
        CompletableFuture<?>[] dropped = new CompletableFuture<?>[1];
        this.runner.withPropertyValues("tp.cleanup-groups.scans.on-shutdown=cancel").run((context) -> {
            Gate gate = Gate.closeBehind(context, "scans");
            dropped[0] = environment(context, "scans").submit(ran::incrementAndGet);
            environment(context, "io").trySubmit(ran::incrementAndGet);
            gate.openWhenClosing(context);
        });

        assertThat(dropped[0]).isCancelled();
        assertThat(ran).hasValue(1);
        assertThat(output).contains("2 callbacks ran, 1 were dropped");
    }

    @Test
    void dropsWhatIsStillQueuedWhenTheTimeOfTheGroupIsOver(CapturedOutput output) {
        CompletableFuture<?>[] dropped = new CompletableFuture<?>[1];
        CountDownLatch gate = new CountDownLatch(1);
        this.runner
            .withPropertyValues("tp.cleanup-groups.scans.timeout=20ms",
                    "spring.lifecycle.timeout-per-shutdown-phase=1s")
            .run((context) -> {
                CountDownLatch started = new CountDownLatch(1);
                environment(context, "scans").trySubmit((instance, nothing) -> {
                    started.countDown();
                    gate.await();
                }, null);
                started.await();
                dropped[0] = environment(context, "scans").submit(() -> "never");
            });
        gate.countDown();

        assertThat(dropped[0]).isCancelled();
        assertThat(output).contains("Cleanup group 'scans' was not drained within PT0.02S")
            .contains("Cleanup group 'scans' still runs [one-shot]")
            .contains("0 callbacks ran, 1 were dropped; pool 'io' still runs [one-shot on ");
    }

    @Test
    void doesNotWaitForAnObjectThatNobodyClosed(CapturedOutput output) {
        TpWork[] work = new TpWork[1];
        this.runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=1h").run((context) -> {
            work[0] = environment(context, "io").work("forgotten", () -> {
            });
            work[0].submit();
        });
        work[0].close();

        assertThat(output).contains("pool 'io' has objects that nobody closed: [forgotten]");
    }

    @Test
    void takesCallbacksUntilItIsItsTurn() {
        AtomicBoolean accepted = new AtomicBoolean();
        this.runner
            .withBean("late", SmartLifecycle.class,
                    () -> new Late(() -> accepted.set(true), SmartLifecycle.DEFAULT_PHASE - 2048))
            .run((context) -> context.getBean(Late.class).submitTo(environment(context, "io")));

        assertThat(accepted).isTrue();
    }

    @Test
    void aContextThatIsOnlyStoppedKeepsItsPools() {
        this.runner.run((context) -> {
            context.stop();
            assertThat(environment(context, "io").submit(() -> "still here").get()).isEqualTo("still here");
            context.start();
            assertThat(environment(context, "io").submit(() -> "again").get()).isEqualTo("again");
        });
    }

    @Test
    void aContextThatWasStoppedBeforeItIsClosedDrainsItsPools() {
        AtomicInteger ran = new AtomicInteger();
        this.runner.run((context) -> {
            context.stop();
            Gate gate = Gate.closeBehind(context, "io");
            environment(context, "io").trySubmit(ran::incrementAndGet);
            gate.openWhenClosing(context);
        });

        assertThat(ran).hasValue(1);
    }

    @Test
    void aCallbackMayCloseTheContext() throws Exception {
        CompletableFuture<?>[] closed = new CompletableFuture<?>[1];
        this.runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=1h").run((context) -> {
            ConfigurableApplicationContext source = context.getSourceApplicationContext();
            closed[0] = environment(context, "scans").submit(() -> {
                source.close();
                return "closed";
            });
            closed[0].get();
        });

        assertThat(closed[0].get()).isEqualTo("closed");
    }

    @Test
    void closesPoolsAndGroupsThatCodeRegistered() {
        TpPool pool = TpPool.create("late");
        TpCleanupGroup group = TpCleanupGroup.create("late");
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            registry.register("late", pool);
            registry.register("late", group);
            TpEnvironment.builder().pool(pool).cleanupGroup(group).build().work("member", () -> {
            });
        });

        assertThat(group.size()).isZero();
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    void leavesThePoolsAndGroupsOfTheParentAlone() {
        TpCleanupGroup group = TpCleanupGroup.create("shared");
        this.runner.withBean("shared", TpPool.class, () -> TpPool.create("shared"))
            .withBean("sharedGroup", TpCleanupGroup.class, () -> group)
            .run((parent) -> {
                TpPool pool = parent.getBean("shared", TpPool.class);
                TpEnvironment.builder().pool(pool).cleanupGroup(group).build().work("member", () -> {
                });
                this.runner.withParent(parent)
                    .run((child) -> assertThat(child.getBean(TpRegistry.class).pool("shared")).isSameAs(pool));

                assertThat(pool.isClosed()).isFalse();
                assertThat(group.size()).isEqualTo(1);
            });
    }

    @Test
    void createsNoPoolToCloseIt() {
        AtomicInteger created = new AtomicInteger();
        this.runner.withBean("lazy", TpPool.class, () -> {
            created.incrementAndGet();
            return TpPool.create("lazy");
        }, (definition) -> definition.setLazyInit(true)).run((context) -> assertThat(context).hasNotFailed());

        assertThat(created).hasValue(0);
    }

    @Test
    void drainsThePoolsThoughEventsAreMulticastByAnExecutor() {
        TpPool pool = TpPool.create("registered");
        this.runner
            .withBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
                    SimpleApplicationEventMulticaster.class, TpShutdownTests::multicasterWhoseExecutorLags)
            .run((context) -> context.getBean(TpRegistry.class).register("registered", pool));

        assertThat(pool.isClosed()).isTrue();
    }

    @Test
    void leavesThePoolOfTheProcessAlone() {
        this.runner
            .withBean("process", TpPool.class, TpPool::processDefault,
                    (definition) -> definition.setDestroyMethodName(""))
            .run((context) -> assertThat(context).hasNotFailed());

        assertThat(TpPool.processDefault().isClosed()).isFalse();
    }

    @Test
    void theExecutorOfSpringBootStopsBefore() {
        this.runner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
            .run((context) -> assertThat(context.getBean("applicationTaskExecutor", SmartLifecycle.class).getPhase())
                .isGreaterThan(context.getBean(TpShutdown.class).getPhase()));
    }

    private static SimpleApplicationEventMulticaster multicasterWhoseExecutorLags() {
        SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
        multicaster.setTaskExecutor((listener) -> {
        });
        return multicaster;
    }

    private static TpEnvironment environment(ApplicationContext context, String name) {
        return context.getBean(TpRegistry.class).environment(name);
    }

    /**
     * Keeps the one thread of a pool until the context begins to close.
     */
    private record Gate(CountDownLatch gate) {

        static Gate closeBehind(ApplicationContext context, String environment) throws InterruptedException {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            environment(context, environment).trySubmit((instance, nothing) -> {
                started.countDown();
                gate.await();
            }, null);
            started.await();
            return new Gate(gate);
        }

        /**
         * Opens once the thread that closes the context waits for the callbacks.
         */
        void openWhenClosing(ConfigurableApplicationContext context) {
            context.addApplicationListener((ContextClosedEvent event) -> {
                Thread closer = Thread.currentThread();
                new Thread(() -> {
                    Awaitility.await()
                        .until(() -> closer.getState() == Thread.State.WAITING
                                || closer.getState() == Thread.State.TIMED_WAITING);
                    this.gate.countDown();
                }).start();
            });
        }

    }

    /**
     * Posts when it is stopped, as a web server does that serves its last request.
     */
    static class Late implements SmartLifecycle {

        private final Runnable callback;

        private final int phase;

        private TpEnvironment environment;

        private boolean running;

        Late(Runnable callback, int phase) {
            this.callback = callback;
            this.phase = phase;
        }

        void submitTo(TpEnvironment environment) {
            this.environment = environment;
        }

        @Override
        public void start() {
            this.running = true;
        }

        @Override
        public void stop() {
            this.running = false;
            this.environment.submit("late", () -> {
                this.callback.run();
                return null;
            }).join();
        }

        @Override
        public boolean isRunning() {
            return this.running;
        }

        @Override
        public int getPhase() {
            return this.phase;
        }

    }

}
