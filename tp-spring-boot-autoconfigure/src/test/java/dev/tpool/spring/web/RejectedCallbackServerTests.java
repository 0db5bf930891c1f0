package dev.tpool.spring.web;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.spring.annotation.TpWhenUnavailable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a real server answers when a callback was rejected.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = { "tp.web.rejected-as-service-unavailable=true", "tp.web.retry-after=1500ms",
                "tp.semaphores.slots.maximum=1", "tp.semaphores.slots.initial=0" })
@ExtendWith(OutputCaptureExtension.class)
class RejectedCallbackServerTests {

    @LocalServerPort
    private int port;

    @Test
    void answersARejectedVoidCallback() {
        assertUnavailable("/void");
    }

    @Test
    void answersAFutureThatFails() {
        assertUnavailable("/future");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/key/void", "/key/future", "/key/null", "/key/throws" })
    void leavesACallWithoutAKeyTheErrorThatItIs(String uri, CapturedOutput output) {
        get(uri).expectStatus()
            .isEqualTo(500)
            .expectHeader()
            .doesNotExist("Retry-After")
            .expectBody(String.class)
            .value((body) -> assertThat(body).doesNotContain("busy"));

        assertThat(output).contains("was refused: '");
    }

    private RestTestClient.ResponseSpec get(String uri) {
        return RestTestClient.bindToServer().baseUrl("http://localhost:" + this.port).build().get().uri(uri).exchange();
    }

    private void assertUnavailable(String uri) {
        get(uri).expectStatus()
            .isEqualTo(503)
            .expectHeader()
            .valueEquals("Retry-After", "2")
            .expectHeader()
            .contentType(MediaType.APPLICATION_PROBLEM_JSON)
            .expectBody()
            .jsonPath("$.status")
            .isEqualTo(503)
            .jsonPath("$.detail")
            .isEqualTo("The service is busy. Try again in 2 s.");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Config {

        @Bean
        Controller controller(Scanner scanner) {
            return new Controller(scanner);
        }

        @Bean
        Scanner scanner() {
            return new Scanner();
        }

    }

    @RestController
    static class Controller {

        private final Scanner scanner;

        Controller(Scanner scanner) {
            this.scanner = scanner;
        }

        @GetMapping("/void")
        void post() {
            this.scanner.post();
        }

        @GetMapping("/future")
        CompletableFuture<String> scan() {
            return this.scanner.scan();
        }

        @GetMapping("/key/void")
        void postWithoutKey() {
            this.scanner.postOf("a");
        }

        @GetMapping("/key/future")
        CompletableFuture<String> scanWithoutKey() {
            return this.scanner.scanOf("a");
        }

        @GetMapping("/key/null")
        void postOfNull() {
            this.scanner.postOfKey(() -> null);
        }

        @GetMapping("/key/throws")
        void postOfKeyThatThrows() {
            this.scanner.postOfKey(() -> {
                throw new IllegalStateException("no key today");
            });
        }

    }

    static class Scanner {

        @TpCallback(acquireSemaphore = "slots", releaseSemaphore = "slots", whenUnavailable = TpWhenUnavailable.REJECT)
        void post() {
        }

        @TpCallback(acquireSemaphore = "slots", releaseSemaphore = "slots", whenUnavailable = TpWhenUnavailable.REJECT)
        CompletableFuture<String> scan() {
            return CompletableFuture.completedFuture("scanned");
        }

        @TpCallback(acquireMutex = "a-#{#p0.foo}", releaseMutex = "a-#{#p0.foo}")
        void postOf(String file) {
        }

        @TpCallback(acquireMutex = "a-#{#p0.foo}", releaseMutex = "a-#{#p0.foo}")
        CompletableFuture<String> scanOf(String file) {
            return CompletableFuture.completedFuture(file);
        }

        @TpCallback(acquireMutex = "a-#{#p0.get()}", releaseMutex = "a-#{#p0.get()}")
        void postOfKey(Supplier<@Nullable String> key) {
        }

    }

}
