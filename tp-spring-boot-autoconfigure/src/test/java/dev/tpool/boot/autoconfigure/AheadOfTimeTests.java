package dev.tpool.boot.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import dev.tpool.TpPool;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.actuate.CleanupGroupsEndpoint;
import dev.tpool.spring.actuate.ObjectDescriptor;
import dev.tpool.spring.actuate.ShutdownDescriptor;
import dev.tpool.spring.actuate.SynchronizationEndpoint;
import dev.tpool.spring.actuate.ThreadPoolsEndpoint;
import dev.tpool.spring.annotation.TpCallback;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.io.InputStreamSource;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A context that is processed ahead of time: what is generated, and what a native image
 * is told. The sample runs what is generated.
 */
class AheadOfTimeTests {

    private static RuntimeHints hints;

    private static InMemoryGeneratedFiles files;

    @BeforeAll
    static void process() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        TestPropertyValues.of("tp.pools.io.max-threads=2", "tp.cleanup-groups.scans=", "tp.semaphores.slots.maximum=1")
            .applyTo(context);
        context.register(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class, Application.class);
        files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("dev.tpool.boot.autoconfigure", "Processed")), files);
        System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
        try {
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        }
        finally {
            System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
        }
        generation.writeGeneratedContent();
        hints = generation.getRuntimeHints();
        context.close();
    }

    @Test
    void thePoolsAreRegisteredAtRunTimeAndNotFrozen() throws Exception {
        StringBuilder sources = new StringBuilder();
        for (InputStreamSource source : files.getGeneratedFiles(Kind.SOURCE).values()) {
            sources.append(new String(source.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }

        assertThat(sources).contains("new TpBeanRegistrar()")
            .contains("registerBeanDefinition(\"tpRegistry\"")
            .doesNotContain("registerBeanDefinition(\"tpPool.");
    }

    @Test
    void propertiesAreBound() {
        assertThat(RuntimeHintsPredicates.reflection()
            .onType(TpProperties.class)
            .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)
            .or(RuntimeHintsPredicates.reflection()
                .onConstructorInvocation(TpProperties.class.getDeclaredConstructors()[0])))
            .accepts(hints);
        for (Class<?> nested : TpProperties.class.getDeclaredClasses()) {
            if (nested.isRecord()) {
                assertThat(RuntimeHintsPredicates.reflection()
                    .onConstructorInvocation(nested.getDeclaredConstructors()[0])).as(nested.getName()).accepts(hints);
            }
        }
    }

    @Test
    void methodsWithTheAnnotationCanBeInvoked() throws Exception {
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Greeter.class.getDeclaredMethod("greet")))
            .accepts(hints);
    }

    @Test
    void whatTheEndpointsAnswerCanBeWritten() {
        for (Class<?> type : new Class<?>[] { ThreadPoolsEndpoint.ThreadPoolsDescriptor.class,
                ThreadPoolsEndpoint.ThreadPoolDescriptor.class, ThreadPoolsEndpoint.RunningCallbackDescriptor.class,
                CleanupGroupsEndpoint.CleanupGroupsDescriptor.class, CleanupGroupsEndpoint.CleanupGroupDescriptor.class,
                ObjectDescriptor.class, SynchronizationEndpoint.SynchronizationDescriptor.class,
                SynchronizationEndpoint.SemaphoreDescriptor.class, SynchronizationEndpoint.MutexDescriptor.class,
                SynchronizationEndpoint.SectionDescriptor.class, SynchronizationEndpoint.OwnerDescriptor.class,
                SynchronizationEndpoint.EventDescriptor.class, SynchronizationEndpoint.LibraryDescriptor.class,
                ShutdownDescriptor.class, ShutdownDescriptor.HangingCallbackDescriptor.class }) {
            assertThat(
                    RuntimeHintsPredicates.reflection().onMethodInvocation(type.getRecordComponents()[0].getAccessor()))
                .as(type.getName())
                .accepts(hints);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ ThreadPoolsEndpoint.class, CleanupGroupsEndpoint.class, SynchronizationEndpoint.class })
    static class Application {

        @Bean
        Greeter greeter() {
            return new Greeter();
        }

        @Bean
        TpPool own() {
            return TpPool.create("own");
        }

    }

    static class Greeter {

        @TpCallback("io")
        CompletableFuture<String> greet() {
            return CompletableFuture.completedFuture("hello");
        }

    }

}
