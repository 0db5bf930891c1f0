package dev.tpool.boot.autoconfigure.web;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpWebFluxAutoConfiguration}.
 */
class TpWebFluxAutoConfigurationTests {

    private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpWebFluxAutoConfiguration.class,
                WebFluxAutoConfiguration.class))
        .withPropertyValues("tp.web.rejected-as-service-unavailable=true")
        .withBean(RejectedCallbacks.Controller.class);

    @Test
    void leavesTheAnswerToTheAdviceOfTheApplicationWhicheverCameFirst() {
        this.runner.run((context) -> assertThat(answer(context)).isEqualTo(503));
        this.runner.withBean(RejectedCallbacks.Advice.class)
            .run((context) -> assertThat(answer(context)).isEqualTo(429));
        this.runner.withConfiguration(AutoConfigurations.of(RejectedCallbacks.LaterAdvice.class))
            .run((context) -> assertThat(answer(context)).isEqualTo(429));
    }

    private static int answer(ApplicationContext context) {
        return WebTestClient.bindToApplicationContext(context)
            .build()
            .get()
            .uri("/")
            .exchange()
            .returnResult(String.class)
            .getStatus()
            .value();
    }

}
