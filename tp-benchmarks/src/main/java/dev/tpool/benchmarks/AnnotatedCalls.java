package dev.tpool.benchmarks;

import java.util.concurrent.CompletableFuture;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.annotation.TpCallback;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * The same methods with our annotation and with Spring's.
 */
interface AnnotatedCalls {

    /** Calls a method that returns nothing. */
    void run();

    /**
     * Calls a method that returns a future.
     * @return the future
     */
    CompletableFuture<Void> future();

    /**
     * Callbacks of ours.
     */
    class OfPool implements AnnotatedCalls {

        private final Batch batch;

        OfPool(Batch batch) {
            this.batch = batch;
        }

        @Override
        @TpCallback
        public void run() {
            this.batch.run();
        }

        @Override
        @TpCallback
        public CompletableFuture<Void> future() {
            this.batch.run();
            return CompletableFuture.completedFuture(null);
        }

    }

    /**
     * Asynchronous methods of Spring.
     */
    class OfSpring implements AnnotatedCalls {

        private final Batch batch;

        OfSpring(Batch batch) {
            this.batch = batch;
        }

        @Override
        @Async
        public void run() {
            this.batch.run();
        }

        @Override
        @Async
        public CompletableFuture<Void> future() {
            this.batch.run();
            return CompletableFuture.completedFuture(null);
        }

    }

    /**
     * A context with our pool of two threads, which is made by properties.
     */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ TpAutoConfiguration.class, TpCallbackAutoConfiguration.class })
    class PoolConfiguration {

        @Bean
        OfPool calls(Batch batch) {
            return new OfPool(batch);
        }

    }

    /**
     * A context with Spring's pool of two threads.
     */
    @Configuration(proxyBeanMethods = false)
    @EnableAsync(proxyTargetClass = true)
    class SpringConfiguration {

        @Bean
        ThreadPoolTaskExecutor taskExecutor() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(2);
            executor.setMaxPoolSize(2);
            return executor;
        }

        @Bean
        OfSpring calls(Batch batch) {
            return new OfSpring(batch);
        }

    }

}
