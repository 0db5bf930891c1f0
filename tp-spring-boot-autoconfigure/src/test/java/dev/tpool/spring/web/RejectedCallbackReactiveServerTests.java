package dev.tpool.spring.web;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same with Spring WebFlux.
 */
@ContextConfiguration(classes = RejectedCallbackServerTests.Config.class)
@TestPropertySource(properties = "spring.main.web-application-type=reactive")
class RejectedCallbackReactiveServerTests extends RejectedCallbackServerTests {

    @Test
    void isNoServletApplication(@Autowired ApplicationContext context) {
        assertThat(context).isInstanceOf(ReactiveWebServerApplicationContext.class);
    }

}
