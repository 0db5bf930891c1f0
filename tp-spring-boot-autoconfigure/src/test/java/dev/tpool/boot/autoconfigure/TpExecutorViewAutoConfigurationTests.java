package dev.tpool.boot.autoconfigure;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpPool;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.context.TpContextPropagationAutoConfiguration;
import dev.tpool.boot.autoconfigure.metrics.TpMetricsAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.task.TpTaskExecutor;
import dev.tpool.spring.task.TpTaskScheduler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.task.TaskExecutorMetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpExecutorViewAutoConfiguration}.
 */
class TpExecutorViewAutoConfigurationTests {

    private ConfigurableApplicationContext starting;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                TpExecutorViewAutoConfiguration.class, TpContextPropagationAutoConfiguration.class,
                TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
        .withInitializer((context) -> this.starting = context)
        .withPropertyValues("tp.pools.io.max-threads=4");

    @Test
    void thereIsNoViewUnlessItIsAskedFor() {
        this.runner.run((context) -> {
            assertThat(context).doesNotHaveBean(TpTaskExecutor.class).doesNotHaveBean(TpTaskScheduler.class);
            assertThat(context).getBeans(Executor.class).containsOnlyKeys("applicationTaskExecutor");
        });
    }

    @Test
    void theExecutorsOfBootStayAsTheyAre() {
        this.runner.withUserConfiguration(Scheduling.class)
            .withPropertyValues("tp.executor-views.io.task-scheduler=true")
            .run((context) -> {
                assertThat(context).hasBean("tpTaskExecutor.io").hasBean("tpTaskScheduler.io");
                assertThat(context.getBean("applicationTaskExecutor")).isInstanceOf(ThreadPoolTaskExecutor.class);
                assertThat(context.getBean("taskScheduler")).isInstanceOf(ThreadPoolTaskScheduler.class);
                DefaultCandidates candidates = context.getAutowireCapableBeanFactory()
                    .createBean(DefaultCandidates.class);
                assertThat(candidates.executor).isInstanceOf(ThreadPoolTaskExecutor.class);
                assertThat(candidates.scheduler).isInstanceOf(ThreadPoolTaskScheduler.class);
            });
    }

    @Test
    void theExecutorsOfBootStayAsTheyAreWhateverComesFirst() {
        new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class,
                            TpExecutorViewAutoConfiguration.class, TpAutoConfiguration.class))
            .withUserConfiguration(Scheduling.class)
            .withPropertyValues("tp.executor-views.io.environment=default", "tp.executor-views.io.task-scheduler=true")
            .run((context) -> {
                assertThat(context).hasBean("tpTaskExecutor.io").hasBean("tpTaskScheduler.io");
                assertThat(context).hasBean("applicationTaskExecutor").hasBean("taskScheduler");
            });
    }

    @Test
    void aViewIsInjectedByItsNameAsWhateverItIs() {
        this.runner
            .withPropertyValues("tp.executor-views.io.task-scheduler=true", "tp.executor-views.other.environment=io",
                    "tp.executor-views[a.b].environment=io")
            .withUserConfiguration(Injected.class)
            .run((context) -> {
                Injected injected = context.getBean(Injected.class);

                assertThat(injected.executor).isSameAs(injected.service).isSameAs(injected.view);
                assertThat(injected.scheduler).isInstanceOf(TpTaskScheduler.class);
                assertThat(injected.other).isNotSameAs(injected.view);
                assertThat(injected.dotted.environment()).isSameAs(injected.view.environment())
                    .isSameAs(context.getBean(TpRegistry.class).environment("io"));
            });
    }

    @Test
    void asyncMethodsGoWhereTheyAreSentAndTheOthersToBoot() {
        this.runner.withUserConfiguration(AsyncConfiguration.class)
            .withPropertyValues("tp.executor-views.io.task-scheduler=true")
            .run((context) -> {
                AsyncBean bean = context.getBean(AsyncBean.class);

                assertThat(bean.named().get(60, TimeUnit.SECONDS)).startsWith("io-");
                assertThat(bean.plain().get(60, TimeUnit.SECONDS)).startsWith("task-");
            });
    }

    @Test
    void scheduledMethodsGoWhereTheyAreSentAndTheOthersToBoot() {
        this.runner.withUserConfiguration(Scheduling.class)
            .withPropertyValues("tp.executor-views.io.task-executor=false", "tp.executor-views.io.task-scheduler=true")
            .run((context) -> {
                Scheduling scheduling = context.getBean(Scheduling.class);

                assertThat(context).doesNotHaveBean(TpTaskExecutor.class);
                assertThat(scheduling.named.poll(60, TimeUnit.SECONDS)).startsWith("io-");
                assertThat(scheduling.named.poll(60, TimeUnit.SECONDS)).startsWith("io-");
                assertThat(scheduling.cron.poll(60, TimeUnit.SECONDS)).startsWith("io-");
                assertThat(scheduling.plain.poll(60, TimeUnit.SECONDS)).startsWith("scheduling-");
            });
    }

    @Test
    void decoratorsAreAroundTheTasksInTheirOrder() {
        this.runner.withUserConfiguration(Decorators.class)
            .withPropertyValues("tp.executor-views.io.task-scheduler=true")
            .run((context) -> {
                List<String> calls = context.getBean(Decorators.class).calls;

                context.getBean(TpTaskExecutor.class).submit(() -> calls.add("task")).get(60, TimeUnit.SECONDS);
                assertThat(calls).containsExactly("second", "first", "task");
                calls.clear();
                context.getBean(TpTaskScheduler.class)
                    .schedule(() -> calls.add("task"), Instant.now())
                    .get(60, TimeUnit.SECONDS);
                assertThat(calls).containsExactly("second", "first", "task");
            });
    }

    @Test
    void theViewsEndWithTheContext() {
        BlockingQueue<ScheduledFuture<?>> scheduled = new LinkedBlockingQueue<>();
        BlockingQueue<TpTaskExecutor> executors = new LinkedBlockingQueue<>();
        this.runner.withPropertyValues("tp.executor-views.io.task-scheduler=true").run((context) -> {
            executors.add(context.getBean(TpTaskExecutor.class));
            scheduled.add(context.getBean(TpTaskScheduler.class).schedule(() -> {
            }, Instant.now().plusSeconds(3600)));
            TpPool pool = context.getBean(TpRegistry.class).pool("io");
            assertThat(pool.snapshot().objects()).hasSize(1);

            context.getSourceApplicationContext().close();

            assertThat(scheduled.remove().isCancelled()).isTrue();
            assertThat(executors.remove().isTerminated()).isTrue();
            // Nobody had to close a timer that was forgotten.
            assertThat(pool.snapshot().objects()).isEmpty();
        });
    }

    @Test
    void whatIsWrongIsKnownAtTheStartEvenIfAllElseIsLazy() {
        this.runner
            .withInitializer(
                    (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
            .withPropertyValues("tp.executor-views.oi=")
            .run((context) -> assertThat(context).hasFailed());
    }

    @Test
    void theMetersOfPoolAndExecutorAreThereOnce() {
        this.runner
            .withConfiguration(
                    AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
                            TaskExecutorMetricsAutoConfiguration.class, TpMetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withPropertyValues("tp.executor-views.io.task-scheduler=true")
            .run((context) -> {
                MeterRegistry meters = context.getBean(MeterRegistry.class);

                assertThat(meters.find("executor.active").gauges()).extracting((gauge) -> gauge.getId().getTag("name"))
                    .containsExactlyInAnyOrder("applicationTaskExecutor", "default", "io");
            });
    }

    @Test
    void aViewOfAnUnknownEnvironmentIsAnError() {
        this.runner.withPropertyValues("tp.executor-views.fast.environment=oi").run((context) -> {
            FailureAnalysis analysis = new InvalidTpPropertiesFailureAnalyzer(this.starting.getEnvironment())
                .analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: tp.executor-views.fast.environment")
                .contains("Value: \"oi\"")
                .contains("there is no environment 'oi'");
            assertThat(analysis.getAction()).isEqualTo("Did you mean 'io'?");
        });
        this.runner.withPropertyValues("tp.executor-views.fast=").run((context) -> {
            FailureAnalysis analysis = new InvalidTpPropertiesFailureAnalyzer(this.starting.getEnvironment())
                .analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("must be set, since there is no environment 'fast' either");
            assertThat(analysis.getAction()).contains("Set 'tp.executor-views.fast.environment' to one of");
        });
    }

    @Test
    void aViewWithNothingInItIsAnError() {
        this.runner.withPropertyValues("tp.executor-views.io.task-executor=false")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(InvalidTpPropertiesException.class)
                .hasMessageContaining("tp.executor-views.io.task-executor: leaves nothing of the view"));
    }

    @Test
    void anExecutorOfTheUserWithTheNameOfAViewIsAnError() {
        this.runner.withBean("io", ThreadPoolTaskExecutor.class)
            .withPropertyValues("tp.executor-views.io=")
            .run((context) -> assertThat(context).getFailure()
                .isInstanceOf(InvalidTpPropertiesException.class)
                .hasMessageContaining("there is a bean named 'io' of type Executor, too"));
    }

    @Test
    void anExecutorThatIsInjectedWithoutItsViewIsAnErrorThatSaysWhatToSet() {
        this.runner.withUserConfiguration(Injected.class).run((context) -> {
            FailureAnalysis analysis = new TpQualifierFailureAnalyzer(beanFactory())
                .analyze(context.getStartupFailure());

            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription()).contains("with the qualifier 'io'");
            assertThat(analysis.getAction()).isEqualTo("Set 'tp.executor-views.io.task-executor' to true to have one"
                    + " that runs its tasks in the environment 'io'.");
        });
        this.runner.withPropertyValues("tp.executor-views.others.environment=io", "tp.executor-views.io=")
            .withUserConfiguration(Misspelt.class)
            .run((context) -> {
                FailureAnalysis analysis = new TpQualifierFailureAnalyzer(beanFactory())
                    .analyze(context.getStartupFailure());

                assertThat(analysis).isNotNull();
                assertThat(analysis.getAction()).isEqualTo("Did you mean 'others'?");
            });
    }

    private BeanFactory beanFactory() {
        return this.starting.getBeanFactory();
    }

    @Test
    void withoutTheOptionalLibrariesTheViewsAreThere() {
        this.runner
            .withClassLoader(
                    new FilteredClassLoader("io.micrometer", "org.springframework.web", "org.springframework.security"))
            .withPropertyValues("tp.executor-views.io.task-scheduler=true")
            .run((context) -> assertThat(
                    context.getBean(TpTaskExecutor.class).submit(() -> "ran").get(60, TimeUnit.SECONDS))
                .isEqualTo("ran"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class AsyncConfiguration {

        @Bean
        AsyncBean asyncBean() {
            return new AsyncBean();
        }

    }

    static class AsyncBean {

        @Async("io")
        CompletableFuture<String> named() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @Async
        CompletableFuture<String> plain() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {

        private final BlockingQueue<String> named = new LinkedBlockingQueue<>();

        private final BlockingQueue<String> cron = new LinkedBlockingQueue<>();

        private final BlockingQueue<String> plain = new LinkedBlockingQueue<>();

        @Scheduled(fixedRate = 50)
        void plain() {
            this.plain.add(Thread.currentThread().getName());
        }

        @Scheduled(fixedRate = 50, scheduler = "io")
        void named() {
            this.named.add(Thread.currentThread().getName());
        }

        @Scheduled(cron = "* * * * * *", scheduler = "io")
        void cron() {
            this.cron.add(Thread.currentThread().getName());
        }

    }

    static class DefaultCandidates {

        private final Executor executor;

        private final TaskScheduler scheduler;

        DefaultCandidates(@Qualifier("applicationTaskExecutor") Executor executor, TaskScheduler scheduler) {
            this.executor = executor;
            this.scheduler = scheduler;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Injected {

        private final AsyncTaskExecutor executor;

        private final ExecutorService service;

        private final TpTaskExecutor view;

        private final TaskScheduler scheduler;

        private final TpTaskExecutor other;

        private final TpTaskExecutor dotted;

        Injected(@Qualifier("io") AsyncTaskExecutor executor, @Qualifier("io") ExecutorService service,
                @Qualifier("io") TpTaskExecutor view, @Qualifier("io") TaskScheduler scheduler,
                @Qualifier("other") TpTaskExecutor other, @Qualifier("a.b") TpTaskExecutor dotted) {
            this.executor = executor;
            this.service = service;
            this.view = view;
            this.scheduler = scheduler;
            this.other = other;
            this.dotted = dotted;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Misspelt {

        Misspelt(@Qualifier("other") ExecutorService executor) {
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Decorators {

        private final List<String> calls = new CopyOnWriteArrayList<>();

        @Bean
        @Order(2)
        TaskDecorator second() {
            return decorator("second");
        }

        @Bean
        @Order(1)
        TaskDecorator first() {
            return decorator("first");
        }

        private TaskDecorator decorator(String name) {
            return (task) -> () -> {
                this.calls.add(name);
                task.run();
            };
        }

    }

}
