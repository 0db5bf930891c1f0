package dev.tpool.boot.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

import dev.tpool.TpCallbackSource;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpLibrary;
import dev.tpool.TpMonitor;
import dev.tpool.TpPool;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.TpPriority;
import dev.tpool.TpThreadKind;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpPoolCustomizer;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpShutdown;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.scheduling.annotation.EnableScheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class));

    @Test
    void thereIsADefaultPoolWithoutAnyConfiguration() {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);

            assertThat(registry.pools()).containsOnlyKeys("default");
            assertThat(registry.environments()).containsOnlyKeys("default");
            assertThat(registry.environment("default").pool()).isSameAs(registry.pool("default"));
            TpPoolSnapshot snapshot = registry.pool("default").snapshot();
            assertThat(snapshot.threadMinimum()).isZero();
            assertThat(snapshot.threadMaximum()).isEqualTo(500);
            assertThat(snapshot.threadKind()).isEqualTo(TpThreadKind.PLATFORM);
            assertThat(snapshot.queueCapacity()).isZero();
            assertThat(snapshot.threads()).isZero();
            assertThat(context).getBean(TpPool.class).isSameAs(registry.pool("default"));
            assertThat(context).getBean(TpEnvironment.class).isSameAs(registry.environment("default"));
        });
    }

    @Test
    void poolsHaveTheirSettings() {
        this.runner
            .withPropertyValues("tp.pools.io.min-threads=2", "tp.pools.io.max-threads=64",
                    "tp.pools.io.threads=platform", "tp.pools.io.queue-capacity=10",
                    "tp.pools.io.when-full=caller-runs", "tp.pools.io.keep-alive=7s", "tp.pools.io.stack-size=512KB")
            .run((context) -> {
                TpPool pool = context.getBean(TpRegistry.class).pool("io");

                assertThat(pool.name()).isEqualTo("io");
                assertThat(pool.threadMinimum()).isEqualTo(2);
                assertThat(pool.threadMaximum()).isEqualTo(64);
                assertThat(pool.threadKind()).isEqualTo(TpThreadKind.PLATFORM);
                assertThat(pool.queueCapacity()).isEqualTo(10);
                assertThat(pool.keepAlive()).isEqualTo(Duration.ofSeconds(7));
                assertThat(pool.stackInformation().reserve()).isEqualTo(512 * 1024);
            });
    }

    @Test
    void callerRunsWhatAFullQueueDoesNotTake() {
        this.runner
            .withPropertyValues("tp.defaults.pool.max-threads=1", "tp.pools.io.queue-capacity=1",
                    "tp.pools.io.when-full=caller-runs")
            .run((context) -> {
                TpEnvironment io = context.getBean(TpRegistry.class).environment("io");
                TpEvent gate = TpEvent.manualReset();
                TpEvent started = TpEvent.manualReset();
                io.trySubmit((instance, nothing) -> {
                    started.set();
                    gate.await();
                }, null);
                started.await();
                io.trySubmit(() -> {
                });

                Thread[] runner = new Thread[1];
                assertThat(io.trySubmit(() -> runner[0] = Thread.currentThread())).isTrue();
                assertThat(runner[0]).isSameAs(Thread.currentThread());
                gate.set();
            });
    }

    @Test
    void poolsTakeWhatTheyDoNotSayFromTheDefaults() {
        this.runner
            .withPropertyValues("tp.defaults.pool.max-threads=7", "tp.defaults.pool.queue-capacity=3",
                    "tp.defaults.pool.keep-alive=1s", "tp.pools.io.max-threads=8", "tp.pools.cpu=")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat(registry.pool("io").threadMaximum()).isEqualTo(8);
                assertThat(registry.pool("io").queueCapacity()).isEqualTo(3);
                assertThat(registry.pool("cpu").threadMaximum()).isEqualTo(7);
                assertThat(registry.pool("default").threadMaximum()).isEqualTo(7);
                assertThat(registry.pool("default").keepAlive()).isEqualTo(Duration.ofSeconds(1));
            });
    }

    @Test
    void theDefaultPoolCanBeConfigured() {
        this.runner.withPropertyValues("tp.pools.default.max-threads=3")
            .run((context) -> assertThat(context.getBean(TpRegistry.class).pool("default").threadMaximum())
                .isEqualTo(3));
    }

    @Test
    void environmentsHaveTheirSettings() {
        this.runner
            .withPropertyValues("tp.pools.io=", "tp.cleanup-groups.imports=", "tp.environments.imports.pool=io",
                    "tp.environments.imports.cleanup-group=imports", "tp.environments.imports.priority=low",
                    "tp.environments.imports.runs-long=true", "tp.environments.imports.persistent=true")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                TpEnvironment environment = registry.environment("imports");

                assertThat(environment.pool()).isSameAs(registry.pool("io"));
                assertThat(environment.cleanupGroup()).isSameAs(registry.cleanupGroup("imports"));
                assertThat(environment.priority()).isEqualTo(TpPriority.LOW);
                assertThat(environment.runsLong()).isTrue();
                assertThat(environment.persistent()).isTrue();
            });
    }

    @Test
    void anEnvironmentUsesThePoolOfItsNameOrTheDefaultOne() {
        this.runner
            .withPropertyValues("tp.pools.io=", "tp.environments.io.priority=high",
                    "tp.environments.other.priority=low")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat(registry.environment("io").pool()).isSameAs(registry.pool("io"));
                assertThat(registry.environment("io").priority()).isEqualTo(TpPriority.HIGH);
                assertThat(registry.environment("other").pool()).isSameAs(registry.pool("default"));
            });
    }

    @Test
    void aPoolBringsAlongAnEnvironmentOfItsName() {
        this.runner.withPropertyValues("tp.pools.io=").run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);

            assertThat(registry.environment("io").pool()).isSameAs(registry.pool("io"));
            assertThat(registry.environment("io")).isSameAs(registry.environment("io"));
        });
    }

    @Test
    void synchronizationObjectsHaveTheirSettings() {
        this.runner
            .withPropertyValues("tp.semaphores.slots.initial=1", "tp.semaphores.slots.maximum=4",
                    "tp.semaphores.full.maximum=3", "tp.mutexes.ledger=", "tp.sections.statistics.spin-count=40",
                    "tp.sections.plain=", "tp.events.done.reset=manual", "tp.events.done.initially-set=true",
                    "tp.events.next=")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(1);
                assertThat(registry.semaphore("slots").maximum()).isEqualTo(4);
                assertThat(registry.semaphore("full").availablePermits()).isEqualTo(3);
                assertThat(registry.mutex("ledger").name()).isEqualTo("ledger");
                assertThat(registry.section("statistics").spinCount()).isEqualTo(40);
                assertThat(registry.section("plain").name()).isEqualTo("plain");
                assertThat(registry.event("done").isManualReset()).isTrue();
                assertThat(registry.event("done").isSet()).isTrue();
                assertThat(registry.event("next").isManualReset()).isFalse();
                assertThat(registry.event("next").isSet()).isFalse();
            });
    }

    @Test
    void emptyEntriesInYamlAreEntries() {
        String yaml = """
                tp:
                  defaults:
                  pools: {}
                  mutexes:
                    ledger: {}
                    journal:
                  events:
                    done: {}
                  cleanup-groups:
                    imports:
                  sections:
                    statistics: {}
                """;
        withYaml(yaml).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);

            assertThat(registry.mutexes()).containsOnlyKeys("ledger", "journal");
            assertThat(registry.events()).containsOnlyKeys("done");
            assertThat(registry.cleanupGroups()).containsOnlyKeys("imports");
            assertThat(registry.sections()).containsOnlyKeys("statistics");
            assertThat(registry.pools()).containsOnlyKeys("default");
        });
    }

    @Test
    void anEmptyEntryDoesNotHideSettingsFromElsewhere() {
        withYaml("tp: {pools: {io: {}}}").withPropertyValues("tp.pools.io.max-threads=9")
            .run((context) -> assertThat(context.getBean(TpRegistry.class).pool("io").threadMaximum()).isEqualTo(9));
    }

    @Test
    void namesMayHaveCapitalsDashesAndDots() {
        withYaml("tp: {mutexes: {my-Ledger: {}, '[a.b]': {}}, pools: {'[x.y]': {max-threads: 3}}}").run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);

            assertThat(registry.mutexes()).containsOnlyKeys("my-Ledger", "a.b");
            assertThat(registry.pool("x.y").threadMaximum()).isEqualTo(3);
        });
    }

    @Test
    void anEnvironmentVariableOverridesAnEntryWhoseNameItCannotSpell() {
        Map<String, Object> variables = Map.of("TP_POOLS_BATCHIO_MAXTHREADS", "5", "TP_SEMAPHORES_SCANSLOTS_INITIAL",
                "2", "TP_EXECUTORVIEWS_BATCHIO_TASKEXECUTOR", "true", "TP_POOLS_PLAIN_MAXTHREADS", "6");
        withYaml("tp: {pools: {batch-io: {max-threads: 3}}, semaphores: {scanSlots: {maximum: 4}},"
                + " executor-views: {batch-io: {}}}")
            .withInitializer((context) -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables)))
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat(registry.pools()).containsOnlyKeys("batch-io", "plain", "default");
                assertThat(registry.pool("batch-io").threadMaximum()).isEqualTo(5);
                assertThat(registry.semaphores()).containsOnlyKeys("scanSlots");
                assertThat(registry.semaphore("scanSlots").availablePermits()).isEqualTo(2);
                context.getBean(TpReconfiguration.class).refresh();
                assertThat(registry.pool("batch-io").threadMaximum()).isEqualTo(5);
            });
    }

    @Test
    void thingsOfDifferentKindsMayShareANameAndAreInjectedByIt() {
        this.runner
            .withPropertyValues("tp.pools.imports=", "tp.pools.other=", "tp.cleanup-groups.imports=",
                    "tp.cleanup-groups.other=", "tp.environments.imports.cleanup-group=imports",
                    "tp.semaphores.imports.maximum=1", "tp.semaphores.other.maximum=1", "tp.mutexes.imports=",
                    "tp.mutexes.other=", "tp.sections.imports=", "tp.sections.other=", "tp.events.imports=",
                    "tp.events.other=")
            .withUserConfiguration(Injected.class)
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat((List<?>) context.getBean("all"))
                    .isEqualTo(List.of(registry.pool("imports"), registry.environment("imports"),
                            registry.cleanupGroup("imports"), registry.semaphore("imports"), registry.mutex("imports"),
                            registry.section("imports"), registry.event("imports")));
            });
    }

    @Test
    void beansOfTheUserAreFoundByTheirBeanNames() {
        this.runner.withUserConfiguration(UserBeans.class)
            .withPropertyValues("tp.environments.imports.pool=mine")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat(registry.pool("mine")).isSameAs(context.getBean("mine"));
                assertThat(registry.environment("mine").pool()).isSameAs(context.getBean("mine"));
                assertThat(registry.environment("imports").pool()).isSameAs(context.getBean("mine"));
                assertThat(registry.semaphore("slots")).isSameAs(context.getBean("slots"));
                assertThat(registry.pools()).containsOnlyKeys("mine", "default");
                assertThat(context.getBean(TpPool.class)).isSameAs(context.getBean("mine"));
            });
    }

    @Test
    void customizersChangeWhatAnyPoolBringsAlong() {
        this.runner.withUserConfiguration(UserBeans.class)
            .withBean(TpEnvironmentCustomizer.class, () -> (name, builder) -> builder.priority(TpPriority.HIGH))
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                TpPool pool = TpPool.create("late");
                registry.register("late", pool);

                assertThat(registry.environment("default").priority()).isEqualTo(TpPriority.HIGH);
                assertThat(registry.environment("mine").priority()).isEqualTo(TpPriority.HIGH);
                assertThat(registry.environment("late").priority()).isEqualTo(TpPriority.HIGH);
                assertThat(registry.environment("late")).isSameAs(registry.environment("late"));
            });
    }

    @Test
    void aBeanOfTheUserTakesThePlaceOfTheDefaultPool() {
        this.runner.withUserConfiguration(UserDefaultPool.class).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);

            assertThat(registry.pools()).containsOnlyKeys("default");
            assertThat(registry.pool("default")).isSameAs(context.getBean("default"));
            assertThat(registry.environment("default").pool()).isSameAs(context.getBean("default"));
        });
    }

    @Test
    void aThingInTheConfigurationAndABeanOfTheSameNameAreAnError() {
        this.runner.withUserConfiguration(UserBeans.class)
            .withPropertyValues("tp.semaphores.slots.maximum=3")
            .run((context) -> assertThat(context).getFailure()
                .isInstanceOf(InvalidTpPropertiesException.class)
                .hasMessage("tp.semaphores.slots: there is a bean named 'slots' of type TpSemaphore, too"));
    }

    @Test
    void aBeanOfAnotherTypeMayHaveTheName() {
        this.runner.withUserConfiguration(UserBeans.class)
            .withPropertyValues("tp.mutexes.slots=")
            .run((context) -> assertThat(context.getBean(TpRegistry.class).mutex("slots")).isNotNull());
    }

    @Test
    void codeCanRegisterThings() {
        this.runner.withPropertyValues("tp.mutexes.ledger=").run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpPool pool = TpPool.create("late");
            TpRegistry.Registration registration = registry.register("late", pool);

            assertThat(registry.pool("late")).isSameAs(pool);
            assertThat(registry.environment("late").pool()).isSameAs(pool);
            assertThat(registry.pools()).containsOnlyKeys("default", "late");
            assertThatIllegalStateException().isThrownBy(() -> registry.register("ledger", TpMutex.named("other")))
                .withMessage("mutex 'ledger' is there already");
            registration.close();
            assertThat(registry.pools()).containsOnlyKeys("default");
            pool.close();
        });
    }

    @Test
    void customizersAreCalledInOrder() {
        this.runner.withUserConfiguration(Customizers.class).withPropertyValues("tp.pools.io=").run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);

            assertThat(registry.pool("io").threadMaximum()).isEqualTo(2);
            assertThat(registry.pool("default").threadMaximum()).isEqualTo(2);
            assertThat(registry.environment("io").priority()).isEqualTo(TpPriority.HIGH);
        });
    }

    @Test
    void customizersMayChangeWhatHasOneName() {
        this.runner.withBean(TpPoolCustomizer.class, () -> (name, builder) -> {
            if (name.equals("io")) {
                builder.threadMaximum(2);
            }
        }).withBean(TpEnvironmentCustomizer.class, () -> (name, builder) -> {
            if (name.equals("imports")) {
                builder.priority(TpPriority.HIGH);
            }
        })
            .withPropertyValues("tp.pools.io.max-threads=8", "tp.pools.cpu.max-threads=8",
                    "tp.environments.imports.priority=low", "tp.environments.others.priority=low")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat(registry.pool("io").threadMaximum()).isEqualTo(2);
                assertThat(registry.pool("cpu").threadMaximum()).isEqualTo(8);
                assertThat(registry.environment("imports").priority()).isEqualTo(TpPriority.HIGH);
                assertThat(registry.environment("others").priority()).isEqualTo(TpPriority.LOW);
            });
    }

    @Test
    void environmentCustomizersAreCalledInOrder() {
        this.runner.withUserConfiguration(EnvironmentCustomizers.class)
            .withPropertyValues("tp.defaults.environment.priority=low")
            .run((context) -> assertThat(context.getBean(TpRegistry.class).environment("default").priority())
                .isEqualTo(TpPriority.HIGH));
    }

    @Test
    void poolsAreWatchedByTheMonitorsInTheContext() {
        Watcher watcher = new Watcher();
        this.runner.withBean(Watcher.class, () -> watcher).run((context) -> {
            context.getBean(TpEnvironment.class).submit(() -> "done").get();

            assertThat(watcher.started).isTrue();
        });
    }

    @Test
    void aWrongCustomizerIsNamedWithItsPool() {
        this.runner.withBean(TpPoolCustomizer.class, () -> (name, builder) -> builder.threadMinimum(600))
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessageContaining("threadMinimum is 600"));
    }

    @Test
    void backsOffForARegistryAndAShutdownOfTheUser() {
        this.runner.withUserConfiguration(UserInfrastructure.class).run((context) -> {
            assertThat(context).getBean(TpRegistry.class).isSameAs(context.getBean("myRegistry"));
            assertThat(context).getBean(TpShutdown.class).isSameAs(context.getBean("myShutdown"));
        });
    }

    @Test
    void theExecutorsOfSpringBootAreStillThere() {
        this.runner
            .withConfiguration(
                    AutoConfigurations.of(TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
            .withUserConfiguration(Scheduling.class)
            .withPropertyValues("tp.pools.io=")
            .run((context) -> {
                assertThat(context).hasBean("applicationTaskExecutor").hasBean("taskScheduler");
                assertThat(context).getBeanNames(Executor.class)
                    .containsExactlyInAnyOrder("applicationTaskExecutor", "taskScheduler");
            });
    }

    @Test
    void worksWithoutActuatorMicrometerAndValidation() {
        this.runner
            .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate", "io.micrometer",
                    "jakarta.validation", "org.springframework.boot.health", "org.springframework.boot.micrometer"))
            .withPropertyValues("tp.pools.io.max-threads=3")
            .run((context) -> assertThat(context.getBean(TpRegistry.class).pool("io").threadMaximum()).isEqualTo(3));
    }

    @Test
    void whatIsConfiguredIsThereAtStartEvenIfAllElseIsLazy() {
        this.runner
            .withInitializer(
                    (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
            .withPropertyValues("tp.environments.imports.pool=oi", "tp.pools.io=")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessage("no pool 'oi'; did you mean 'io'?"));
    }

    @Test
    void nothingIsCreatedTooEarlyToBeProcessed(CapturedOutput output) {
        this.runner.withPropertyValues("tp.pools.io=", "tp.environments.imports.pool=io").run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(output).doesNotContain("not eligible for getting processed")
                .doesNotContain("non-static factory method");
        });
    }

    @Test
    void librariesAreLoadedFromPathsAndClosedWithTheContext(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("greeting.txt"), "hello");
        TpLibrary[] library = new TpLibrary[1];
        this.runner
            .withPropertyValues("tp.libraries.parsers.location=" + directory, "tp.environments.imports.library=parsers")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                library[0] = registry.library("parsers");
                String greeting = registry.environment("imports").submit(() -> {
                    try (var in = Thread.currentThread().getContextClassLoader().getResourceAsStream("greeting.txt")) {
                        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    }
                }).get();

                assertThat(greeting).isEqualTo("hello");
                assertThat(library[0].isUnloaded()).isFalse();
            });

        assertThat(library[0].isUnloaded()).isTrue();
    }

    @Test
    void librariesAreLoadedFromResources() {
        this.runner.withPropertyValues("tp.libraries.parsers.location=classpath:META-INF/spring/")
            .run((context) -> assertThat(context.getBean(TpRegistry.class).library("parsers").classLoader())
                .isNotNull());
    }

    @Test
    void aContextLeavesNoThreadBehind() {
        for (int i = 0; i < 3; i++) {
            this.runner.withPropertyValues("tp.pools.refresh-test.min-threads=2").run((context) -> {
                context.getBean(TpRegistry.class).environment("refresh-test").submit(() -> "done").get();
                assertThat(threads("refresh-test")).isNotEmpty();
            });
            // The pool has ended; its last thread may still be on its way out.
            Awaitility.await().untilAsserted(() -> assertThat(threads("refresh-test")).isEmpty());
        }
    }

    @Test
    void aContextThatFailsToStartLeavesNoThreadBehind() {
        this.runner.withPropertyValues("tp.pools.failing-test.min-threads=2").withBean(Object.class, () -> {
            throw new IllegalStateException("broken");
        }).run((context) -> assertThat(context).hasFailed());

        Awaitility.await().untilAsserted(() -> assertThat(threads("failing-test")).isEmpty());
    }

    private static List<String> threads(String pool) {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .map(Thread::getName)
            .filter((name) -> name.startsWith(pool))
            .toList();
    }

    private ApplicationContextRunner withYaml(String yaml) {
        return this.runner.withInitializer((context) -> addYaml(context, yaml));
    }

    private static void addYaml(ConfigurableApplicationContext context, String yaml) {
        try {
            new YamlPropertySourceLoader()
                .load("test.yaml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), "test.yaml"))
                .forEach(context.getEnvironment().getPropertySources()::addLast);
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Injected {

        @Bean
        List<Object> all(@Qualifier("imports") TpPool pool, @Qualifier("imports") TpEnvironment environment,
                @Qualifier("imports") TpCleanupGroup group, @Qualifier("imports") TpSemaphore semaphore,
                @Qualifier("imports") TpMutex mutex, @Qualifier("imports") TpCriticalSection section,
                @Qualifier("imports") TpEvent event) {
            return List.of(pool, environment, group, semaphore, mutex, section, event);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class UserBeans {

        @Bean
        TpPool mine() {
            return TpPool.create("mine");
        }

        @Bean
        TpSemaphore slots() {
            return TpSemaphore.of(1, 1);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class UserDefaultPool {

        @Bean("default")
        TpPool pool() {
            return TpPool.create("mine");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        @Bean
        @Order(2)
        TpPoolCustomizer second() {
            return (name, builder) -> builder.threadMaximum(2);
        }

        @Bean
        @Order(1)
        TpPoolCustomizer first() {
            return (name, builder) -> builder.threadMaximum(1);
        }

        @Bean
        TpEnvironmentCustomizer priority() {
            return (name, builder) -> builder.priority(TpPriority.HIGH);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class EnvironmentCustomizers {

        @Bean
        @Order(2)
        TpEnvironmentCustomizer second() {
            return (name, builder) -> builder.priority(TpPriority.HIGH);
        }

        @Bean
        @Order(1)
        TpEnvironmentCustomizer first() {
            return (name, builder) -> builder.priority(TpPriority.NORMAL);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class UserInfrastructure {

        @Bean
        TpRegistry myRegistry(ListableBeanFactory beanFactory) {
            return new TpRegistry(beanFactory);
        }

        @Bean
        TpShutdown myShutdown(TpRegistry registry) {
            return new TpShutdown(registry, Map.of(), Duration.ofSeconds(1));
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {

    }

    static class Watcher implements TpMonitor {

        volatile boolean started;

        @Override
        public void callbackStarted(TpCallbackSource source, long queueNanos) {
            this.started = true;
        }

    }

}
