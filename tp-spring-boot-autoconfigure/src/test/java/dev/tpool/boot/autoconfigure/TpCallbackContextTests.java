package dev.tpool.boot.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCallbackInstance;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.AbstractFactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.context.annotation.Scope;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.annotation.AliasFor;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How {@link TpCallback} gets along with what else is in a context.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpCallbackContextTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class))
        .withPropertyValues("tp.pools.io=");

    @Test
    void worksOnPrototypes() {
        this.runner.withUserConfiguration(PrototypeConfiguration.class)
            .run((context) -> assertThat(context.getBean(Importer.class).pool().get()).isEqualTo("io"));
    }

    @Test
    void worksWhenAllElseIsLazy() {
        this.runner
            .withInitializer(
                    (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
            .withBean(Importer.class)
            .run((context) -> assertThat(context.getBean(Importer.class).pool().get()).isEqualTo("io"));
    }

    @Test
    void looksAtWhatAFactoryBeanMakesBeforeItDoes() {
        this.runner.withUserConfiguration(WrongProductConfiguration.class)
            .run((context) -> assertThat(context).getFailure().hasMessageContaining("there is no environment 'oi'"));
    }

    @Test
    void doesNotCreateLazyBeansAndFactoriesToLookAtThem() {
        CreationCount.COUNT.set(0);
        this.runner.withUserConfiguration(LazyConfiguration.class)
            .run((context) -> assertThat(CreationCount.COUNT).hasValue(0));
    }

    @Test
    void worksThroughAnInterfaceThatIsAnnotated() {
        this.runner.withBean(LoaderImpl.class).run((context) -> {
            Loader<String> loader = context.getBean(LoaderImpl.class);

            assertThat(loader.load("a").get()).isEqualTo("a on io");
            assertThat(context.getBean(LoaderImpl.class).load("b").get()).isEqualTo("b on io");
        });
    }

    @Test
    void worksOnAJdkProxyThatIsNotSprings() {
        Loader<String> proxy = loader((self, method, arguments) -> CompletableFuture.completedFuture(description()));
        this.runner.withBean(Loader.class, () -> proxy)
            .run((context) -> assertThat(loader(context).load("a").get()).isEqualTo("Loader.load on io"));
    }

    @Test
    void worksOnALambda() {
        this.runner
            .withBean(Loader.class, () -> (Loader<String>) (what) -> CompletableFuture.completedFuture(description()))
            .run((context) -> assertThat(loader(context).load("a").get()).isEqualTo("Loader.load on io"));
    }

    @Test
    void worksOnAnInterfaceThatTheTargetDoesNotImplement() {
        ProxyFactory factory = new ProxyFactory(new Object());
        factory.setInterfaces(Loader.class);
        factory
            .addAdvice((MethodInterceptor) (invocation) -> (invocation.getMethod().getDeclaringClass() == Loader.class)
                    ? CompletableFuture.completedFuture(description()) : invocation.proceed());
        this.runner.withBean(Loader.class, () -> (Loader<?>) factory.getProxy())
            .run((context) -> assertThat(loader(context).load("a").get()).isEqualTo("Loader.load on io"));
    }

    @Test
    void worksWithAnAnnotationOfTheUser() {
        this.runner.withBean(Composed.class)
            .run((context) -> assertThat(context.getBean(Composed.class).pool().get()).isEqualTo("io"));
    }

    @Test
    void postsAheadOfTheOtherAdviceOnTheSameProxy() {
        this.runner.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
            .withUserConfiguration(AdvisedConfiguration.class)
            .run((context) -> {
                Importer importer = context.getBean(Importer.class);
                Thread caller = Thread.currentThread();

                assertThat(importer.pool().get()).isEqualTo("io");
                assertThat(((Advised) importer).getAdvisors()).hasSize(2);
                assertThat(context.getBean(ThreadRecorder.class).thread).isNotNull().isNotSameAs(caller);
            });
    }

    @Test
    void aChildContextHasThingsOfItsOwn() {
        this.runner.run((parent) -> this.runner.withParent(parent)
            .withPropertyValues("tp.pools.child=")
            .withBean(Importer.class)
            .run((child) -> {
                assertThat(child.getBean(Importer.class).pool().get()).isEqualTo("io");
                assertThat(child.getBean(TpRegistry.class).pool("child")).isNotNull();
                assertThat(child.getBean(TpRegistry.class).pool("io"))
                    .isNotSameAs(parent.getBean(TpRegistry.class).pool("io"));
            }));
    }

    @Test
    void createsNothingTooEarlyToBeProcessed(CapturedOutput output) {
        this.runner.withBean(Importer.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(output).doesNotContain("not eligible for getting processed").doesNotContain("WARN");
        });
    }

    @Test
    void canBeProcessedAheadOfTime() {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("com.example", "Application")), files);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of("tp.pools.io=").applyTo(context);
            context.register(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class);
            context.registerBean(Importer.class);
            System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        }
        finally {
            System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
        }
        generation.writeGeneratedContent();

        assertThat(files.getGeneratedFiles(Kind.SOURCE).keySet())
            .anyMatch((path) -> path.contains("TpAutoConfiguration__BeanRegistrars"));
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Importer.class, "pool"))
            .accepts(generation.getRuntimeHints());
    }

    @Test
    void resolvesNothingWhenProcessedAheadOfTime() {
        CreationCount.COUNT.set(0);
        DefaultGenerationContext generation = processAheadOfTime(PropertyPlaceholderAutoConfiguration.class,
                CreationCount.class, PlaceholderCallback.class, ExpressionCallback.class);

        assertThat(CreationCount.COUNT).hasValue(0);
        for (Class<?> bean : List.of(PlaceholderCallback.class, ExpressionCallback.class)) {
            assertThat(RuntimeHintsPredicates.reflection()
                .onType(TypeReference.of(bean.getName() + ClassUtils.CGLIB_CLASS_SEPARATOR + "SpringCGLIB$$0")))
                .accepts(generation.getRuntimeHints());
        }
    }

    private static DefaultGenerationContext processAheadOfTime(Class<?>... more) {
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("com.example", "Application")), new InMemoryGeneratedFiles());
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class);
            context.register(more);
            System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        }
        finally {
            System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
        }
        return generation;
    }

    static class PlaceholderCallback {

        @TpCallback("${app.known-in-production}")
        void run() {
        }

    }

    static class ExpressionCallback {

        @TpCallback("#{@'tpCallbackContextTests.CreationCount'.toString()}")
        void run() {
        }

    }

    static class Importer {

        @TpCallback("io")
        CompletableFuture<String> pool() {
            return CompletableFuture.completedFuture(poolName());
        }

    }

    interface Loader<T> {

        @TpCallback("io")
        CompletableFuture<T> load(T what);

    }

    static class LoaderImpl implements Loader<String> {

        @Override
        public CompletableFuture<String> load(String what) {
            return CompletableFuture.completedFuture(what + " on " + poolName());
        }

    }

    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @TpCallback
    @interface OnPool {

        @AliasFor(annotation = TpCallback.class, attribute = "environment")
        String value();

    }

    static class Composed {

        @OnPool("io")
        CompletableFuture<String> pool() {
            return CompletableFuture.completedFuture(poolName());
        }

    }

    @SuppressWarnings("unchecked")
    private static Loader<String> loader(InvocationHandler handler) {
        return (Loader<String>) Proxy.newProxyInstance(Loader.class.getClassLoader(), new Class<?>[] { Loader.class },
                handler);
    }

    @SuppressWarnings("unchecked")
    private static Loader<String> loader(ApplicationContext context) {
        return context.getBean(Loader.class);
    }

    private static String description() {
        return TpCallbackInstance.current().source().name() + " on " + poolName();
    }

    private static String poolName() {
        return TpCallbackInstance.current().source().environment().pool().name();
    }

    @Configuration(proxyBeanMethods = false)
    static class PrototypeConfiguration {

        @Bean
        @Scope(BeanDefinition.SCOPE_PROTOTYPE)
        Importer importer() {
            return new Importer();
        }

    }

    static class CreationCount {

        static final AtomicInteger COUNT = new AtomicInteger();

        CreationCount() {
            COUNT.incrementAndGet();
        }

    }

    static class WrongName {

        @TpCallback("oi")
        void run() {
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class WrongProductConfiguration {

        @Bean
        AbstractFactoryBean<WrongName> product() {
            AbstractFactoryBean<WrongName> factory = new AbstractFactoryBean<>() {

                @Override
                public Class<?> getObjectType() {
                    return WrongName.class;
                }

                @Override
                protected WrongName createInstance() {
                    throw new AssertionError("nobody asked for it");
                }

            };
            factory.setSingleton(false);
            return factory;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class LazyConfiguration {

        @Bean
        @Lazy
        CreationCount lazy() {
            return new CreationCount();
        }

        @Bean
        @Lazy
        FactoryBean<StringBuilder> factory() {
            return new CountingFactory();
        }

        @Bean
        String user(ObjectProvider<CreationCount> lazy) {
            return "";
        }

    }

    static class CountingFactory extends CreationCount implements FactoryBean<StringBuilder> {

        @Override
        public StringBuilder getObject() {
            return new StringBuilder();
        }

        @Override
        public Class<?> getObjectType() {
            return StringBuilder.class;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class AdvisedConfiguration {

        @Bean
        Importer importer() {
            return new Importer();
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ThreadRecorder recorder() {
            return new ThreadRecorder();
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static Advisor advisor(ThreadRecorder recorder) {
            return new DefaultPointcutAdvisor(new StaticMethodMatcherPointcut() {

                @Override
                public boolean matches(Method method, Class<?> targetClass) {
                    return targetClass == Importer.class;
                }

            }, recorder);
        }

    }

    static class ThreadRecorder implements MethodInterceptor {

        volatile Thread thread;

        @Override
        public Object invoke(MethodInvocation invocation) throws Throwable {
            this.thread = Thread.currentThread();
            return invocation.proceed();
        }

    }

}
