package dev.tpool.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.tpool.TpPool;
import dev.tpool.TpThreadKind;
import dev.tpool.boot.autoconfigure.TpReconfiguration.Change;
import dev.tpool.boot.autoconfigure.TpReconfiguration.Report;
import dev.tpool.spring.TpPoolCustomizer;
import dev.tpool.spring.TpRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.autoconfigure.ConfigurationPropertiesRebinderAutoConfiguration;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpReconfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpReconfigurationTests {

    private final Map<String, Object> changed = new LinkedHashMap<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class,
                ConfigurationPropertiesRebinderAutoConfiguration.class))
        .withInitializer((context) -> context.getEnvironment()
            .getPropertySources()
            .addFirst(new MapPropertySource("changed", this.changed)))
        .withPropertyValues("tp.pools.io.min-threads=1", "tp.pools.io.max-threads=8", "tp.pools.io.queue-capacity=10",
                "tp.pools.reports.inherits=io", "tp.pools.cpu.max-threads=3", "tp.mutexes.ledger=");

    @Test
    void changesThePoolsWhosePropertiesHaveChanged(CapturedOutput output) {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            registry.pool("cpu").setThreadMaximum(5);
            this.changed.put("tp.pools.io.min-threads", 2);
            this.changed.put("tp.pools.io.max-threads", 16);
            this.changed.put("tp.defaults.pool.max-threads", 40);

            Report report = context.getBean(TpReconfiguration.class).refresh();

            assertThat(registry.pool("io").threadMinimum()).isEqualTo(2);
            assertThat(registry.pool("io").threadMaximum()).isEqualTo(16);
            assertThat(registry.pool("reports").threadMaximum()).isEqualTo(16);
            assertThat(registry.pool("default").threadMaximum()).isEqualTo(40);
            assertThat(registry.pool("cpu").threadMaximum()).isEqualTo(5);
            assertThat(report.applied()).containsExactlyInAnyOrder(new Change("tp.pools.io.min-threads", 1, 2),
                    new Change("tp.pools.io.max-threads", 8, 16), new Change("tp.pools.reports.min-threads", 1, 2),
                    new Change("tp.pools.reports.max-threads", 8, 16),
                    new Change("tp.pools.default.max-threads", null, 40));
            assertThat(report.postponed()).isEmpty();
            assertThat(output).contains("Thread pools reconfigured: ")
                .contains("tp.pools.io.min-threads from 1 to 2, tp.pools.io.max-threads from 8 to 16");
        });
    }

    @Test
    void goesBackToTheBuiltInNumbers(CapturedOutput output) {
        this.runner.run((context) -> {
            TpReconfiguration reconfiguration = context.getBean(TpReconfiguration.class);
            this.changed.put("tp.defaults.pool.min-threads", 2);
            this.changed.put("tp.defaults.pool.max-threads", 40);
            reconfiguration.refresh();
            assertThat(output).contains("tp.pools.default.min-threads from 0 (by default) to 2, "
                    + "tp.pools.default.max-threads from 500 (by default) to 40");
            this.changed.remove("tp.defaults.pool.min-threads");
            reconfiguration.refresh();
            this.changed.clear();

            assertThat(reconfiguration.refresh().applied())
                .containsExactly(new Change("tp.pools.default.max-threads", 40, null));
            assertThat(output).contains("tp.pools.default.min-threads from 2 to 0 (by default)")
                .contains("tp.pools.default.max-threads from 40 to 500 (by default)");
            assertThat(context.getBean(TpRegistry.class).pool("default").threadMaximum()).isEqualTo(500);
            assertThat(reconfiguration.refresh()).isEqualTo(new Report(List.of(), List.of()));
        });
    }

    @Test
    void saysWhatCannotChangeWhileThePoolsAreRunning(CapturedOutput output) {
        this.runner.run((context) -> {
            this.changed.put("tp.pools.io.queue-capacity", 20);
            this.changed.put("tp.pools.cpu.threads", "virtual");
            this.changed.put("tp.pools.late.max-threads", 2);
            this.changed.put("tp.environments.scan.priority", "low");
            this.changed.put("tp.semaphores.slots.maximum", 3);

            Report report = context.getBean(TpReconfiguration.class).refresh();

            assertThat(report.applied()).isEmpty();
            assertThat(report.postponed()).extracting(Change::property)
                .containsExactlyInAnyOrder("tp.pools.io.queue-capacity", "tp.pools.reports.queue-capacity",
                        "tp.pools.cpu.threads", "tp.pools.late", "tp.environments.scan", "tp.semaphores.slots");
            assertThat(report.postponed()).contains(new Change("tp.pools.cpu.threads", null, TpThreadKind.VIRTUAL));
            assertThat(output).contains("Changed, but of no effect until the application is started again: ")
                .contains("tp.pools.io.queue-capacity from 10 to 20")
                .contains("tp.pools.late from nothing to an entry");
        });
    }

    @Test
    void refusesAnInvalidChangeWhole() {
        this.runner.run((context) -> {
            this.changed.put("tp.pools.cpu.max-threads", 9);
            this.changed.put("tp.pools.io.min-threads", 9);

            assertThatExceptionOfType(InvalidTpPropertiesException.class)
                .isThrownBy(() -> context.getBean(TpReconfiguration.class).refresh())
                .withMessageContaining("tp.pools.io.min-threads: must not be above max-threads, which is 8");
            assertUnchanged(context);
        });
    }

    @Test
    void refusesKeysThatAreNotThereAndValuesOfTheWrongType() {
        this.runner.run((context) -> {
            TpReconfiguration reconfiguration = context.getBean(TpReconfiguration.class);
            this.changed.put("tp.pools.cpu.max-threads", 9);
            this.changed.put("tp.pools.io.max-thread", 9);
            assertThatExceptionOfType(InvalidTpPropertiesException.class).isThrownBy(reconfiguration::refresh)
                .withMessage("tp.pools.io.max-thread: there is no such property")
                .satisfies((ex) -> assertThat(ex.problems().get(0).action())
                    .isEqualTo("Did you mean 'tp.pools.io.max-threads'?"));

            this.changed.remove("tp.pools.io.max-thread");
            this.changed.put("tp.pools.io.max-threads", "many");
            assertThatExceptionOfType(InvalidTpPropertiesException.class).isThrownBy(reconfiguration::refresh)
                .withMessageStartingWith("tp.pools.io.max-threads: is not a whole number");
            assertUnchanged(context);
        });
    }

    @Test
    void takesEverythingBackIfAPoolCannotStartItsMinimum() {
        this.runner.withBean(TpPoolCustomizer.class, () -> (name, builder) -> {
            if (name.equals("reports")) {
                builder.threadFactory((worker) -> null);
            }
        }).withPropertyValues("tp.pools.reports.min-threads=0").run((context) -> {
            this.changed.put("tp.pools.cpu.max-threads", 9);
            this.changed.put("tp.pools.reports.min-threads", 1);

            assertThatIllegalStateException().isThrownBy(() -> context.getBean(TpReconfiguration.class).refresh())
                .withMessage("'tp.pools.reports' could not be applied: pool 'reports' could not start 1 threads");
            assertUnchanged(context);
        });
    }

    @Test
    void leavesAPoolOfTheUserAlone() {
        this.runner.withBean("default", TpPool.class, () -> TpPool.create("mine")).run((context) -> {
            this.changed.put("tp.defaults.pool.max-threads", 40);

            context.getBean(TpReconfiguration.class).refresh();

            assertThat(context.getBean(TpRegistry.class).pool("default").threadMaximum()).isEqualTo(500);
        });
    }

    @Test
    void springCloudsEventRefreshesThePools() {
        this.runner.run((context) -> {
            this.changed.put("tp.pools.io.max-threads", 16);
            context.publishEvent(new EnvironmentChangeEvent(context, Set.of("tp.pools.io.max-threads")));

            assertThat(context.getBean(TpRegistry.class).pool("io").threadMaximum()).isEqualTo(16);
        });
    }

    @Test
    void anInvalidChangeThatSpringCloudTellsOfIsLogged(CapturedOutput output) {
        this.runner.run((context) -> {
            this.changed.put("tp.pools.cpu.max-threads", 9);
            this.changed.put("tp.pools.io.max-threads", 0);
            context.publishEvent(new EnvironmentChangeEvent(context, Set.of("tp.pools.io.max-threads")));

            assertUnchanged(context);
            assertThat(output).contains("ERROR")
                .contains("are refused, and the pools stay as they are: tp.pools.io.max-threads: must be at least 1");
        });
    }

    @Test
    void worksWithoutSpringCloud() {
        new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class))
            .withClassLoader(new FilteredClassLoader("org.springframework.cloud"))
            .run((context) -> assertThat(context).hasSingleBean(TpReconfiguration.class)
                .doesNotHaveBean(TpEnvironmentChangeListener.class));
    }

    private static void assertUnchanged(ConfigurableApplicationContext context) {
        TpRegistry registry = context.getBean(TpRegistry.class);
        assertThat(registry.pool("io").threadMinimum()).isEqualTo(1);
        assertThat(registry.pool("io").threadMaximum()).isEqualTo(8);
        assertThat(registry.pool("cpu").threadMaximum()).isEqualTo(3);
    }

}
