package dev.tpool.boot.autoconfigure.web;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.web.RejectedCallbackAdvice;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.context.WebApplicationContext;
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
    void leavesTheAnswerToTheAdviceOfTheApplicationWhicheverCameFirst() {
        WebApplicationContextRunner withController = this.runner.withPropertyValues(ASKED_FOR)
            .withConfiguration(AutoConfigurations.of(WebMvcAutoConfiguration.class))
            .withBean(RejectedCallbacks.Controller.class);
        withController.run((context) -> assertThat(answer(context)).isEqualTo(503));
        withController.withBean(RejectedCallbacks.Advice.class)
            .run((context) -> assertThat(answer(context)).isEqualTo(429));
        withController.withConfiguration(AutoConfigurations.of(RejectedCallbacks.LaterAdvice.class))
            .run((context) -> assertThat(answer(context)).isEqualTo(429));
    }

    private static int answer(WebApplicationContext context) {
        return MockMvcTester.from(context).get().uri("/").exchange().getResponse().getStatus();
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
