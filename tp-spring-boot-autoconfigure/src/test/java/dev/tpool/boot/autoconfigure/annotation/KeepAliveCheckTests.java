package dev.tpool.boot.autoconfigure.annotation;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.annotation.TpTimer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KeepAliveCheck}.
 */
@ExtendWith(OutputCaptureExtension.class)
class KeepAliveCheckTests {

    private static final String WARNING = "Set 'spring.main.keep-alive=true'";

    @Test
    void warnsIfNothingKeepsTheTimersAlive(CapturedOutput output) {
        start(WithTimer.class);

        assertThat(output).containsOnlyOnce(WARNING).contains("Jobs.poll (timer, at once, every PT1H) is active");
    }

    @Test
    void saysNothingIfSomethingDoesOrThereAreNone(CapturedOutput output) {
        start(WithTimer.class, "--spring.main.keep-alive=true");
        start(WithoutTimer.class);

        assertThat(output).doesNotContain(WARNING);
    }

    private static void start(Class<?> application, String... arguments) {
        new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
            .properties("spring.main.banner-mode=off")
            .run(arguments)
            .close();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ TpAutoConfiguration.class, TpTriggerAutoConfiguration.class })
    static class WithoutTimer {

    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ TpAutoConfiguration.class, TpTriggerAutoConfiguration.class })
    static class WithTimer {

        @Bean
        Jobs jobs() {
            return new Jobs();
        }

    }

    static class Jobs {

        @TpTimer("1h")
        void poll() {
        }

    }

}
