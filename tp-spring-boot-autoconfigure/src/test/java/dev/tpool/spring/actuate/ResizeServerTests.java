package dev.tpool.spring.actuate;

import java.util.Map;

import dev.tpool.TpPool;
import dev.tpool.spring.TpRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint on a real server, for a user who has asked for write access.
 */
@AutoConfigureRestTestClient
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = { "management.endpoints.web.exposure.include=threadpools",
                "management.endpoint.threadpools.access=unrestricted" })
class ResizeServerTests {

    @Autowired
    private RestTestClient client;

    @Autowired
    private TpRegistry registry;

    @Test
    void changesTheNumbersOfThreadsInAnyDirection() {
        TpPool pool = TpPool.builder("both").threadMinimum(10).threadMaximum(10).build();
        TpRegistry.Registration registration = this.registry.register("both", pool);
        try {
            post("both", Map.of("minThreads", 2, "maxThreads", 5)).expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.threadMinimum")
                .isEqualTo(2)
                .jsonPath("$.threadMaximum")
                .isEqualTo(5);
            post("both", Map.of("minThreads", 10, "maxThreads", 12)).expectStatus().isOk();
            assertThat(pool.threadMinimum()).isEqualTo(10);
            assertThat(pool.threadMaximum()).isEqualTo(12);

            post("both", Map.of("minThreads", 3)).expectStatus().isOk();
            assertThat(pool.threadMinimum()).isEqualTo(3);
            assertThat(pool.threadMaximum()).isEqualTo(12);
        }
        finally {
            registration.close();
            pool.close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            minThreads | 6       | minThreads, which is 6, must not be above maxThreads, which is 4
            maxThreads | 0       | maxThreads must be between 1 and 1048575, and is 0
            maxThreads | -1      | maxThreads must be between 1 and 1048575, and is -1
            minThreads | -1      | minThreads must be between 0 and 1048575, and is -1
            maxThreads | 1048576 | maxThreads must be between 1 and 1048575, and is 1048576
            max-threads | 5      | there is neither minThreads nor maxThreads, in this very spelling: give one or both
            """)
    void refusesWhatIsNotValidAndSaysWhy(String key, int value, String error) {
        TpPool pool = TpPool.builder("refusing").threadMinimum(1).threadMaximum(4).build();
        TpRegistry.Registration registration = this.registry.register("refusing", pool);
        try {
            post("refusing", Map.of(key, value)).expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.error")
                .value(String.class, (text) -> assertThat(text).startsWith(error));
            assertThat(pool.threadMinimum()).isEqualTo(1);
            assertThat(pool.threadMaximum()).isEqualTo(4);
        }
        finally {
            registration.close();
            pool.close();
        }
    }

    @Test
    void refusesWhatIsNoNumber() {
        post("default", Map.of("maxThreads", "many")).expectStatus().isBadRequest();
    }

    @Test
    void doesNotFindAPoolThatIsNotThere() {
        post("none", Map.of("maxThreads", 5)).expectStatus().isNotFound();
    }

    private RestTestClient.ResponseSpec post(String pool, Map<String, ?> body) {
        return this.client.post()
            .uri("/actuator/threadpools/" + pool)
            .contentType(MediaType.APPLICATION_JSON)
            .body(body)
            .exchange();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Config {

    }

}
