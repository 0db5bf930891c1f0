package dev.tpool.spring.annotation;

import java.util.concurrent.CompletableFuture;

import dev.tpool.TpCallbackInstance;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpCallback} on beans whose proxies are made of interfaces.
 */
class InterfaceProxyTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class));

    @Test
    void refusesAMethodThatNobodyCanCall() {
        this.runner.withBean(Port.class, () -> proxy(new Hidden()))
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOfSatisfying(TpCallbackDefinitionException.class, (failure) -> {
                    assertThat(failure).hasMessageContaining("Hidden.save(String)")
                        .hasMessageContaining("only the methods of interfaces");
                    assertThat(failure.action()).startsWith("Declare it in an interface");
                }));
    }

    @Test
    void postsAMethodOfAnInterfaceThatHasATypeParameter() {
        this.runner.withBean(Port.class, () -> proxy(new Generic()))
            .run((context) -> assertThat(port(context.getBean(Port.class)).load("a").get()).isEqualTo("Generic.load"));
    }

    @Test
    void postsAMethodThatTheInterfaceImplements() {
        this.runner.withBean(Port.class, () -> proxy(new Inheriting()))
            .run((context) -> assertThat(port(context.getBean(Port.class)).read().get()).isEqualTo("Inheriting.read"));
    }

    @Test
    void leavesOtherMethodsOfAnAnnotatedTypeAlone() {
        this.runner.withBean(Port.class, () -> proxy(new Annotated()))
            .run((context) -> assertThat(port(context.getBean(Port.class)).load("a").get())
                .isEqualTo("Annotated.load"));
    }

    @Test
    void takesAMethodThatIsInNoInterfaceIfTheProxyIsAClass() {
        this.runner.withBean(Hidden.class)
            .run((context) -> assertThat(context.getBean(Hidden.class).save("a").get()).isEqualTo("Hidden.save"));
    }

    private static Port<?> proxy(Port<?> target) {
        ProxyFactory factory = new ProxyFactory();
        factory.setTarget(target);
        factory.setInterfaces(Port.class);
        return (Port<?>) factory.getProxy();
    }

    @SuppressWarnings("unchecked") // All of them take strings.
    private static Port<String> port(Port<?> bean) {
        return (Port<String>) bean;
    }

    private static String callback() {
        return TpCallbackInstance.current().source().name();
    }

    interface Port<T> {

        CompletableFuture<String> load(T what);

        @TpCallback
        default CompletableFuture<String> read() {
            return CompletableFuture.completedFuture(callback());
        }

    }

    static class Hidden implements Port<String> {

        @Override
        public CompletableFuture<String> load(String what) {
            return CompletableFuture.completedFuture(what);
        }

        @TpCallback
        public CompletableFuture<String> save(String what) {
            return CompletableFuture.completedFuture(callback());
        }

    }

    static class Generic implements Port<String> {

        @Override
        @TpCallback
        public CompletableFuture<String> load(String what) {
            return CompletableFuture.completedFuture(callback());
        }

    }

    static class Inheriting implements Port<String> {

        @Override
        public CompletableFuture<String> load(String what) {
            return CompletableFuture.completedFuture(what);
        }

    }

    @TpCallback
    static class Annotated implements Port<String> {

        @Override
        public CompletableFuture<String> load(String what) {
            return CompletableFuture.completedFuture(callback());
        }

        public CompletableFuture<String> save(String what) {
            return CompletableFuture.completedFuture(what);
        }

    }

}
