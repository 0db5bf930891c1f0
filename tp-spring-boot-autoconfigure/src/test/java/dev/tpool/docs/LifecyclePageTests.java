package dev.tpool.docs;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpShutdownParticipant;
import dev.tpool.spring.TpShutdownReportEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of {@code docs/lifecycle.md}.
 */
class LifecyclePageTests {

    private static final Path FILE = Path.of("some.txt");

    private static final Set<Path> READ = ConcurrentHashMap.newKeySet();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class, TpAutoConfiguration.class))
        .withPropertyValues("tp.pools.imports.max-threads=1", "tp.cleanup-groups.imports.on-shutdown=cancel",
                "tp.environments.imports.pool=imports", "tp.environments.imports.cleanup-group=imports",
                "spring.lifecycle.timeout-per-shutdown-phase=2m");

    @Test
    void aPartInTheShutdownAndItsReport() {
        this.runner.withBean(Inbox.class).withBean(Losses.class).run((context) -> {
            TpRegistry registry = context.getBean(TpRegistry.class);
            Inbox inbox = context.getBean(Inbox.class);
            Losses losses = context.getBean(Losses.class);
            TpPool pool = registry.pool("imports");
            CountDownLatch began = new CountDownLatch(1);
            CompletableFuture<Boolean> running = registry.environment("imports").submit("first", () -> {
                began.countDown();
                Awaitility.await().until(() -> pool.dropped() > 0);
                return true;
            });
            assertThat(began.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(inbox.receive(FILE)).isTrue();
            assertThat(losses.lost).isEmpty();

            context.close();
            assertThat(running).isCompletedWithValue(true);
            assertThat(inbox.receive(FILE)).isFalse();
            assertThat(READ).isEmpty();
            assertThat(losses.lost).containsOnly(Map.entry("one-shot", 1L));
        });
    }

    static void read(Path file) {
        READ.add(file);
    }

    @Component
    static class Inbox implements TpShutdownParticipant {

        private final TpEnvironment imports;

        private volatile boolean open = true;

        Inbox(@Qualifier("imports") TpEnvironment imports) {
            this.imports = imports;
        }

        boolean receive(Path file) {
            return this.open && this.imports.trySubmit(() -> read(file));
        }

        @Override
        public void stopTriggers() {
            this.open = false;
        }

    }

    @Component
    static class Losses {

        final Map<String, Long> lost = new ConcurrentHashMap<>();

        @EventListener
        void closed(TpShutdownReportEvent event) {
            event.getReport().dropped().forEach((name, number) -> this.lost.merge(name, number, Long::sum));
        }

    }

}
