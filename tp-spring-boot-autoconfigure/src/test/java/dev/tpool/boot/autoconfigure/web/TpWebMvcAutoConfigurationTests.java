package dev.tpool.boot.autoconfigure.web;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.web.RejectedCallbackAdvice;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.web.servlet.DispatcherServlet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpWebMvcAutoConfiguration}.
 */
class TpWebMvcAutoConfigurationTests {

    private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(TpAutoConfiguration.class,
            TpWebMvcAutoConfiguration.class);

    private static final String ASKED_FOR = "tp.web.rejected-as-service-unavailable=true";

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
        .withConfiguration(CONFIGURATIONS);

    @Test
    void answersNothingUnlessAskedTo() {
        this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RejectedCallbackAdvice.class));
        this.runner.withPropertyValues(ASKED_FOR)
            .run((context) -> assertThat(context).hasSingleBean(RejectedCallbackAdvice.class));
    }

    @Test
    void backsOffOutsideOfServletApplications() {
        new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
            .withPropertyValues(ASKED_FOR)
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RejectedCallbackAdvice.class));
        new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
            .withPropertyValues(ASKED_FOR)
            .withClassLoader(new FilteredClassLoader("org.springframework.web", DispatcherServlet.class.getName()))
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void refusesARetryAfterOfNoTime() {
        this.runner.withPropertyValues("tp.web.retry-after=0s")
            .run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining("tp.web.retry-after"));
    }

}
