package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCallbackInstance;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpEnvironmentCustomizer;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotEmpty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where other advice of a {@link TpCallback} method runs: on the worker, behind the post.
 */
class AdviceOrderTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                ValidationAutoConfiguration.class))
        .withPropertyValues("tp.pools.io.max-threads=1")
        .withUserConfiguration(Config.class);

    @AfterEach
    void clear() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void aTransactionBeginsAndEndsOnTheWorker() {
        this.runner.run((context) -> {
            RecordingTransactionManager transactions = context.getBean(RecordingTransactionManager.class);

            assertThat(context.getBean(Service.class).inTransaction().get()).isTrue();
            assertThat(transactions.events).containsExactly("begin on worker", "commit on worker");
        });
    }

    @Test
    void aTransactionOfTheCallerIsNotTheCallbacks() {
        this.runner.run((context) -> {
            RecordingTransactionManager transactions = context.getBean(RecordingTransactionManager.class);
            context.getBean(Caller.class).callInTransaction();

            assertThat(transactions.events).containsExactly("begin on caller", "begin on worker", "rollback on worker",
                    "commit on caller");
        });
    }

    @Test
    void theFutureCompletesAfterTheCommit() {
        this.runner.run((context) -> {
            RecordingTransactionManager transactions = context.getBean(RecordingTransactionManager.class);
            for (int i = 1; i <= 100; i++) {
                context.getBean(Service.class).inTransaction().get();
                assertThat(transactions.events).hasSize(2 * i);
            }
        });
    }

    @Test
    void badArgumentsFailTheFutureAndNotTheCaller() {
        this.runner.run((context) -> {
            CompletableFuture<String> result = context.getBean(Service.class).validated("");

            assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get)
                .withCauseInstanceOf(ConstraintViolationException.class);
            assertThat(context.getBean(Service.class).validated("a").get()).isEqualTo("a");
        });
    }

    @Test
    void badArgumentsOfAVoidMethodGoToTheExceptionHandler() {
        this.runner.run((context) -> {
            context.getBean(Service.class).validatedVoid("");

            assertThat(context.getBean(Failures.class).poll(60, TimeUnit.SECONDS))
                .isInstanceOf(ConstraintViolationException.class);
        });
    }

    @Test
    void accessIsDecidedOnTheWorkerWhichDoesNotKnowTheCaller() {
        this.runner.run((context) -> {
            authenticate("ROLE_ADMIN");

            assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> context.getBean(Service.class).secured().get())
                .withCauseInstanceOf(AuthenticationCredentialsNotFoundException.class);
        });
    }

    @Test
    void accessIsDecidedAtOnceByWhoCallsTheCallback() {
        this.runner.run((context) -> {
            authenticate("ROLE_USER");
            assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> context.getBean(Caller.class).callSecured().get());
            authenticate("ROLE_ADMIN");
            assertThat(context.getBean(Caller.class).callSecured().get()).isEqualTo("worker");
        });
    }

    @Test
    void aPostProcessorOfTheUserMayPutTheCallbackBehindTheOtherAdvice() {
        this.runner.withUserConfiguration(BehindConfiguration.class).run((context) -> {
            authenticate("ROLE_USER");
            assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> context.getBean(Service.class).secured().get());
            authenticate("ROLE_ADMIN");
            assertThat(context.getBean(Service.class).secured().get()).isEqualTo("worker");
            context.getBean(Service.class).inTransaction().get();
            assertThat(context.getBean(RecordingTransactionManager.class).events).startsWith("begin on caller");
        });
    }

    @Test
    void theCacheIsLookedUpOnTheWorker() {
        this.runner.run((context) -> {
            Service service = context.getBean(Service.class);

            assertThat(service.cached("a").get()).isEqualTo("a1");
            assertThat(service.cached("a").get()).isEqualTo("a1");
            assertThat(service.cached("b").get()).isEqualTo("b2");
            assertThat(context.getBean(RecordingCaches.class).askedBy).containsOnly("worker");
            assertThat(context.getBean(CacheManager.class).getCache("texts").get("a").get()).isEqualTo("a1");
        });
    }

    private static void authenticate(String role) {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("user", "", role));
    }

    static String here() {
        return (TpCallbackInstance.currentOrNull() != null) ? "worker" : "caller";
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    @EnableMethodSecurity
    @EnableCaching
    static class Config {

        @Bean
        Service service() {
            return new Service();
        }

        @Bean
        Caller caller(Service service) {
            return new Caller(service);
        }

        @Bean
        RecordingTransactionManager transactionManager() {
            return new RecordingTransactionManager();
        }

        @Bean
        RecordingCaches cacheManager() {
            return new RecordingCaches();
        }

        @Bean
        Failures failures() {
            return new Failures();
        }

        @Bean
        TpEnvironmentCustomizer handler(Failures failures) {
            return (name, builder) -> builder.exceptionHandler((source, failure) -> failures.add(failure));
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class BehindConfiguration {

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static TpCallbackAnnotationBeanPostProcessor tpCallbackAnnotationBeanPostProcessor() {
            TpCallbackAnnotationBeanPostProcessor processor = new TpCallbackAnnotationBeanPostProcessor();
            processor.setBeforeExistingAdvisors(false);
            return processor;
        }

    }

    @Validated
    static class Service {

        private final AtomicInteger loads = new AtomicInteger();

        @TpCallback("io")
        @Transactional
        public CompletableFuture<Boolean> inTransaction() {
            return CompletableFuture.completedFuture(TransactionSynchronizationManager.isActualTransactionActive());
        }

        @TpCallback("io")
        @Transactional
        public CompletableFuture<Boolean> failsInTransaction() {
            throw new IllegalStateException("broken");
        }

        @TpCallback("io")
        public CompletableFuture<String> validated(@NotEmpty String text) {
            return CompletableFuture.completedFuture(text);
        }

        @TpCallback("io")
        public void validatedVoid(@NotEmpty String text) {
        }

        @TpCallback("io")
        @PreAuthorize("hasRole('ADMIN')")
        public CompletableFuture<String> secured() {
            return CompletableFuture.completedFuture(here());
        }

        @TpCallback("io")
        public CompletableFuture<String> unsecured() {
            return CompletableFuture.completedFuture(here());
        }

        @TpCallback("io")
        @Cacheable("texts")
        public CompletableFuture<String> cached(String key) {
            return CompletableFuture.completedFuture(key + this.loads.incrementAndGet());
        }

    }

    static class Caller {

        private final Service service;

        Caller(Service service) {
            this.service = service;
        }

        @Transactional
        public void callInTransaction() {
            assertThat(this.service.failsInTransaction()).failsWithin(Duration.ofMinutes(1));
        }

        @PreAuthorize("hasRole('ADMIN')")
        public CompletableFuture<String> callSecured() {
            return this.service.unsecured();
        }

    }

    static class Failures extends LinkedBlockingQueue<Throwable> {

        private static final long serialVersionUID = 1L;

    }

    static class RecordingCaches extends ConcurrentMapCacheManager {

        final List<String> askedBy = new CopyOnWriteArrayList<>();

        @Override
        public org.springframework.cache.@Nullable Cache getCache(String name) {
            this.askedBy.add(here());
            return super.getCache(name);
        }

    }

    static class RecordingTransactionManager extends AbstractPlatformTransactionManager
            implements PlatformTransactionManager {

        private static final long serialVersionUID = 1L;

        final transient List<String> events = new CopyOnWriteArrayList<>();

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            this.events.add("begin on " + here());
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            this.events.add("commit on " + here());
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            this.events.add("rollback on " + here());
        }

    }

}
