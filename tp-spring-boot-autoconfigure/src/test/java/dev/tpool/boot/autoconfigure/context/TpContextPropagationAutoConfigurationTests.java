package dev.tpool.boot.autoconfigure.context;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpActivationContext;
import dev.tpool.TpContextCapture;
import dev.tpool.TpEnvironment;
import dev.tpool.TpTimer;
import dev.tpool.TpWait;
import dev.tpool.TpWork;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.TpExecutorViewAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.spring.task.TpTaskExecutor;
import dev.tpool.sync.TpEvent;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpContextPropagationAutoConfiguration}: what flows into callbacks, and
 * that nothing stays.
 */
class TpContextPropagationAutoConfigurationTests {

    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    /** One worker, so that whatever stays on it is seen by the next callback. */
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpContextPropagationAutoConfiguration.class, TpAutoConfiguration.class,
                TpCallbackAutoConfiguration.class, TpExecutorViewAutoConfiguration.class))
        .withPropertyValues("tp.pools.io.max-threads=1", "tp.environments.request.pool=io",
                "tp.environments.request.propagate-context=true", "tp.environments.plain.pool=io");

    private final ObservationRegistry observations = ObservationRegistry.create();

    @AfterEach
    void leaveNothingOnThisThread() {
        MDC.clear();
        SecurityContextHolder.clearContext();
        TENANT.remove();
        ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
    }

    @Test
    void theMdcFlowsIntoTheCallbackAndIsGoneForTheNext() {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpEnvironment request = registry.environment("request");
            MDC.put("order", "4711");

            assertThat(get(request.submit(() -> MDC.get("order")))).isEqualTo("4711");
            assertThat(get(registry.environment("plain").submit(MDC::getCopyOfContextMap))).isNullOrEmpty();
            MDC.remove("order");
            assertThat(get(request.submit(() -> MDC.get("order")))).isNull();
        });
    }

    @Test
    void whatACallbackLeavesInTheMdcIsGoneForTheNext() {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpEnvironment request = registry.environment("request");

            get(request.submit(() -> {
                MDC.put("left", "behind");
                return null;
            }));

            assertThat(get(registry.environment("plain").submit(() -> MDC.get("left")))).isNull();
            assertThat(get(request.submit(() -> MDC.get("left")))).isNull();
        });
    }

    @Test
    void theMdcFlowsIntoCallbacksThatAcquireWhatTheyNeed() {
        this.runner.withUserConfiguration(AcquiringBean.class)
            .withPropertyValues("tp.semaphores.slots.initial=0", "tp.semaphores.slots.maximum=1")
            .run((context) -> {
                AcquiringBean bean = context.getBean(AcquiringBean.class);
                MDC.put("order", "4711");
                CompletableFuture<String> keyed = bean.keyed("anna");
                CompletableFuture<String> limited = bean.limited();
                MDC.put("order", "4712");
                CompletableFuture<String> keyedLater = bean.keyed("anna");
                MDC.clear();
                context.getBean(TpRegistry.class).semaphore("slots").release();

                assertThat(get(keyed)).isEqualTo("4711");
                assertThat(get(keyedLater)).isEqualTo("4712");
                assertThat(get(limited)).isEqualTo("4711");
            });
    }

    @Test
    void theSecurityContextFlowsIntoTheCallbackAndIsGoneForTheNext() {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpEnvironment request = registry.environment("request");
            SecurityContextHolder.setContext(new SecurityContextImpl(new TestingAuthenticationToken("anna", "secret")));

            assertThat(get(request.submit(TpContextPropagationAutoConfigurationTests::user))).isEqualTo("anna");
            assertThat(get(registry.environment("plain").submit(TpContextPropagationAutoConfigurationTests::user)))
                .isEqualTo("nobody");
            SecurityContextHolder.clearContext();
            assertThat(get(request.submit(TpContextPropagationAutoConfigurationTests::user))).isEqualTo("nobody");
        });
    }

    @Test
    void theObservationFlowsIntoTheCallbackAndIsGoneForTheNext() {
        this.observations.observationConfig().observationHandler((handled) -> true);
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpEnvironment request = registry.environment("request");
            Observation observation = Observation.start("request", this.observations);
            CompletableFuture<Observation> during;
            try (Observation.Scope scope = observation.openScope()) {
                assertThat(scope.getCurrentObservation()).isSameAs(observation);
                during = request.submit(this.observations::getCurrentObservation);
            }

            assertThat(get(during)).isSameAs(observation);
            assertThat(get(registry.environment("plain").submit(this.observations::getCurrentObservation))).isNull();
            assertThat(get(request.submit(this.observations::getCurrentObservation))).isNull();
            observation.stop();
        });
    }

    @Test
    void whateverIsRegisteredFlowsAlsoIfItIsRegisteredLater() {
        this.runner.run((context) -> {
            TpEnvironment request = context.getBean(TpRegistry.class).environment("request");
            TENANT.set("acme");
            assertThat(get(request.submit(TENANT::get))).isNull();

            ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);

            assertThat(get(request.submit(TENANT::get))).isEqualTo("acme");
            TENANT.remove();
            assertThat(get(request.submit(TENANT::get))).isNull();
        });
    }

    @Test
    void theRegistryOfTheProcessIsLeftAlone() {
        int before = ContextRegistry.getInstance().getThreadLocalAccessors().size();

        this.runner
            .run((context) -> assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).hasSize(before));
    }

    @Test
    void contextsFlowIntoEachKindOfCallback() {
        this.runner.withUserConfiguration(Annotated.class)
            .withPropertyValues("tp.executor-views.request=")
            .run((context) -> {
                TpEnvironment request = context.getBean(TpRegistry.class).environment("request");
                BlockingQueue<String> seen = new LinkedBlockingQueue<>();
                TpEvent event = TpEvent.autoReset(false);
                try (TpWork work = request.work(() -> seen.add("work " + MDC.get("order")));
                        TpTimer timer = request.timer(() -> seen.add("timer " + MDC.get("order")));
                        TpWait wait = request.wait((instance, it, self, result) -> seen.add("wait " + MDC.get("order")),
                                null)) {
                    MDC.put("order", "1");
                    work.submit();
                    timer.set(Duration.ofMillis(20));
                    wait.set(event);
                    MDC.put("order", "2");
                    event.set();
                    assertThat(get(context.getBean(AnnotatedBean.class).order())).isEqualTo("2");
                    context.getBean(TpTaskExecutor.class).execute(() -> seen.add("view " + MDC.get("order")));

                    assertThat(new String[] { next(seen), next(seen), next(seen), next(seen) })
                        .containsExactlyInAnyOrder("work 1", "timer 1", "wait 1", "view 2");
                }
            });
    }

    @Test
    void nothingIsCapturedUnlessItIsSwitchedOn() {
        AtomicInteger captures = new AtomicInteger();
        this.runner.withBean(TpContextCapture.class, () -> () -> {
            captures.incrementAndGet();
            return TpContextPropagationAutoConfigurationTests::nothing;
        }).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);

            get(registry.environment("plain").submit(() -> null));
            get(registry.environment("io").submit(() -> null));
            assertThat(captures).hasValue(0);
            assertThat(registry.environment("plain").contextCapture()).isNull();
            get(registry.environment("request").submit(() -> null));
            assertThat(captures).hasValue(1);
        });
    }

    private static TpActivationContext.Scope nothing() {
        return () -> {
        };
    }

    @Test
    void aFactoryOfTheUserSaysWhatIsCaptured() {
        ContextRegistry registry = new ContextRegistry().registerThreadLocalAccessor("tenant", TENANT);
        ContextSnapshotFactory factory = ContextSnapshotFactory.builder()
            .contextRegistry(registry)
            .clearMissing(true)
            .build();
        this.runner.withBean(ContextSnapshotFactory.class, () -> factory).run((context) -> {
            TpEnvironment request = context.getBean(TpRegistry.class).environment("request");
            TENANT.set("acme");
            MDC.put("order", "4711");

            assertThat(get(request.submit(() -> TENANT.get() + " " + MDC.get("order")))).isEqualTo("acme null");
        });
    }

    @Test
    void withoutTheLibraryTheSwitchIsAnErrorThatSaysWhatToAdd() {
        this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.context"))
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOfSatisfying(InvalidTpPropertiesException.class, (ex) -> {
                    assertThat(ex.problems()).singleElement().satisfies((problem) -> {
                        assertThat(problem.property()).isEqualTo("tp.environments.request.propagate-context");
                        assertThat(problem.reason()).contains("not on the class path");
                        assertThat(problem.action()).contains("'io.micrometer:context-propagation'");
                    });
                }));
    }

    @Test
    void withoutTheLibraryNothingElseBreaks() {
        new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(TpContextPropagationAutoConfiguration.class, TpAutoConfiguration.class))
            .withClassLoader(new FilteredClassLoader("io.micrometer", "org.springframework.security"))
            .withPropertyValues("tp.environments.request.propagate-context=false")
            .run((context) -> {
                assertThat(context).hasNotFailed().doesNotHaveBean(TpContextCapture.class);
                assertThat(get(context.getBean(TpRegistry.class).environment("request").submit(() -> "ran")))
                    .isEqualTo("ran");
            });
    }

    @Test
    void withoutSlf4jTheRestFlows() {
        this.runner.withClassLoader(new FilteredClassLoader("org.slf4j")).run((context) -> {
            SecurityContextHolder.setContext(new SecurityContextImpl(new TestingAuthenticationToken("anna", "secret")));
            MDC.put("order", "4711");
            TpEnvironment request = context.getBean(TpRegistry.class).environment("request");

            assertThat(get(request.submit(() -> user() + " " + MDC.get("order")))).isEqualTo("anna null");
        });
    }

    private static String user() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        return (authentication != null) ? authentication.getName() : "nobody";
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private static String next(BlockingQueue<String> seen) throws InterruptedException {
        return seen.poll(60, TimeUnit.SECONDS);
    }

    @Configuration(proxyBeanMethods = false)
    static class Annotated {

        @Bean
        AnnotatedBean annotatedBean() {
            return new AnnotatedBean();
        }

    }

    static class AcquiringBean {

        @TpCallback(environment = "request", acquireMutex = "account-#{#p0}", releaseMutex = "account-#{#p0}")
        CompletableFuture<String> keyed(String account) {
            return CompletableFuture.completedFuture(MDC.get("order"));
        }

        @TpCallback(environment = "request", acquireSemaphore = "slots", releaseSemaphore = "slots")
        CompletableFuture<String> limited() {
            return CompletableFuture.completedFuture(MDC.get("order"));
        }

    }

    static class AnnotatedBean {

        @TpCallback(environment = "request")
        CompletableFuture<String> order() {
            return CompletableFuture.completedFuture(MDC.get("order"));
        }

    }

}
