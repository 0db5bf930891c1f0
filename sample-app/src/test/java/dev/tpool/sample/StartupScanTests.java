package dev.tpool.sample;

import java.nio.file.Path;
import java.time.Duration;

import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what the application does when it starts and when it ends.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupScanTests {

    /** Generous: the build may share its processors. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void scansTheClassPathAndPrintsASummary(CapturedOutput output) {
        int jars = new ClassPath().find(() -> false).jars().size();

        try (ConfigurableApplicationContext application = start(true)) {
            await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(output).contains("Summary of the class path: DONE, " + jars + " jars, "));
            assertThat(output).contains("found " + jars + " jars", "digesting", "all jars stored",
                    "classes present in more than one jar");
            assertThat(application.getBean(ScanRepository.class).latest(10)).singleElement()
                .satisfies((scan) -> assertThat(scan.origin()).isEqualTo(ScanOrigin.START_UP));
        }
    }

    @Test
    void scansNothingWhenItIsSwitchedOff() {
        try (ConfigurableApplicationContext application = start(false)) {
            assertThat(application.getBean(ScanRepository.class).latest(10)).isEmpty();
        }
    }

    @Test
    void interruptsWhatRunsWhenTheApplicationEnds() throws Exception {
        JarFiles.jar(this.directory.resolve("jars/a.jar"), "a/B.class");
        long id;
        try (ConfigurableApplicationContext application = start(false)) {
            TpSemaphore openFiles = application.getBean(TpRegistry.class).semaphore("open-files");
            openFiles.acquire(openFiles.maximum());
            id = application.getBean(ScanService.class)
                .start(new JarTree(this.directory.resolve("jars")), ScanOrigin.REQUEST)
                .id();
            ScanRepository repository = application.getBean(ScanRepository.class);
            await().atMost(LIMIT).until(() -> repository.get(id).jars() != null);
        }

        try (ConfigurableApplicationContext application = start(false)) {
            ScanSummary scan = application.getBean(ScanRepository.class).get(id);
            assertThat(scan.state()).isEqualTo(ScanState.INTERRUPTED);
            assertThat(scan.ended()).isNotNull();
        }
    }

    private ConfigurableApplicationContext start(boolean scanOnStart) {
        return new SpringApplicationBuilder(SampleApplication.class).run("--server.port=0",
                "--doctor.scan-on-start=" + scanOnStart,
                "--spring.datasource.url=jdbc:h2:file:" + this.directory.resolve("doctor"));
    }

}
