package dev.tpool.spring;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpEnvironment;
import dev.tpool.spring.actuate.ThreadPoolsEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The end of an application with a real server, and a request in flight.
 */
@Timeout(120)
class GracefulShutdownServerTests {

    private final HttpClient client = HttpClient.newHttpClient();

    private final List<TpShutdownReport> reports = new CopyOnWriteArrayList<>();

    private final List<ThreadPoolsEndpoint.ThreadPoolsDescriptor> shown = new CopyOnWriteArrayList<>();

    @Test
    void aRequestInFlightMayPostACallbackUntilItsEnd() throws Exception {
        ConfigurableApplicationContext context = start("--management.server.port=0");
        Requests requests = context.getBean(Requests.class);
        CompletableFuture<HttpResponse<String>> inFlight = this.client
            .sendAsync(get(context, "local.server.port", "/late"), BodyHandlers.ofString());
        assertThat(requests.arrived.await(60, TimeUnit.SECONDS)).isTrue();
        TpShutdown shutdown = context.getBean(TpShutdown.class);
        Thread closing = new Thread(context::close);
        closing.start();
        Awaitility.await().until(shutdown::isClosing);

        HttpResponse<String> pools = this.client.send(get(context, "local.management.port", "/actuator/threadpools"),
                BodyHandlers.ofString());
        requests.mayPost.countDown();

        assertThat(inFlight.get(60, TimeUnit.SECONDS).body()).isEqualTo("posted while closing, and ran");
        closing.join();
        assertThat(pools.body()).contains("\"closing\":true").contains("\"closed\":false");
        assertThat(this.reports).singleElement().satisfies((report) -> {
            assertThat(report.complete()).isTrue();
            assertThat(report.droppedCount()).isZero();
        });
    }

    @Test
    void theEndpointBeanHasTheReportWhileBeansAreThere() {
        start().close();

        assertThat(this.shown).singleElement().satisfies((pools) -> {
            assertThat(pools.closing()).isTrue();
            assertThat(pools.pools().get("io").terminated()).isTrue();
            assertThat(pools.shutdown()).isNotNull();
            assertThat(pools.shutdown().dropped()).isEmpty();
            assertThat(pools.shutdown().limitMillis()).isEqualTo(20_000);
        });
    }

    @Test
    void theEndpointNamesWhatToRaiseForWhatWasToRun() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<?> hanging;
        CompletableFuture<?> queued;
        try (ConfigurableApplicationContext context = start("--spring.lifecycle.timeout-per-shutdown-phase=400ms")) {
            TpEnvironment io = context.getBean(TpRegistry.class).environment("io");
            hanging = io.submit(() -> {
                started.countDown();
                gate.await();
                return null;
            });
            queued = io.submit(() -> null);
            started.await();
        }
        gate.countDown();

        assertThat(queued).isCancelled();
        assertThat(hanging).succeedsWithin(Duration.ofSeconds(20));
        assertThat(this.shown).singleElement().satisfies((pools) -> {
            assertThat(pools.shutdown().undrained()).containsValue(1L);
            assertThat(pools.shutdown().tooShort()).containsExactly("spring.lifecycle.timeout-per-shutdown-phase");
        });
    }

    private ConfigurableApplicationContext start(String... arguments) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
            .properties("server.port=0", "spring.main.banner-mode=off", "tp.pools.io.max-threads=1",
                    "spring.lifecycle.timeout-per-shutdown-phase=20s", "management.endpoints.web.exposure.include=*")
            .build();
        ConfigurableApplicationContext context = application.run(arguments);
        context.addApplicationListener((TpShutdownReportEvent end) -> {
            this.reports.add(end.getReport());
            this.shown.add(context.getBean(ThreadPoolsEndpoint.class).threadPools());
        });
        return context;
    }

    private static HttpRequest get(ConfigurableApplicationContext context, String port, String path) {
        return HttpRequest
            .newBuilder(URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty(port) + path))
            .build();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Requests.class)
    static class Application {

    }

    @RestController
    static class Requests {

        final CountDownLatch arrived = new CountDownLatch(1);

        final CountDownLatch mayPost = new CountDownLatch(1);

        private final TpRegistry registry;

        Requests(TpRegistry registry) {
            this.registry = registry;
        }

        @GetMapping("/late")
        String late() throws InterruptedException {
            this.arrived.countDown();
            this.mayPost.await();
            return this.registry.environment("io").submit(() -> "posted while closing, and ran").join();
        }

    }

}
