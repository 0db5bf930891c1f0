package dev.tpool.boot.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.endpoint.TpEndpointAutoConfiguration;
import dev.tpool.boot.autoconfigure.metrics.TpMetricsAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The starter works without what is optional, each alone and all of it.
 */
class AbsentFriendsTests {

    private static final List<String> FRIENDS = List.of("org.springframework.boot.actuate",
            "org.springframework.boot.health", "io.micrometer", "org.springframework.boot.micrometer",
            "org.springframework.web", "jakarta.servlet", "jakarta.validation", "io.micrometer.context",
            "io.micrometer.observation", "org.springframework.security", "org.springframework.transaction",
            "org.springframework.cloud", "org.h2", "com.zaxxer.hikari", "com.fasterxml.jackson", "tools.jackson",
            "org.slf4j.MDC");

    static Stream<String> friends() {
        return FRIENDS.stream();
    }

    @ParameterizedTest
    @MethodSource("friends")
    void worksWithout(String friend) {
        worksWithoutAll(friend);
    }

    @Test
    void worksWithoutAllOfThem() {
        worksWithoutAll(FRIENDS.toArray(String[]::new));
    }

    @Test
    void everyAutoConfigurationIsTried() {
        assertThat(ours()).contains(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                TpEndpointAutoConfiguration.class, TpMetricsAutoConfiguration.class);
    }

    private void worksWithoutAll(String... packages) {
        new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class))
            .withConfiguration(AutoConfigurations.of(ours()))
            .withClassLoader(new FilteredClassLoader(packages))
            .withBean(Greeter.class)
            .withPropertyValues("tp.pools.io.max-threads=2", "tp.semaphores.slots.maximum=1",
                    "management.endpoints.web.exposure.include=threadpools,cleanupgroups,synchronization")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                assertThat(context.getBean(Greeter.class).greet().join()).isEqualTo("hello from io-1");
                assertThat(context.getBean(TpRegistry.class).pools()).containsKeys("default", "io");
            });
    }

    private static Class<?>[] ours() {
        return ImportCandidates.load(AutoConfiguration.class, AbsentFriendsTests.class.getClassLoader())
            .getCandidates()
            .stream()
            .filter((name) -> name.startsWith("dev.tpool."))
            .map((name) -> ClassUtils.resolveClassName(name, null))
            .toArray(Class<?>[]::new);
    }

    /**
     * Visible, as a class loader of its own is in use.
     */
    public static class Greeter {

        @TpCallback("io")
        public CompletableFuture<String> greet() {
            return CompletableFuture.completedFuture("hello from " + Thread.currentThread().getName());
        }

    }

}
