package dev.tpool.boot.autoconfigure;

import java.time.Duration;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpPriority;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpShutdown.GroupPolicy;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an entry leaves out is taken from its base, and then from the defaults.
 */
class DefaultsAndInheritanceTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class));

    @Test
    void aPoolTakesWhatItLeavesOutFromItsBaseAndThenFromTheDefaults() {
        this.runner
            .withPropertyValues("tp.defaults.pool.keep-alive=7s", "tp.defaults.pool.max-threads=9",
                    "tp.pools.io.max-threads=8", "tp.pools.io.queue-capacity=4", "tp.pools.reports.inherits=io",
                    "tp.pools.reports.queue-capacity=2", "tp.pools.nightly.inherits=reports",
                    "tp.pools.nightly.min-threads=1")
            .run((context) -> {
                TpPool nightly = context.getBean(TpRegistry.class).pool("nightly");

                assertThat(nightly.threadMinimum()).isEqualTo(1);
                assertThat(nightly.queueCapacity()).isEqualTo(2);
                assertThat(nightly.threadMaximum()).isEqualTo(8);
                assertThat(nightly.keepAlive()).isEqualTo(Duration.ofSeconds(7));
            });
    }

    @Test
    void aPoolMayInheritFromTheDefaultOneThatHasNoEntry() {
        this.runner.withPropertyValues("tp.defaults.pool.max-threads=9", "tp.pools.io.inherits=default")
            .run((context) -> assertThat(context.getBean(TpRegistry.class).pool("io").threadMaximum()).isEqualTo(9));
    }

    @Test
    void anEnvironmentTakesWhatItLeavesOutFromItsBaseAndThenFromTheDefaults() {
        this.runner
            .withPropertyValues("tp.pools.io=", "tp.cleanup-groups.scans=", "tp.defaults.environment.priority=low",
                    "tp.defaults.environment.cleanup-group=scans", "tp.environments.base.pool=io",
                    "tp.environments.base.runs-long=true", "tp.environments.quick.inherits=base",
                    "tp.environments.quick.runs-long=false", "tp.environments.quick.cleanup-group=")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                TpEnvironment base = registry.environment("base");
                TpEnvironment quick = registry.environment("quick");

                assertThat(base.cleanupGroup()).isSameAs(registry.cleanupGroup("scans"));
                assertThat(quick.pool()).isSameAs(registry.pool("io"));
                assertThat(quick.runsLong()).isFalse();
                assertThat(quick.priority()).isEqualTo(TpPriority.LOW);
                assertThat(quick.cleanupGroup()).isNull();
            });
    }

    @Test
    void thePoolOfItsOwnNameComesBetweenTheBaseAndTheDefaults() {
        this.runner
            .withPropertyValues("tp.pools.io=", "tp.pools.cpu=", "tp.pools.other=",
                    "tp.defaults.environment.pool=other", "tp.environments.io.priority=high",
                    "tp.environments.cpu.inherits=base", "tp.environments.base.pool=io",
                    "tp.environments.plain.priority=low")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);

                assertThat(registry.environment("io").pool()).isSameAs(registry.pool("io"));
                assertThat(registry.environment("cpu").pool()).isSameAs(registry.pool("io"));
                assertThat(registry.environment("plain").pool()).isSameAs(registry.pool("other"));
                assertThat(registry.environment("other").pool()).isSameAs(registry.pool("other"));
                assertThat(registry.environment("default").pool()).isSameAs(registry.pool("default"));
            });
    }

    @Test
    void theEnvironmentThatAPoolBringsAlongHasTheDefaults() {
        this.runner.withBean("mine", TpPool.class, () -> TpPool.create("mine"))
            .withPropertyValues("tp.pools.io=", "tp.defaults.environment.priority=low")
            .run((context) -> {
                TpRegistry registry = context.getBean(TpRegistry.class);
                TpPool late = TpPool.create("late");
                registry.register("late", late);

                assertThat(registry.environment("io").priority()).isEqualTo(TpPriority.LOW);
                assertThat(registry.environment("default").priority()).isEqualTo(TpPriority.LOW);
                assertThat(registry.environment("mine").priority()).isEqualTo(TpPriority.LOW);
                assertThat(registry.environment("late").priority()).isEqualTo(TpPriority.LOW);
            });
    }

    @Test
    void aCleanupGroupTakesWhatItLeavesOutFromTheDefaults() {
        this.runner
            .withPropertyValues("tp.defaults.cleanup-group.on-shutdown=cancel", "tp.defaults.cleanup-group.timeout=3s",
                    "tp.cleanup-groups.scans.timeout=1s", "tp.cleanup-groups.imports.on-shutdown=drain")
            .run((context) -> assertThat(context.getBean(ConfiguredThings.class).shutdownPolicies())
                .containsEntry("scans", new GroupPolicy(true, Duration.ofSeconds(1)))
                .containsEntry("imports", new GroupPolicy(false, Duration.ofSeconds(3))));
    }

}
