package dev.tpool.boot.autoconfigure.endpoint;

import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.actuate.CleanupGroupsEndpoint;
import dev.tpool.spring.actuate.SynchronizationEndpoint;
import dev.tpool.spring.actuate.ThreadPoolsEndpoint;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpEndpointAutoConfiguration}.
 */
class TpEndpointAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpEndpointAutoConfiguration.class));

    @Test
    void endpointsAreThereIfTheyAreExposed() {
        this.runner
            .withPropertyValues("management.endpoints.web.exposure.include=threadpools,cleanupgroups,synchronization")
            .run((context) -> assertThat(context).hasSingleBean(ThreadPoolsEndpoint.class)
                .hasSingleBean(CleanupGroupsEndpoint.class)
                .hasSingleBean(SynchronizationEndpoint.class));
    }

    @Test
    void endpointsAreNotThereIfTheyAreNotExposed() {
        this.runner.run((context) -> assertThat(context).doesNotHaveBean(ThreadPoolsEndpoint.class)
            .doesNotHaveBean(CleanupGroupsEndpoint.class)
            .doesNotHaveBean(SynchronizationEndpoint.class));
    }

    @Test
    void endpointsCanBeTurnedOff() {
        this.runner.withPropertyValues("management.endpoints.web.exposure.include=*")
            .withPropertyValues("management.endpoint.threadpools.access=" + Access.NONE,
                    "management.endpoint.cleanupgroups.access=" + Access.NONE,
                    "management.endpoint.synchronization.access=" + Access.NONE)
            .run((context) -> assertThat(context).doesNotHaveBean(ThreadPoolsEndpoint.class)
                .doesNotHaveBean(CleanupGroupsEndpoint.class)
                .doesNotHaveBean(SynchronizationEndpoint.class));
    }

    @Test
    void backsOffForAnEndpointOfTheUser() {
        this.runner.withPropertyValues("management.endpoints.web.exposure.include=*")
            .withBean("mine", ThreadPoolsEndpoint.class)
            .run((context) -> assertThat(context).getBean(ThreadPoolsEndpoint.class).isSameAs(context.getBean("mine")));
    }

    @Test
    void backsOffForASynchronizationEndpointOfTheUser() {
        this.runner.withPropertyValues("management.endpoints.web.exposure.include=*")
            .withBean("mine", SynchronizationEndpoint.class,
                    () -> new SynchronizationEndpoint(new TpRegistry(new StaticListableBeanFactory()),
                            TpEntryLines.NONE))
            .run((context) -> assertThat(context).getBean(SynchronizationEndpoint.class)
                .isSameAs(context.getBean("mine")));
    }

    @Test
    void countsThreadsAloneWhereNoCallIsACallback() {
        this.runner.withPropertyValues("management.endpoints.web.exposure.include=*", "tp.mutexes.ledger=")
            .run((context) -> assertThat(
                    context.getBean(SynchronizationEndpoint.class).synchronization().mutexes().get("ledger").waiting())
                .isZero());
    }

    @Test
    void startsWithoutActuator() {
        this.runner.withPropertyValues("management.endpoints.web.exposure.include=*")
            .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("threadPoolsEndpoint"));
    }

}
