package dev.tpool.spring.task;

import java.util.concurrent.Callable;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A view as the executor of asynchronous requests, on a real server.
 */
@AutoConfigureRestTestClient
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = { "tp.pools.web.max-threads=4", "tp.environments.web.propagate-context=true",
                "tp.pools.reports.max-threads=4", "tp.executor-views.web=", "tp.executor-views.reports=" })
class MvcAsyncServerTests {

    @Autowired
    private RestTestClient client;

    @Test
    void aCallableRunsInTheViewWithTheContextOfTheRequest() {
        this.client.get().uri("/callable").exchange().expectBody(String.class).value((body) -> {
            assertThat(body).startsWith("web-").endsWith(" /callable");
        });
    }

    @Test
    void aWebAsyncTaskRunsInTheViewThatItNames() {
        this.client.get().uri("/task").exchange().expectBody(String.class).value((body) -> {
            assertThat(body).startsWith("reports-");
        });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        WebMvcConfigurer asyncSupport(@Qualifier("web") TpTaskExecutor web) {
            return new WebMvcConfigurer() {

                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(new PathInMdc());
                }

                @Override
                public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
                    configurer.setTaskExecutor(web);
                }

            };
        }

        @Bean
        Controller controller() {
            return new Controller();
        }

    }

    static class PathInMdc implements AsyncHandlerInterceptor {

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
            MDC.put("path", request.getRequestURI());
            return true;
        }

        @Override
        public void afterConcurrentHandlingStarted(HttpServletRequest request, HttpServletResponse response,
                Object handler) {
            MDC.remove("path");
        }

        @Override
        public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
                Exception ex) {
            MDC.remove("path");
        }

    }

    @RestController
    static class Controller {

        @GetMapping("/callable")
        Callable<String> callable() {
            return () -> Thread.currentThread().getName() + " " + MDC.get("path");
        }

        @GetMapping("/task")
        WebAsyncTask<String> task() {
            return new WebAsyncTask<>(null, "tpTaskExecutor.reports", () -> Thread.currentThread().getName());
        }

    }

}
