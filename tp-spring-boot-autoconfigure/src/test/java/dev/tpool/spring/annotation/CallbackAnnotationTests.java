package dev.tpool.spring.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.CompletableFuture;

import dev.tpool.TpCallbackInstance;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link TpCallback} on types, on annotations of the user, and with names that are
 * expressions.
 */
class CallbackAnnotationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class))
        .withPropertyValues("tp.pools.io=", "tp.pools.cpu=", "tp.semaphores.slots.maximum=9", "tp.events.done=",
                "app.pool=io");

    @Test
    void makesEveryPublicMethodOfAClassACallback() {
        this.runner.withBean(Importer.class).run((context) -> {
            Importer importer = context.getBean(Importer.class);

            assertThat(importer.pool().get()).isEqualTo("io");
            assertThat(importer.inherited().get()).isEqualTo("io");
            assertThat(importer.notPublic().get()).isEqualTo("caller");
            assertThat(importer).hasToString("importer").isEqualTo(importer);
        });
    }

    @Test
    void takesFromTheTypeWhatTheMethodLeavesOut() {
        this.runner.withBean(Importer.class).run((context) -> {
            Importer importer = context.getBean(Importer.class);
            TpRegistry registry = context.getBean(TpRegistry.class);
            registry.semaphore("slots").acquire(9);

            importer.pool().get();
            assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(2);
            assertThat(importer.elsewhere().get()).isEqualTo("cpu");
            assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(4);
            assertThat(registry.event("done").isSet()).isFalse();
            assertThat(importer.three().get()).isEqualTo("io");
            assertThat(registry.semaphore("slots").availablePermits()).isEqualTo(7);
            assertThat(registry.event("done").isSet()).isTrue();
        });
    }

    @Test
    void makesTheMethodsOfAnInterfaceCallbacksAndNoOthers() {
        this.runner.withBean(Jobs.class, JobsImpl::new).run((context) -> {
            assertThat(context.getBean(Jobs.class).pool().get()).isEqualTo("cpu");
            JobsImpl<?> jobs = (JobsImpl<?>) context.getBean(Jobs.class);
            assertThat(jobs.count()).isEqualTo("caller");
            assertThat(jobs.load("a").get()).isEqualTo("cpu");
        });
    }

    @Test
    void refusesAPublicMethodThatCannotBeACallback() {
        this.runner.withBean(Mixed.class)
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(TpCallbackDefinitionException.class)
                .hasMessageContaining("Mixed.count(): its type is, which makes every public method a callback, "
                        + "and it returns int"));
    }

    @Test
    void takesAnnotationsOfTheUserThatForwardAttributes() {
        this.runner.withBean(Composed.class).run((context) -> {
            Composed composed = context.getBean(Composed.class);

            assertThat(composed.ofType().get()).isEqualTo("io");
            assertThat(composed.ofMethod().get()).isEqualTo("cpu");
            TpRegistry registry = context.getBean(TpRegistry.class);
            assertThat(registry.event("done").isSet()).isTrue();
        });
    }

    @Test
    void resolvesPlaceholdersAndExpressionsOverBeans() {
        this.runner.withBean("names", Names.class).withBean(ByExpression.class).run((context) -> {
            ByExpression bean = context.getBean(ByExpression.class);

            assertThat(bean.byBean().get()).isEqualTo("cpu");
            assertThat(bean.byBoth().get()).isEqualTo("io");
            assertThat(context.getBean(TpRegistry.class).event("done").isSet()).isTrue();
        });
    }

    @Test
    void saysWhatCannotBeResolved() {
        this.runner.withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class))
            .withBean(MissingProperty.class)
            .run((context) -> assertThat(context).getFailure()
                .hasStackTraceContaining("'${app.missing}' cannot be resolved"));
        this.runner.withBean(MissingBean.class)
            .run((context) -> assertThat(context).getFailure()
                .hasStackTraceContaining("'#{@nobody.environment}' cannot be resolved: No bean named 'nobody'"));
    }

    static CompletableFuture<String> here() {
        TpCallbackInstance instance = TpCallbackInstance.currentOrNull();
        return CompletableFuture
            .completedFuture((instance != null) ? instance.source().environment().pool().name() : "caller");
    }

    static class Base {

        public CompletableFuture<String> inherited() {
            return here();
        }

    }

    @TpCallback(environment = "io", releaseSemaphore = "slots", releaseCount = 2)
    static class Importer extends Base {

        public CompletableFuture<String> pool() {
            return here();
        }

        @TpCallback("cpu")
        public CompletableFuture<String> elsewhere() {
            return here();
        }

        @TpCallback(releaseCount = 3, setEvent = "done")
        CompletableFuture<String> three() {
            return here();
        }

        CompletableFuture<String> notPublic() {
            return here();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return super.equals(other);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }

        @Override
        public String toString() {
            return "importer";
        }

    }

    @TpCallback("cpu")
    interface Jobs<T> {

        CompletableFuture<String> pool();

        CompletableFuture<String> load(T what);

    }

    static class JobsImpl<S extends CharSequence> implements Jobs<S> {

        @Override
        public CompletableFuture<String> pool() {
            return here();
        }

        @Override
        public CompletableFuture<String> load(CharSequence what) {
            return here();
        }

        public String count() {
            return here().join();
        }

    }

    @TpCallback("io")
    static class Mixed {

        public void run() {
        }

        public int count() {
            return 0;
        }

    }

    @Target({ ElementType.TYPE, ElementType.METHOD })
    @Retention(RetentionPolicy.RUNTIME)
    @TpCallback(setEvent = "done")
    @interface ImportCallback {

        @AliasFor(annotation = TpCallback.class, attribute = "environment")
        String pool() default "";

    }

    @ImportCallback(pool = "io")
    static class Composed {

        public CompletableFuture<String> ofType() {
            return here();
        }

        @ImportCallback(pool = "cpu")
        public CompletableFuture<String> ofMethod() {
            return here();
        }

    }

    static class Names {

        public String getEnvironment() {
            return "cpu";
        }

    }

    static class ByExpression {

        @TpCallback("#{@names.environment}")
        CompletableFuture<String> byBean() {
            return here();
        }

        @TpCallback(environment = "#{'${app.pool}'.toLowerCase()}", setEvent = "#{'do' + 'ne'}")
        CompletableFuture<String> byBoth() {
            return here();
        }

    }

    static class MissingProperty {

        @TpCallback("${app.missing}")
        void run() {
        }

    }

    static class MissingBean {

        @TpCallback("#{@nobody.environment}")
        void run() {
        }

    }

}
