package dev.tpool.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpWaitResult;
import dev.tpool.TpWork;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.spring.annotation.TpOverlap;
import dev.tpool.spring.annotation.TpTimer;
import dev.tpool.spring.annotation.TpWait;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of {@code README.md}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReadmePageTests {

    private static final Map<Path, Integer> LINES = new ConcurrentHashMap<>();

    @TempDir
    private Path directory;

    @Test
    void annotations() throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            files.add(Files.writeString(this.directory.resolve(i + ".txt"), "line\n".repeat(i)));
        }
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class))
            .withPropertyValues("tp.pools.io.max-threads=64", "tp.environments.imports.pool=io",
                    "tp.semaphores.import-slots.initial=4", "tp.semaphores.import-slots.maximum=4",
                    "tp.events.import-done.reset=auto")
            .withBean(Imports.class)
            .withBean(Importer.class)
            .run((context) -> {
                context.getBean(Importer.class).importAll(files);
                Path missing = this.directory.resolve("missing");
                context.getBean(Importer.class).importAll(List.of(missing));
                Awaitility.await().until(() -> LINES.size() == 21);
                assertThat(LINES.remove(missing)).as("a failure is seen").isEqualTo(-1);
                assertThat(LINES).allSatisfy((file, lines) -> assertThat(file).hasFileName(lines + ".txt"));
                TpRegistry registry = context.getBean(TpRegistry.class);
                assertThat(registry.semaphore("import-slots").availablePermits()).isEqualTo(4);
                assertThat(registry.event("import-done").await(Duration.ofMinutes(1))).isTrue();
            });
    }

    @Test
    void timersAndWaits(CapturedOutput output) {
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class, TpCallbackAutoConfiguration.class,
                    TpTriggerAutoConfiguration.class))
            .withPropertyValues("tp.events.import-done.reset=auto")
            .withBean(Upkeep.class)
            .run((context) -> {
                AtomicInteger looks = context.getBean(Upkeep.class).looks;
                Awaitility.await().until(() -> looks.get() == 1);
                context.getBean(TpRegistry.class).event("import-done").set();
                Awaitility.await().until(() -> output.toString().contains("import SIGNALLED after "));
            });
    }

    @Test
    void withoutSpring(CapturedOutput output) throws InterruptedException {
        WithoutSpring.main(new String[0]);
        assertThat(output).contains("refreshed");
    }

    static void log(Path file, Integer lines, Throwable failure) {
        LINES.put(file, (failure != null) ? -1 : lines);
    }

    @Component
    static class Imports {

        // dev.tpool.spring.annotation.TpCallback
        @TpCallback(environment = "imports", acquireSemaphore = "import-slots", releaseSemaphore = "import-slots",
                setEvent = "import-done")
        CompletableFuture<Integer> load(Path file) throws IOException {
            return CompletableFuture.completedFuture(Files.readAllLines(file).size());
        }

    }

    @SuppressWarnings("FutureReturnValueIgnored")
    @Service
    static class Importer {

        private final Imports imports;

        Importer(Imports imports) {
            this.imports = imports;
        }

        void importAll(List<Path> files) throws IOException {
            for (Path file : files) {
                this.imports.load(file).whenComplete((lines, failure) -> log(file, lines, failure));
            }
        }

    }

    @Component
    static class Upkeep {

        private final AtomicInteger looks = new AtomicInteger();

        @TpTimer(period = "10s", overlap = TpOverlap.SKIP)
        void look() {
            this.looks.incrementAndGet();
        }

        @TpWait(event = "import-done", timeout = "1h")
        void imported(TpWaitResult result) {
            System.out.println("import " + result + " after " + this.looks + " looks");
        }

    }

    static class WithoutSpring {

        public static void main(String[] args) throws InterruptedException {
            try (TpPool pool = TpPool.create("io");
                    TpWork work = TpEnvironment.of(pool).work("refresh", () -> System.out.println("refreshed"))) {
                work.submit();
                work.waitForCallbacks(false);
            }
        }

    }

}
