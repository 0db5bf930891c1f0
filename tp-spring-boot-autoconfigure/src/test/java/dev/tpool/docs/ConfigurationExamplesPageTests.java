package dev.tpool.docs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpPoolCustomizer;
import dev.tpool.spring.TpRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The example in code of {@code docs/configuration.md}.
 */
class ConfigurationExamplesPageTests {

    @Test
    void inCode() {
        Alerts alerts = new Alerts();
        new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class))
            .withPropertyValues("tp.pools.reports.max-threads=2")
            .withUserConfiguration(Handlers.class)
            .withBean(Alerts.class, () -> alerts)
            .run((context) -> {
                assertThat(context.getBean(TpRegistry.class).environment("reports").trySubmit(() -> {
                    throw new IllegalStateException("no paper");
                })).isTrue();
                Awaitility.await().untilAsserted(() -> assertThat(alerts.raised).containsEntry("one-shot", "no paper"));
            });
    }

    static class Alerts {

        final Map<String, String> raised = new ConcurrentHashMap<>();

        void raise(String callback, Throwable failure) {
            this.raised.put(callback, String.valueOf(failure.getMessage()));
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Handlers {

        @Bean
        TpPoolCustomizer reportsHandler(Alerts alerts) {
            return (name, builder) -> {
                if (name.equals("reports")) {
                    builder.exceptionHandler((source, failure) -> alerts.raise(source.name(), failure));
                }
            };
        }

    }

}
