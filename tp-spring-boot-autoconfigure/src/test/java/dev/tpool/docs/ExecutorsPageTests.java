package dev.tpool.docs;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpEnvironment;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.TpExecutorViewAutoConfiguration;
import dev.tpool.boot.autoconfigure.context.TpContextPropagationAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.task.TpTaskExecutor;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * The examples of {@code docs/executors.md}.
 */
class ExecutorsPageTests {

    private static final BlockingQueue<String> TIDIED = new LinkedBlockingQueue<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpExecutorViewAutoConfiguration.class,
                TpContextPropagationAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
                TaskSchedulingAutoConfiguration.class))
        .withPropertyValues("tp.pools.io.max-threads=64", "tp.executor-views.io=",
                "tp.executor-views.reports.environment=io", "tp.executor-views.reports.task-executor=false",
                "tp.executor-views.reports.task-scheduler=true");

    @Test
    void views() {
        this.runner.withUserConfiguration(Enabled.class).withBean(Reports.class).run((context) -> {
            Reports reports = context.getBean(Reports.class);
            assertThat(reports.report(7).get(1, TimeUnit.MINUTES).thread()).startsWith("io-");
            assertThat(context.getBean(TpRegistry.class).pool("io").snapshot().objects())
                .anySatisfy((object) -> assertThat(object.kind().name()).isEqualTo("TIMER"));

            reports.nightly();
            assertThat(TIDIED.poll(1, TimeUnit.MINUTES)).startsWith("io-");

            WebAsyncTask<Report> page = reports.page(7);
            page.setBeanFactory(context);
            assertThat(page.getExecutor()).isSameAs(context.getBean("tpTaskExecutor.io"));
            assertThat(context.getBean("applicationTaskExecutor")).isInstanceOf(ThreadPoolTaskExecutor.class);
        });
    }

    @Test
    void allAsynchronousRequests() {
        this.runner.withPropertyValues("tp.executor-views.web.environment=io")
            .withUserConfiguration(Web.class)
            .run((context) -> {
                AsyncSupportConfigurer configurer = mock(AsyncSupportConfigurer.class);
                context.getBean(WebMvcConfigurer.class).configureAsyncSupport(configurer);
                verify(configurer).setTaskExecutor(context.getBean("tpTaskExecutor.web", TpTaskExecutor.class));
            });
    }

    @Test
    void contexts() {
        this.runner
            .withPropertyValues("tp.environments.orders.pool=io", "tp.environments.orders.propagate-context=true")
            .withBean(Orders.class)
            .run((context) -> assertThat(context.getBean(Orders.class).ship(7).get(1, TimeUnit.MINUTES))
                .isEqualTo("order 7"));
    }

    static Report load(long id) {
        return new Report(id, Thread.currentThread().getName());
    }

    static void tidyUp() {
        TIDIED.add(Thread.currentThread().getName());
    }

    record Report(long id, String thread) {

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @EnableScheduling
    static class Enabled {

    }

    @Component
    static class Reports {

        private final ExecutorService executor;

        Reports(@Qualifier("io") ExecutorService executor) {
            this.executor = executor;
        }

        @Async("io")
        CompletableFuture<Report> report(long id) {
            return CompletableFuture.completedFuture(load(id));
        }

        @Scheduled(cron = "0 0 4 * * *", scheduler = "reports")
        void nightly() {
            this.executor.execute(() -> tidyUp());
        }

        WebAsyncTask<Report> page(long id) {
            return new WebAsyncTask<>(null, "tpTaskExecutor.io", () -> load(id));
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Web {

        @Bean
        WebMvcConfigurer asyncSupport(@Qualifier("web") TpTaskExecutor web) {
            return new WebMvcConfigurer() {

                @Override
                public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
                    configurer.setTaskExecutor(web);
                }

            };
        }

    }

    static class Orders {

        private final TpEnvironment orders;

        Orders(@Qualifier("orders") TpEnvironment orders) {
            this.orders = orders;
        }

        CompletableFuture<String> ship(long id) {
            MDC.put("order", "order " + id);
            try {
                return this.orders.submit(() -> MDC.get("order"));
            }
            finally {
                MDC.remove("order");
            }
        }

    }

}
