package dev.tpool.spring.actuate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import dev.tpool.TpEnvironment;
import dev.tpool.TpWork;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * The endpoints on a real server, with all auto-configuration.
 */
@AutoConfigureRestTestClient
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = { "management.endpoints.web.exposure.include=*", "tp.pools.io.max-threads=1",
                "tp.pools.io.queue-capacity=5", "tp.cleanup-groups.scans=", "tp.environments.scans.pool=io",
                "tp.environments.scans.cleanup-group=scans", "tp.environments.scans.priority=low",
                "tp.semaphores.slots.maximum=1" })
class EndpointsServerTests {

    @Autowired
    private RestTestClient client;

    @Autowired
    private TpRegistry registry;

    @Autowired
    private Scanner scanner;

    @Test
    void showsPoolsWithTheirObjectsAndRunningCallbacks() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        this.registry.semaphore("slots").acquire();
        CompletableFuture<Void> scan = this.scanner.scan(started, gate);
        started.await();
        TpEnvironment scans = this.registry.environment("scans");
        try (TpWork refresh = scans.work("refresh", () -> {
        })) {
            refresh.submit();

            this.client.get()
                .uri("/actuator/threadpools")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.pools.default.threads")
                .isEqualTo(0)
                .jsonPath("$.pools.default.queueCapacity")
                .doesNotHaveJsonPath()
                .jsonPath("$.pools.io.threadMaximum")
                .isEqualTo(1)
                .jsonPath("$.pools.io.queueCapacity")
                .isEqualTo(5)
                .jsonPath("$.pools.io.running")
                .isEqualTo(1)
                .jsonPath("$.pools.io.queued")
                .isEqualTo(1)
                .jsonPath("$.pools.io.objects[?(@.name == 'refresh')].pending")
                .isEqualTo(1)
                .jsonPath("$.pools.io.runningCallbacks[0].name")
                .isEqualTo("Scanner.scan")
                .jsonPath("$.pools.io.runningCallbacks[0].kind")
                .isEqualTo("ONE_SHOT")
                .jsonPath("$.pools.io.runningCallbacks[0].priority")
                .isEqualTo("LOW")
                .jsonPath("$.pools.io.runningCallbacks[0].cleanupGroup")
                .isEqualTo("scans")
                .jsonPath("$.pools.io.runningCallbacks[0].ageMillis")
                .isNumber()
                .jsonPath("$.pools.io.runningCallbacks[0].completionActions")
                .isEqualTo("RELEASE_SEMAPHORE");
            this.client.get()
                .uri("/actuator/cleanupgroups/scans")
                .exchange()
                .expectBody()
                .jsonPath("$.members.length()")
                .isEqualTo(2);
            gate.countDown();
            scan.get();
            refresh.waitForCallbacks(false);
        }
    }

    @Test
    void showsOnePool() {
        this.client.get()
            .uri("/actuator/threadpools/io")
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody()
            .jsonPath("$.threadKind")
            .isEqualTo("PLATFORM")
            .jsonPath("$.closed")
            .isEqualTo(false);
    }

    @Test
    void doesNotFindAPoolOrGroupThatIsNotThere() {
        this.client.get().uri("/actuator/threadpools/none").exchange().expectStatus().isNotFound();
        this.client.get().uri("/actuator/cleanupgroups/none").exchange().expectStatus().isNotFound();
    }

    @Test
    void showsGroups() {
        this.client.get()
            .uri("/actuator/cleanupgroups")
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody()
            .jsonPath("$.groups.scans.members")
            .isArray();
    }

    @Test
    void cannotBeWrittenTo() {
        this.client.post().uri("/actuator/threadpools/io").exchange().expectStatus().isEqualTo(405);
    }

    @Test
    void metersAreThere() {
        this.client.get()
            .uri("/actuator/metrics/executor.pool.max?tag=name:io")
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody()
            .jsonPath("$.measurements[0].value")
            .isEqualTo(1.0);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Config {

        @Bean
        Scanner scanner() {
            return new Scanner();
        }

    }

    static class Scanner {

        @TpCallback(environment = "scans", releaseSemaphore = "slots")
        CompletableFuture<Void> scan(CountDownLatch started, CountDownLatch gate) throws InterruptedException {
            started.countDown();
            gate.await();
            return CompletableFuture.completedFuture(null);
        }

    }

}
