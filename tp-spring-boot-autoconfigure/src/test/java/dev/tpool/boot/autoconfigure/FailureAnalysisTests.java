package dev.tpool.boot.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import dev.tpool.TpCallbackInstance;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.boot.methods.PackagePrivateMethods;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a user reads when the application does not start.
 */
class FailureAnalysisTests {

    private ConfigurableApplicationContext starting;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class))
        .withInitializer((context) -> this.starting = context)
        .withPropertyValues("tp.pools.io=", "tp.semaphores.slots.maximum=4", "tp.semaphores[disk.slots].maximum=4");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tp.pools.io.min-threads     | -1      | must be at least 0
            tp.pools.io.max-threads     | 0       | must be at least 1
            tp.pools.io.queue-capacity  | -1      | must be at least 0
            tp.pools.io.keep-alive      | 0s      | must be longer than zero
            tp.pools.io.stack-size      | 0KB     | must be greater than zero
            tp.pools.io.when-full       | block   | has no effect on a queue that is unbounded
            tp.defaults.pool.max-threads | 0       | must be at least 1
            tp.semaphores.slots.initial | 5       | must not be above maximum, which is 4
            tp.semaphores.slots.initial | -1      | must be at least 0
            tp.semaphores.slots.maximum | 0       | must be at least 1
            tp.semaphores.other.initial | 1       | must be set
            tp.sections.index.spin-count | -1     | must be at least 0
            tp.cleanup-groups.scan.timeout | -1s  | must be longer than zero
            tp.libraries.parsers        | ''      | must be set
            tp.environments.scan.pool   | oi      | there is no pool 'oi'
            tp.environments.scan.cleanup-group | x | there is no cleanup group 'x'
            tp.environments.scan.library | x      | there is no library 'x'
            """)
    void saysWhatIsWrongWithAProperty(String property, String value, String reason) {
        this.runner.withPropertyValues(property + "=" + value).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: tp.").contains("Reason: " + reason);
            assertThat(analysis.getAction()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    tp.pools.io.inherits=oi | tp.pools.io.inherits | there is no 'tp.pools.oi' | Remove it: there is no other
                    tp.environments.a.inherits=io | tp.environments.a.inherits | there is no 'tp.environments.io' | Remove it: there is no other
                    tp.defaults.pool.inherits=io | tp.defaults.pool.inherits | the defaults inherit from nothing | Remove it
                    tp.pools.io.inherits=io | tp.pools.io.inherits | inherits from itself: io -> io | Remove one
                    tp.pools.io.min-threads=501 | tp.pools.io.min-threads | must not be above max-threads, which is 500 by default | Lower
                    tp.pools.io.max-threads=1048576 | tp.pools.io.max-threads | must be at most 1048575 | or less
                    tp.defaults.pool.min-threads=501 | tp.defaults.pool.min-threads | must not be above | Lower
                    tp.defaults.cleanup-group.timeout=0s | tp.defaults.cleanup-group.timeout | must be longer | such as 5s
                    tp.defaults.environment.pool=oi | tp.defaults.environment.pool | there is no pool 'oi' | Did you mean 'io'?
                    tp.defaults.environment.library=x | tp.defaults.environment.library | there is no library 'x' | Define 'tp.libraries.x' in
                    tp.pools[x.y].max-threads=0 | tp.pools[x.y].max-threads | must be at least 1 | to 1 or more
                    """)
    void saysWhichPropertyIsWrongAndWhatToDo(String setting, String property, String reason, String action) {
        this.runner.withPropertyValues(setting).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: " + property + "\n")
                .contains("Reason: " + reason);
            assertThat(analysis.getAction()).contains(action);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "tp.pools.io.threads", "tp.defaults.pool.threads" })
    @EnabledForJreRange(max = JRE.JAVA_20)
    void saysWhichPropertyAsksForThreadsThatThisJavaHasNot(String property) {
        this.runner.withPropertyValues(property + "=virtual").run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: " + property + "\n", "Value: \"virtual\"",
                    "Reason: needs Java 21 or later; this is Java " + Runtime.version().feature());
            assertThat(analysis.getAction()).isEqualTo("Use platform, or Java 21 or later.");
        });
    }

    @Test
    void namesOnlyOtherEntriesAsBases() {
        this.runner
            .withPropertyValues("tp.pools.io2.inherits=io1", "tp.pools.cpu.inherits=oi", "tp.pools.io.max-threads=3")
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getAction())
                .contains("Did you mean 'io'?")
                .doesNotContain("'io2'"));
    }

    @Test
    void saysWhereTheOtherValueComesFrom() {
        this.runner
            .withPropertyValues("tp.defaults.pool.min-threads=4", "tp.pools.io.inherits=base",
                    "tp.pools.io.min-threads=9", "tp.pools.base.max-threads=8", "tp.pools.other.max-threads=3")
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription()).contains(
                    "Property: tp.pools.io.min-threads", "must not be above max-threads, which is 8 by 'tp.pools.base",
                    "Property: tp.pools.other.max-threads",
                    "must not be below min-threads, which is 4 by 'tp.defaults.pool.min-threads'"));
    }

    @Test
    void saysWhichEntriesHaveTheSameNameAndWhere() {
        this.runner.withInitializer((context) -> {
            addYaml(context, "first.yml", "tp: {pools: {batch-io: {max-threads: 3}}}");
            addYaml(context, "second.yml", "tp: {pools: {BatchIO: {keep-alive: 3s}}}");
        }).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: tp.pools.batch-io\n    Origin: ",
                    "[first.yml] - 1:", "Property: tp.pools[BatchIO]\n    Origin: ", "[second.yml] - 1:",
                    "differs from 'tp.pools.batch-io' only in dashes, underscores or case, which tell no names apart");
            assertThat(analysis.getAction()).contains("An environment variable cannot spell a dash or a capital",
                    "SPRING_APPLICATION_JSON");
        });
    }

    @ParameterizedTest
    @CsvSource({ "semaphores,maximum=1", "mutexes,=", "sections,spin-count=1", "events,reset=manual",
            "libraries,location=.", "environments,priority=low", "cleanup-groups,timeout=1s",
            "executor-views,environment=default" })
    void saysForAllKindsThatEntriesHaveTheSameName(String kind, String setting) {
        String key = setting.equals("=") ? "=" : "." + setting;
        this.runner.withPropertyValues("tp." + kind + ".a-b" + key, "tp." + kind + ".ab" + key)
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .contains("differs from 'tp." + kind + ".ab' only in"));
    }

    @Test
    void tellsACircleOfBasesOnceWithTheWholeOfIt() {
        this.runner
            .withPropertyValues("tp.pools.io.inherits=b", "tp.pools.b.inherits=c", "tp.pools.c.inherits=io",
                    "tp.pools.d.inherits=c")
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .containsOnlyOnce("Property: ")
                .containsPattern("inherits from itself: (io -> b -> c -> io|b -> c -> io -> b|c -> io -> b -> c)"));
    }

    @Test
    void namesTheBaseWhoseReferenceIsWrong() {
        this.runner.withPropertyValues("tp.environments.a.inherits=b", "tp.environments.b.pool=oi")
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .contains("Property: tp.environments.b.pool", "Value: \"oi\""));
    }

    @Test
    void namesTheNearestThingOfAQualifier() {
        this.runner.withUserConfiguration(MisspeltQualifier.class).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("MisspeltQualifier")
                .contains("required a TpSemaphore with the qualifier 'slot'");
            assertThat(analysis.getAction()).isEqualTo("Did you mean 'slots'?");
        });
    }

    @Test
    void namesPropertyValueOriginReasonAndWhatToDo() {
        String yaml = """
                tp:
                  environments:
                    imports:
                      pool: oi
                """;
        this.runner.withInitializer((context) -> addYaml(context, "application.yaml", yaml)).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).isEqualTo("""
                    Property: tp.environments.imports.pool
                    Value: "oi"
                    Origin: Byte array resource [application.yaml] - 4:13
                    Reason: there is no pool 'oi'""".indent(4).stripTrailing());
            assertThat(analysis.getAction()).isEqualTo("Did you mean 'io'?");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tp.pools.io.keep-alive     | -5s     | -5s
            tp.pools.io.stack-size     | -1KB    | -1KB
            tp.pools.io.when-full      | block   | block
            tp.pools.io.max-threads    | ${x:-3} | -3
            """)
    void showsAValueAsItIsWritten(String property, String value, String shown) {
        this.runner.withPropertyValues(property + "=" + value)
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .contains("Property: " + property + "\n", "Value: \"" + shown + "\""));
    }

    @ParameterizedTest
    @CsvSource({ "tp.pools.io.max-threads,-3", "tp.pools.io.max-threads,0", "tp.pools.io.min-threads,1048576",
            "tp.semaphores.slots.maximum,0", "tp.pools.base.max-threads,0" })
    void tellsOfOneWrongNumberOnce(String property, String value) {
        this.runner
            .withPropertyValues("tp.semaphores.slots.initial=2", "tp.pools.base.queue-capacity=2",
                    "tp.pools.derived.inherits=base", "tp.pools.derived.min-threads=2", property + "=" + value)
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .containsOnlyOnce("Property: ")
                .contains("Property: " + property));
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        this.runner
            .withPropertyValues("tp.pools.io.min-threads=9", "tp.pools.io.max-threads=8",
                    "tp.semaphores.slots.initial=5")
            .run((context) -> {
                FailureAnalysis analysis = analyze(context.getStartupFailure());

                assertThat(analysis.getDescription()).contains("Property: tp.pools.io.min-threads",
                        "must not be above max-threads, which is 8", "Property: tp.semaphores.slots.initial",
                        "must not be above maximum, which is 4");
            });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tp.pools.io.max-thread         | Did you mean 'tp.pools.io.max-threads'?
            tp.pools.io.maxthread          | Did you mean 'tp.pools.io.max-threads'?
            tp.pool.io.max-threads         | Did you mean 'tp.pools.io.max-threads'?
            tp.defaults.max-threads        | Did you mean 'tp.defaults.pool.max-threads'?
            tp.defaults.pool.max-treads    | Did you mean 'tp.defaults.pool.max-threads'?
            tp.pools[x.y].max-thread      | Did you mean 'tp.pools[x.y].max-threads'?
            tp.environments.scan.groups    | Below 'tp.environments.scan' there are [inherits, pool, cleanup-group,
            tp.pools.my.own.max-threads    | Did you mean 'tp.pools[my.own].max-threads'?
            tp.mutexes.ledger.fair         | Remove it: 'tp.mutexes.ledger' has no settings.
            tp.cleanup-groups.scan.onshutdow | Did you mean 'tp.cleanup-groups.scan.on-shutdown'?
            tp.defaults.pool.threads.kind  | Did you mean 'tp.defaults.pool.threads'?
            """)
    void namesTheNearestKeyOfOneThatIsNotThere(String property, String action) {
        this.runner.withPropertyValues(property + "=3").run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: " + property, "Value: \"3\"",
                    "Reason: there is no such property");
            assertThat(analysis.getAction()).startsWith(action);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "tp.pools.io.max-threads=", "tp.pools.io.keep-alive=", "tp.pools.io.when-full=",
            "tp.defaults.pool.max-threads=${none:}" })
    void saysThatAPropertyHasNoValue(String property) {
        this.runner.withPropertyValues(property).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: " + property.substring(0, property.indexOf('=')),
                    "Reason: has no value");
            assertThat(analysis.getAction()).isEqualTo("Give it one, or remove it.");
        });
    }

    @Test
    void tellsAllKeysThatAreNotThere() {
        this.runner.withPropertyValues("tp.pools.io.max-thread=3", "tp.mutex.ledger=")
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getAction())
                .contains("'tp.pools.io.max-threads'", "'tp.mutexes.ledger'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    tp.pools.io.threads       | virtul | is not one of platform, virtual | Did you mean 'virtual'? Use one of [platform, virtual].
                    tp.pools.io.when-full     | x      | is not one of reject, block, caller-runs | Use one of [reject, block, caller-runs].
                    tp.events.done.reset      | never  | is not one of auto, manual | Use one of [auto, manual].
                    tp.pools.io.max-threads   | many   | is not a whole number of at most 1048575 | to a whole number
                    tp.pools.io.max-threads   | 1.5    | is not a whole number | to a whole number
                    tp.pools.io.max-threads   | 99999999999 | is not a whole number of at most 1048575 | to a whole number
                    tp.pools.io.queue-capacity | 99999999999 | is not a whole number of at most 2147483647 | to a whole number
                    tp.pools.io.keep-alive    | soon   | is not a duration     | as in 5s
                    tp.pools.io.stack-size    | big    | is not a size         | as in 512KB
                    tp.environments.scan.runs-long | maybe | is neither true nor false | to true or false
                    tp.pools.max-threads      | 5      | has settings of its own | Give the entry a name: 'tp.pools.<name>.max-threads'.
                    tp.defaults.pool          | 5      | has settings of its own | Below 'tp.defaults.pool' there are [inherits,
                    tp.mutexes.ledger         | yes    | has settings of its own | Remove the value: 'tp.mutexes.ledger' has no settings.
                    tp.mutexes[0]             | ledger | has settings of its own | give each entry a name, as in 'tp.mutexes.<name>'.
                    """)
    void saysWhatAValueHasToBe(String property, String value, String reason, String action) {
        this.runner.withPropertyValues(property + "=" + value).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: " + property + "\n", "Value: \"" + value + "\"",
                    "Reason: " + reason);
            assertThat(analysis.getAction()).contains(action);
        });
    }

    @Test
    void leavesTheBindingFailuresOfOthersToSpringBoot() {
        this.runner.withUserConfiguration(OtherProperties.class)
            .withPropertyValues("other.count=many")
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .startsWith("Failed to bind properties under 'other.count'"));
    }

    @Test
    void saysThatALibraryIsNotThere() {
        this.runner.withPropertyValues("tp.libraries.parsers.location=plugins/none.jar").run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("Property: tp.libraries.parsers.location",
                    "Value: \"plugins/none.jar\"", "Reason: there is no /", "plugins/none.jar");
        });
        this.runner.withPropertyValues("tp.libraries.parsers.location=classpath:none.jar")
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .contains("there is no such resource"));
    }

    @Test
    void saysWhichSemaphoreAMethodMeant() {
        assertDefinition(UnknownSemaphore.class, "there is no semaphore 'slotz', which its releaseSemaphore names.",
                "Did you mean 'slots'?");
        assertDefinition(UnknownAcquired.class, "there is no semaphore 'slotz', which its acquireSemaphore names.",
                "Did you mean 'slots'?");
    }

    @Test
    void namesWhatThereIsIfNothingIsNear() {
        assertDefinition(UnknownEnvironment.class,
                "there is no environment 'somewhere-else', which its environment names.",
                "Define 'tp.environments.somewhere-else' in the configuration, or a bean of that name. "
                        + "Known are [io, default].");
        assertDefinition(UnknownLibrary.class, "there is no library 'Parsers', which its freeLibrary names.",
                "Define 'tp.libraries[Parsers]' in the configuration, or a bean of that name.");
    }

    @Test
    void refusesAReturnTypeThatTheCallerCannotWaitFor() {
        assertDefinition(ReturnsText.class,
                "it returns java.lang.String, which a caller that goes on at once cannot be given.",
                "Return void, Future, CompletionStage or CompletableFuture.");
    }

    @Test
    void refusesMethodsThatAProxyDoesNotSee() {
        assertDefinition(PrivateMethod.class, "it is private", "Make it at least package-private.");
        assertDefinition(FinalMethod.class, "it is final", "Make it not final.");
        assertDefinition(StaticMethod.class, "it is static", "Make it an instance method.");
        assertDefinition(OfOtherPackage.class, "it is package-private, and its bean's class is in another package",
                "Make it protected or public.");
        assertDefinition(FinalClass.class, "its class is final", "Make the class not final.");
    }

    @Test
    void refusesABeanThatWasThereBeforeTheProxies() {
        this.runner.withBean("early", Early.class).withUserConfiguration(PostProcessing.class).run((context) -> {
            FailureAnalysis analysis = analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).contains("its bean 'early' was created too early, since the "
                    + "post-processor 'postProcessor' needs it, so that no call would be posted");
            assertThat(analysis.getAction()).contains("static", "@Lazy or ObjectProvider");
        });
        this.runner.withBean("early", Early.class)
            .withUserConfiguration(LazyPostProcessing.class)
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void leavesASingletonAloneThatSomebodyPutInThePlaceOfABean() {
        this.runner.withInitializer((context) -> {
            ((BeanDefinitionRegistry) context.getBeanFactory()).registerBeanDefinition("early",
                    new RootBeanDefinition(Early.class));
            context.getBeanFactory().registerSingleton("early", new Early());
        }).run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void refusesACountThatMakesNoSense() {
        assertDefinition(CountZero.class, "releaseCount must be at least 1, and is 0.", "permits");
        assertDefinition(CountTooHigh.class, "releaseCount is 5, above the maximum of semaphore 'slots', which is 4",
                "Release at most 4, or raise the maximum: 'tp.semaphores.slots.maximum'");
        assertDefinition(CountTooHighOfDotted.class, "releaseCount is 5",
                "raise the maximum: 'tp.semaphores[disk.slots].maximum'");
        assertDefinition(CountWithoutSemaphore.class, "releaseCount is 2 without a semaphore",
                "Name the semaphore in releaseSemaphore");
    }

    @Test
    void refusesASpecialParameterTwice() {
        assertDefinition(TwoInstances.class, "it has more than one parameter of type TpCallbackInstance", "Keep one");
    }

    @Test
    void looksAtLazyAndPrototypeBeansWithoutCreatingThem() {
        this.runner.withUserConfiguration(LazyConfiguration.class)
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .contains(UnknownSemaphore.class.getName()));
        this.runner.withUserConfiguration(PrototypeConfiguration.class)
            .run((context) -> assertThat(analyze(context.getStartupFailure()).getDescription())
                .contains(UnknownSemaphore.class.getName()));
    }

    @Test
    void looksAtABeanBehindAnInterfaceWhenItIsCreated() {
        this.runner.withUserConfiguration(InterfaceConfiguration.class).run((context) -> {
            assertThat(context).hasNotFailed();
            try {
                context.getBean(Runnable.class);
            }
            catch (RuntimeException ex) {
                assertThat(analyze(ex).getDescription()).contains("slotz");
                return;
            }
            throw new AssertionError("created a bean whose annotation is wrong");
        });
    }

    @Test
    void saysWhichPoolWasMeantInTheRegistry() {
        this.runner.withBean("user", Object.class, () -> "").run((context) -> {
            try {
                context.getBean(TpRegistry.class).pool("io2");
            }
            catch (RuntimeException ex) {
                FailureAnalysis analysis = analyze(ex);
                assertThat(ex).hasMessage("no pool 'io2'; did you mean 'io'?");
                assertThat(analysis.getDescription()).isEqualTo("There is no pool 'io2'.");
                assertThat(analysis.getAction()).isEqualTo("Did you mean 'io'?");
            }
        });
    }

    private void assertDefinition(Class<?> bean, String problem, String action) {
        this.runner
            .withInitializer((context) -> ((BeanDefinitionRegistry) context.getBeanFactory())
                .registerBeanDefinition("user", new RootBeanDefinition(bean)))
            .run((context) -> {
                FailureAnalysis analysis = analyze(context.getStartupFailure());

                assertThat(analysis.getDescription()).startsWith("The method " + bean.getName() + ".run(")
                    .contains("is annotated with @TpCallback, but " + problem);
                assertThat(analysis.getAction()).contains(action);
            });
    }

    private static void addYaml(ConfigurableApplicationContext context, String name, String yaml) {
        try {
            new YamlPropertySourceLoader()
                .load(name, new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), name))
                .forEach(context.getEnvironment().getPropertySources()::addLast);
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private FailureAnalysis analyze(Throwable failure) {
        assertThat(failure).isNotNull();
        for (FailureAnalyzer analyzer : SpringFactoriesLoader.forDefaultResourceLocation()
            .load(FailureAnalyzer.class, ArgumentResolver.of(Environment.class, this.starting.getEnvironment())
                .and(BeanFactory.class, this.starting.getBeanFactory()))) {
            FailureAnalysis analysis = analyzer.analyze(failure);
            if (analysis != null) {
                return analysis;
            }
        }
        throw new AssertionError("nobody analyzes", failure);
    }

    static class UnknownSemaphore {

        @TpCallback(releaseSemaphore = "slotz")
        void run() {
        }

    }

    static class UnknownAcquired {

        @TpCallback(acquireSemaphore = "slotz")
        void run(TpCallbackInstance instance) {
        }

    }

    static class UnknownLibrary {

        @TpCallback(freeLibrary = "Parsers")
        void run() {
        }

    }

    static class UnknownEnvironment {

        @TpCallback("somewhere-else")
        void run() {
        }

    }

    static class ReturnsText {

        @TpCallback
        String run() {
            return "";
        }

    }

    static class Early {

        @TpCallback
        void run() {
        }

    }

    static class FirstPostProcessor implements BeanPostProcessor, PriorityOrdered {

        @Override
        public int getOrder() {
            return 0;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class PostProcessing {

        @Bean
        static FirstPostProcessor postProcessor(Early early) {
            return new FirstPostProcessor();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class LazyPostProcessing {

        @Bean
        static FirstPostProcessor postProcessor(@Lazy Early early) {
            return new FirstPostProcessor();
        }

    }

    static class OfOtherPackage extends PackagePrivateMethods.OfCallback {

    }

    static class PrivateMethod {

        @TpCallback
        @SuppressWarnings("UnusedMethod")
        private void run() {
        }

    }

    static class FinalMethod {

        @TpCallback
        final void run() {
        }

    }

    static class StaticMethod {

        @TpCallback
        static void run() {
        }

    }

    static final class FinalClass {

        @TpCallback
        void run() {
        }

    }

    static class CountZero {

        @TpCallback(releaseSemaphore = "slots", releaseCount = 0)
        void run() {
        }

    }

    static class CountTooHigh {

        @TpCallback(releaseSemaphore = "slots", releaseCount = 5)
        void run() {
        }

    }

    static class CountTooHighOfDotted {

        @TpCallback(releaseSemaphore = "disk.slots", releaseCount = 5)
        void run() {
        }

    }

    static class CountWithoutSemaphore {

        @TpCallback(releaseCount = 2)
        Future<Void> run() {
            return CompletableFuture.completedFuture(null);
        }

    }

    static class TwoInstances {

        @TpCallback
        void run(TpCallbackInstance one, TpCallbackInstance other) {
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class LazyConfiguration {

        @Bean
        @Lazy
        UnknownSemaphore user() {
            throw new AssertionError("created");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class PrototypeConfiguration {

        @Bean
        @Scope(BeanDefinition.SCOPE_PROTOTYPE)
        UnknownSemaphore user() {
            throw new AssertionError("created");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class InterfaceConfiguration {

        @Bean
        @Lazy
        Runnable user() {
            return new Hidden();
        }

    }

    static class Hidden implements Runnable {

        @Override
        @TpCallback(releaseSemaphore = "slotz")
        public void run() {
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Other.class)
    static class OtherProperties {

    }

    @ConfigurationProperties("other")
    record Other(int count) {
    }

    @Configuration(proxyBeanMethods = false)
    static class MisspeltQualifier {

        MisspeltQualifier(@Qualifier("slot") TpSemaphore slots) {
            throw new IllegalStateException("not reached with " + slots);
        }

    }

}
