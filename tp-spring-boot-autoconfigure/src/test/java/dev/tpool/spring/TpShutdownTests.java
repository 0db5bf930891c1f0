package dev.tpool.spring;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpCompletion;
import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpTimer;
import dev.tpool.TpWork;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.sync.TpMutex;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
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
        assertThat(output).contains("2 callbacks ran, 1 were dropped")
            .containsPattern("INFO .*Thread pools closed")
            .doesNotContain("were to run");
    }

    @Test
    void runsCallsThatWaitForPermitsThoughHalfOfTheTimeIsOver(CapturedOutput output) {
        CountDownLatch half = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        TpShutdownReport report = close(entries().withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=8s")
            .withBean(TpShutdownParticipant.class, () -> new AtHalfOfTheTime(half)), (context) -> {
                TpOperations scans = scansWithSlot(context);
                hold(scans, half);
                scans.run(ran::incrementAndGet);
                scans.run(ran::incrementAndGet);
            });

        assertThat(ran).hasValue(2);
        assertThat(report.dropped()).isEmpty();
        assertThat(report.complete()).as(report.toString()).isTrue();
        assertThat(output).containsPattern("INFO .*Thread pools closed");
    }

    @Test
    void warnsOfCallsThatWereToRunAndWaitedForTooLong(CapturedOutput output) {
        CountDownLatch gate = new CountDownLatch(1);
        TpShutdownReport report = close(entries().withPropertyValues("tp.cleanup-groups.scans.timeout=60s",
                "spring.lifecycle.timeout-per-shutdown-phase=400ms"), (context) -> {
                    TpOperations scans = scansWithSlot(context);
                    hold(scans, gate);
                    scans.run(() -> {
                    });
                });
        gate.countDown();

        assertThat(report.undrained()).hasSize(1).containsValue(1L).isEqualTo(report.dropped());
        assertThat(report.complete()).isFalse();
        assertThat(output).containsPattern("WARN .*Thread pools closed")
            .contains("for more time raise 'spring.lifecycle.timeout-per-shutdown-phase'");
    }

    @Test
    void namesNoPropertyIfTimeWouldNotHaveHelped() {
        TpShutdownReport report = close(entries().withPropertyValues("tp.cleanup-groups.scans.timeout=100ms",
                "spring.lifecycle.timeout-per-shutdown-phase=1h"), (context) -> {
                    context.getBean(TpRegistry.class).semaphore("slot").acquire();
                    context.getBean(TpOperations.class)
                        .environment("io")
                        .acquireSemaphore("slot")
                        .releaseSemaphore("slot")
                        .run(() -> {
                        });
                });

        assertThat(report.undrained()).containsValue(1L);
        assertThat(report.tooShort()).isEmpty();
        assertThat(report.toString()).contains("were to run: ").doesNotContain("for more time");
    }

    @Test
    void warnsOfAGroupThatIsPromisedMoreTimeThanThereIs(CapturedOutput output) {
        this.runner
            .withPropertyValues("tp.cleanup-groups.scans.timeout=90s", "tp.cleanup-groups.others.timeout=18s",
                    "tp.cleanup-groups.within.timeout=19s", "spring.lifecycle.timeout-per-shutdown-phase=20s")
            .run((context) -> assertThat(output)
                .contains("Cleanup group 'scans' may take 1m30s at shutdown, but only 18s of the 20s",
                        "Cleanup group 'within' may take 19s", "'tp.cleanup-groups.scans.timeout'",
                        "'spring.lifecycle.timeout-per-shutdown-phase'")
                .doesNotContain("'others' may take"));
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
        assertThat(output).contains(
                "Cleanup group 'scans' was not done within 20 ms: 1 of its callbacks were queued and are dropped, what "
                        + "runs goes on; the report counts what all groups and pools have dropped")
            .contains("0 callbacks ran, 1 were dropped, 1 still run")
            .contains("  dropped: one-shot (1)")
            .contains("  of these in cleanup groups: scans (1)")
            .contains("  were to run: one-shot (1); for more time raise 'tp.cleanup-groups.scans.timeout'")
            .contains("  still runs: one-shot in pool 'io' on io-1")
            .contains("TpShutdownTests.lambda$dropsWhatIsStillQueuedWhenTheTimeOfTheGroupIsOver")
            .contains("cleanup group 'scans' still has one-shot");
    }

    @Test
    void saysIfNothingWasQueuedWhenTheTimeOfTheGroupIsOver(CapturedOutput output) {
        CountDownLatch gate = new CountDownLatch(1);
        this.runner
            .withPropertyValues("tp.cleanup-groups.scans.timeout=20ms",
                    "spring.lifecycle.timeout-per-shutdown-phase=1s")
            .run((context) -> Gate.closeBehind(context, "scans", gate));
        gate.countDown();

        assertThat(output).contains(
                "Cleanup group 'scans' was not done within 20 ms: none of its callbacks was queued any more, what runs "
                        + "goes on");
    }

    @Test
    void doesNotWaitForAnObjectThatNobodyClosed(CapturedOutput output) {
        TpWork[] work = new TpWork[1];
        this.runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=1h").run((context) -> {
            work[0] = environment(context, "io").work("forgotten", () -> {
            });
            work[0].submit();
        });

        assertThat(work[0].isClosed()).isTrue();
        assertThat(output).contains("pool 'io' has objects that nobody closed: forgotten");
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
    void disarmsTimersBeforeItDrains() {
        AtomicInteger fired = new AtomicInteger();
        TpTimer[] timer = new TpTimer[1];
        TpShutdownReport report = close(this.runner, (context) -> {
            timer[0] = environment(context, "io").timer(fired::incrementAndGet);
            timer[0].set(Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO);
        });

        assertThat(report.disarmed()).isEqualTo(1);
        assertThat(report.pools().get("io").objects()).hasSize(1);
        assertThat(fired).hasValue(0);
    }

    @Test
    void noticesThatTheOwnerOfALockHasEndedWhileItDrains() {
        CountDownLatch ran = new CountDownLatch(1);
        TpShutdownReport report = close(
                this.runner.withConfiguration(AutoConfigurations.of(TpCallbackAutoConfiguration.class))
                    .withPropertyValues("tp.pools.io.max-threads=3", "tp.mutexes.book="),
                (context) -> {
                    TpMutex book = context.getBean(TpRegistry.class).mutex("book");
                    CountDownLatch locked = new CountDownLatch(1);
                    new Thread(() -> {
                        book.lock();
                        locked.countDown();
                        Awaitility.await().until(Gate::isDraining);
                    }).start();
                    locked.await();
                    CountDownLatch started = new CountDownLatch(1);
                    environment(context, "io").trySubmit((instance, nothing) -> {
                        started.countDown();
                        ran.await();
                    }, null);
                    started.await();
                    context.getBean(TpOperations.class)
                        .environment("io")
                        .acquireMutex("book")
                        .releaseMutex("book")
                        .run(ran::countDown);
                });

        assertThat(ran.getCount()).isZero();
        assertThat(report.dropped()).isEmpty();
        assertThat(report.disarmed()).isZero();
        assertThat(report.complete()).as(report.toString()).isTrue();
    }

    @Test
    void aTimerThatItsCallbackSetsAgainFiresNoMore() {
        AtomicInteger fired = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        TpShutdownReport report = close(this.runner, (context) -> {
            TpTimer timer = environment(context, "io").timer("again", (instance, nothing, self) -> {
                fired.incrementAndGet();
                first.countDown();
                self.set(Duration.ofMillis(1));
            }, null);
            timer.set(Duration.ZERO);
            first.await();
        });

        int ran = fired.get();
        assertThat(report.stillRunning()).isEmpty();
        assertThat(report.elapsed()).isLessThan(Duration.ofSeconds(14));
        assertThat(fired).hasValue(ran);
    }

    @Test
    void drainsGroupsTogether() {
        CountDownLatch both = new CountDownLatch(2);
        TpShutdownReport report = close(
                this.runner.withPropertyValues("tp.pools.io.max-threads=2", "tp.cleanup-groups.imports=",
                        "tp.environments.imports.pool=io", "tp.environments.imports.cleanup-group=imports",
                        "tp.cleanup-groups.scans.timeout=20s", "tp.cleanup-groups.imports.timeout=20s"),
                (context) -> {
                    for (String name : List.of("scans", "imports")) {
                        environment(context, name).trySubmit((instance, nothing) -> {
                            both.countDown();
                            both.await();
                        }, null);
                    }
                });

        assertThat(report.complete()).isTrue();
        assertThat(report.cleanupGroups().get("scans").unfinished()).isEmpty();
    }

    @Test
    void runsHighPriorityFirst() {
        List<String> order = new CopyOnWriteArrayList<>();
        close(this.runner.withPropertyValues("tp.environments.urgent.pool=io", "tp.environments.urgent.priority=high",
                "tp.environments.lazy.pool=io", "tp.environments.lazy.priority=low"), (context) -> {
                    Gate gate = Gate.closeBehind(context, "io");
                    for (String name : List.of("lazy", "io", "urgent")) {
                        environment(context, name).trySubmit(() -> order.add(name));
                    }
                    gate.openWhenClosing(context);
                });

        assertThat(order).containsExactly("urgent", "io", "lazy");
    }

    @Test
    void acceptsWhatCallbacksGoOnToPost() {
        AtomicInteger ran = new AtomicInteger();
        TpShutdownReport report = close(this.runner, (context) -> {
            TpEnvironment io = environment(context, "io");
            Gate gate = Gate.closeBehind(context, "io");
            io.trySubmit(() -> io.trySubmit(() -> io.trySubmit(ran::incrementAndGet)));
            gate.openWhenClosing(context);
        });

        assertThat(ran).hasValue(1);
        assertThat(report.ranCount()).isEqualTo(4);
    }

    @Test
    void callbacksThatPostThemselvesForEverComeToAnEnd() {
        TpShutdownReport report = close(
                this.runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=2s"), (context) -> {
                    TpEnvironment io = environment(context, "io");
                    new Runnable() {

                        @Override
                        public void run() {
                            LockSupport.parkNanos(1_000_000);
                            io.trySubmit(this);
                        }

                    }.run();
                });

        assertThat(report.stillRunning()).isEmpty();
        assertThat(report.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(700));
        assertThat(report.pools().get("io").terminated()).isTrue();
    }

    @Test
    void dropsWhatIsNotInAGroupWhenTheTimeIsOver() {
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<?>[] dropped = new CompletableFuture<?>[1];
        TpShutdownReport report = close(
                this.runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=100ms"), (context) -> {
                    CountDownLatch started = new CountDownLatch(1);
                    environment(context, "io").trySubmit("hangs", (instance, nothing) -> {
                        started.countDown();
                        gate.await();
                    }, null, ignored());
                    started.await();
                    environment(context, "io").trySubmit(() -> {
                    });
                    dropped[0] = environment(context, "io").submit("digest", () -> "never");
                });
        gate.countDown();

        assertThat(report.dropped()).containsOnly(Map.entry("digest", 1L), Map.entry("one-shot", 1L));
        assertThat(report.complete()).isFalse();
        assertThat(report.stillRunning()).singleElement().satisfies((callback) -> {
            assertThat(callback.name()).isEqualTo("hangs");
            assertThat(callback.pool()).isEqualTo("io");
            assertThat(callback.stack()).anyMatch((frame) -> frame.getMethodName().equals("await"));
        });
        assertThat(dropped[0]).isCancelled();
    }

    @Test
    void publishesTheReportWhileListenersAndBeansStillWork() {
        List<String> seen = new CopyOnWriteArrayList<>();
        List<String> destroyed = new CopyOnWriteArrayList<>();
        this.runner.withBean("closing", AutoCloseable.class, () -> () -> destroyed.add("bean")).run((context) -> {
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                .addApplicationListener((TpShutdownReportEvent event) -> seen
                    .add("before " + destroyed + ", closing " + context.getBean(TpShutdown.class).isClosing()));
            assertThat(context.getBean(TpShutdown.class).isClosing()).isFalse();
            assertThat(context.getBean(TpShutdown.class).report()).isNull();
        });

        assertThat(seen).containsExactly("before [], closing true");
        assertThat(destroyed).containsExactly("bean");
    }

    @Test
    void anEventListenerThatThrowsHoldsNothingUp(CapturedOutput output) {
        this.runner.run((context) -> context.getSourceApplicationContext(ConfigurableApplicationContext.class)
            .addApplicationListener((TpShutdownReportEvent event) -> {
                throw new IllegalStateException("a listener failed");
            }));

        assertThat(output).contains("a listener failed").doesNotContain("still running after timeout");
    }

    @Test
    void asksItsParticipants() {
        Participant participant = new Participant();
        TpShutdownReport report = close(this.runner.withBean(Participant.class, () -> participant), (context) -> {
        });

        assertThat(participant.calls).startsWith("stopTriggers", "waiting").endsWith("dropWaiting");
        assertThat(participant.calls.stream().filter("dropWaiting"::equals)).hasSize(1);
        assertThat(report.dropped()).containsOnly(Map.entry("kept", 2L));
    }

    @Test
    void asksNoParticipantOfTheParent() {
        Participant participant = new Participant();
        this.runner.withBean(Participant.class, () -> participant).run((parent) -> {
            this.runner.withParent(parent).run((child) -> {
            });
            assertThat(participant.calls).isEmpty();
        });
    }

    @Test
    void endsWithinTheLimitOfThePhase(CapturedOutput output) {
        CountDownLatch gate = new CountDownLatch(1);
        this.runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=4s")
            .run((context) -> Gate.closeBehind(context, "io", gate));
        gate.countDown();

        assertThat(output).contains("1 still run").doesNotContain("still running after timeout");
    }

    @Test
    void theExecutorOfSpringBootStopsBefore() {
        this.runner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
            .run((context) -> assertThat(context.getBean("applicationTaskExecutor", SmartLifecycle.class).getPhase())
                .isGreaterThan(context.getBean(TpShutdown.class).getPhase()));
    }

    /**
     * Runs a context and closes it.
     */
    private static TpShutdownReport close(ApplicationContextRunner runner,
            ContextConsumer<AssertableApplicationContext> use) {
        List<TpShutdownReport> reports = new CopyOnWriteArrayList<>();
        runner.run((context) -> {
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                .addApplicationListener((TpShutdownReportEvent event) -> reports.add(event.getReport()));
            use.accept(context);
        });
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    private ApplicationContextRunner entries() {
        return this.runner.withConfiguration(AutoConfigurations.of(TpCallbackAutoConfiguration.class))
            .withPropertyValues("tp.pools.io.max-threads=3", "tp.semaphores.slot.maximum=1");
    }

    private static TpOperations scansWithSlot(ApplicationContext context) {
        return context.getBean(TpOperations.class)
            .environment("scans")
            .acquireSemaphore("slot")
            .releaseSemaphore("slot");
    }

    private static void hold(TpOperations operations, CountDownLatch gate) throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        operations.run(() -> {
            started.countDown();
            try {
                gate.await();
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        });
        started.await();
    }

    private static TpCompletion ignored() {
        return new TpCompletion() {

            @Override
            public void completed(Throwable failure) {
                // Nobody waits.
            }

            @Override
            public void cancelled() {
                // Nobody waits.
            }

        };
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
            return closeBehind(context, environment, new CountDownLatch(1));
        }

        static Gate closeBehind(ApplicationContext context, String environment, CountDownLatch gate)
                throws InterruptedException {
            CountDownLatch started = new CountDownLatch(1);
            environment(context, environment).trySubmit((instance, nothing) -> {
                started.countDown();
                gate.await();
            }, null);
            started.await();
            return new Gate(gate);
        }

        /**
         * Opens once the thread that drains waits for the callbacks.
         */
        void openWhenClosing(ConfigurableApplicationContext context) {
            context.addApplicationListener((ContextClosedEvent event) -> new Thread(() -> {
                Awaitility.await().until(Gate::isDraining);
                this.gate.countDown();
            }).start());
        }

        private static boolean isDraining() {
            return Thread.getAllStackTraces()
                .keySet()
                .stream()
                .anyMatch((thread) -> thread.getName().equals("tp-shutdown")
                        && thread.getState() == Thread.State.TIMED_WAITING);
        }

    }

    /**
     * Is asked to drop what waits when half of the time is over.
     */
    record AtHalfOfTheTime(CountDownLatch half) implements TpShutdownParticipant {

        @Override
        public Map<String, Long> dropWaiting() {
            this.half.countDown();
            return Map.of();
        }

    }

    /**
     * Keeps two callbacks that it never posts.
     */
    static class Participant implements TpShutdownParticipant {

        final List<String> calls = new CopyOnWriteArrayList<>();

        private long kept = 2;

        @Override
        public void stopTriggers() {
            this.calls.add("stopTriggers");
        }

        @Override
        public long waiting() {
            this.calls.add("waiting");
            return (this.calls.size() < 10) ? this.kept : 0;
        }

        @Override
        public Map<String, Long> dropWaiting() {
            this.calls.add("dropWaiting");
            this.kept = 0;
            return Map.of("kept", 2L);
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
