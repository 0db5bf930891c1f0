package dev.tpool.spring.actuate;

import java.util.ArrayList;
import java.util.List;

import dev.tpool.TpEnvironment;
import dev.tpool.TpLibrary;
import dev.tpool.TpWork;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpRunWatch;
import dev.tpool.spring.actuate.CleanupGroupsEndpoint.CleanupGroupDescriptor;
import dev.tpool.spring.actuate.SynchronizationEndpoint.SynchronizationDescriptor;
import dev.tpool.spring.actuate.ThreadPoolsEndpoint.ThreadPoolDescriptor;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How much the endpoints say.
 */
class EndpointSizeTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class))
        .withPropertyValues("tp.cleanup-groups.many=", "tp.environments.many.cleanup-group=many");

    @Test
    void manyObjectsAreCountedAndOnlyTheFirstListed() {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            TpEnvironment environment = registry.environment("many");
            List<TpWork> works = new ArrayList<>();
            for (int i = 0; i < 1001; i++) {
                works.add(environment.work("work", () -> {
                }));
            }

            ThreadPoolDescriptor pool = new ThreadPoolsEndpoint(registry, context.getBean(TpRunWatch.class), null)
                .threadPool("default");
            assertThat(pool.objectCount()).isEqualTo(1001);
            assertThat(pool.objects()).hasSize(1000);
            CleanupGroupDescriptor group = new CleanupGroupsEndpoint(registry).cleanupGroup("many");
            assertThat(group.memberCount()).isEqualTo(1001);
            assertThat(group.members()).hasSize(1000);
            works.forEach(TpWork::close);
        });
    }

    @Test
    void ofEachKindOfWhatCallbacksWaitForOnlyTheFirstAreListed() {
        this.runner.run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            List<TpRegistry.Registration> registrations = new ArrayList<>();
            for (int i = 0; i < 1001; i++) {
                registrations.add(registry.register("semaphore-" + i, TpSemaphore.of(1, 1)));
                registrations.add(registry.register("mutex-" + i, TpMutex.of()));
                registrations.add(registry.register("section-" + i, TpCriticalSection.of()));
                registrations.add(registry.register("event-" + i, TpEvent.autoReset()));
                registrations.add(registry.register("library-" + i, TpLibrary.of("library", () -> {
                })));
            }

            SynchronizationDescriptor all = new SynchronizationEndpoint(registry, TpEntryLines.NONE).synchronization();
            assertThat(List.of(all.semaphoreCount(), all.mutexCount(), all.sectionCount(), all.eventCount(),
                    all.libraryCount()))
                .containsOnly(1001);
            assertThat(List.of(all.semaphores(), all.mutexes(), all.sections(), all.events(), all.libraries()))
                .allSatisfy((listed) -> assertThat(listed).hasSize(1000));
            registrations.forEach(TpRegistry.Registration::close);
        });
    }

}
