package dev.tpool.boot.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.tpool.TpEnvironment;
import dev.tpool.TpTimer;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The classes of an application that can be loaded anew.
 */
public final class RestartedApplication {

    private RestartedApplication() {
    }

    /**
     * What the application's own {@code main} is.
     */
    public static class Program implements Supplier<ConfigurableApplicationContext> {

        @Override
        public ConfigurableApplicationContext get() {
            ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("tp.pools.left.min-threads=2", "tp.pools.left.max-threads=4", "spring.main.banner-mode=off")
                .run();
            context.getBean("greeter", Greeter.class).greet("you").join();
            TpEnvironment.defaults().submit(() -> "by the pool of the process").join();
            TpTimer timer = context.getBean(TpRegistry.class).environment("left").timer(() -> {
            });
            timer.set(Duration.ofMillis(1), Duration.ofMillis(5), Duration.ZERO);
            return context;
        }

    }

    /**
     * An application.
     */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Application {

        @Bean
        Greeter greeter() {
            return new Greeter();
        }

    }

    /**
     * Runs in the pool.
     */
    public static class Greeter {

        @TpCallback("left")
        public CompletableFuture<String> greet(String name) {
            return CompletableFuture.completedFuture("hello " + name);
        }

    }

}
