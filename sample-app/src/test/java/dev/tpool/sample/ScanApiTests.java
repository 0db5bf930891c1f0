package dev.tpool.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import dev.tpool.sample.ScanService.Cancellation;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the scans as a client sees them. A test that needs a scan to stand still
 * takes what the scan waits for.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class ScanApiTests {

    private static final int PERMITS = 16;

    /** The maximum of the pool that reads the jars. */
    private static final int WORKERS = 8;

    /** Generous: the build may share its processors. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private final RestTestClient client;

    private final ScanService service;

    private final ScanRepository repository;

    private final TpRegistry registry;

    private final TpSemaphore openFiles;

    private final TpCriticalSection index;

    ScanApiTests(@Autowired RestTestClient client, @Autowired ScanService service, @Autowired ScanRepository repository,
            @Autowired TpRegistry registry) {
        this.client = client;
        this.service = service;
        this.repository = repository;
        this.registry = registry;
        this.openFiles = registry.semaphore("open-files");
        this.index = registry.section("index");
    }

    @AfterEach
    void allPermitsAreBack() {
        assertThat(this.openFiles.availablePermits()).isEqualTo(PERMITS);
    }

    @Test
    void scansADirectory() throws IOException {
        JarFiles.jar(this.directory.resolve("a.jar"), "x/", "x/Both.class", "x/OnlyA.class");
        JarFiles.jar(this.directory.resolve("lib/b.jar"), "x/Both.class", "y/OnlyB.class");

        long id = post(this.directory);
        awaitState(id, ScanState.DONE);

        this.client.get().uri("/scans/{id}", id).exchange().expectStatus().isOk().expectBody().json("""
                {"id": %d, "origin": "REQUEST", "state": "DONE", "jars": 2, "digested": 2, "percent": 100,
                 "entries": 5, "bytes": 50, "classes": 4, "duplicateClasses": 1, "findingCount": 0, "findings": []}
                """.formatted(id));
        this.client.get().uri("/scans/{id}/duplicates", id).exchange().expectStatus().isOk().expectBody().json("""
                {"page": 0, "size": 50, "total": 1,
                 "duplicates": [{"className": "x.Both", "jars": ["a.jar", "lib/b.jar"]}]}
                """);
        this.client.get().uri("/scans").exchange().expectStatus().isOk().expectBody().jsonPath("$[0].id").isEqualTo(id);
    }

    @Test
    void recordsABrokenJarAndReadsTheOthers() throws IOException {
        JarFiles.truncated(JarFiles.jar(this.directory.resolve("broken.jar"), "a/B.class"));
        JarFiles.jar(this.directory.resolve("good.jar"), "a/B.class");

        long id = post(this.directory);
        awaitState(id, ScanState.DONE);

        this.client.get()
            .uri("/scans/{id}", id)
            .exchange()
            .expectBody()
            .json("""
                    {"jars": 2, "digested": 2, "entries": 1, "findingCount": 1, "findings": [{"path": "broken.jar"}]}
                    """)
            .jsonPath("$.findings[0].reason")
            .value(String.class, (text) -> assertThat(text).contains("ZipException"));
    }

    @Test
    void scansAnEmptyDirectory() {
        long id = post(this.directory);
        awaitState(id, ScanState.DONE);

        this.client.get().uri("/scans/{id}", id).exchange().expectBody().json("""
                {"jars": 0, "entries": 0, "percent": 100, "duplicateClasses": 0}
                """);
    }

    @Test
    void runsScansSideBySide() throws Exception {
        long first;
        long second;
        this.openFiles.acquire(PERMITS);
        try {
            first = post(directoryOfJars("first", 30));
            second = post(directoryOfJars("second", 20));
            awaitFound(first, 30);
            awaitFound(second, 20);
        }
        finally {
            this.openFiles.release(PERMITS);
        }

        awaitState(first, ScanState.DONE);
        awaitState(second, ScanState.DONE);

        this.client.get().uri("/scans/{id}", first).exchange().expectBody().json("""
                {"digested": 30, "entries": 30, "duplicateClasses": 1}
                """);
        this.client.get().uri("/scans/{id}", second).exchange().expectBody().json("""
                {"digested": 20, "entries": 20, "duplicateClasses": 1}
                """);
    }

    @Test
    void cancelsAScanThatWaitsForPermits() throws Exception {
        this.openFiles.acquire(PERMITS);
        try {
            long id = post(directoryOfJars("jars", 3));
            awaitFound(id, 3);

            Cancellation cancellation = delete(id);

            assertThat(cancellation.state()).isEqualTo(ScanState.CANCELLED);
            this.client.get().uri("/scans/{id}", id).exchange().expectBody().json("""
                    {"state": "CANCELLED", "jars": 3, "digested": 0, "duplicateClasses": null}
                    """);
        }
        finally {
            this.openFiles.release(PERMITS);
        }
    }

    @Test
    void cancelDropsWhatIsQueuedAndGivesTheirPermitsBack() throws Exception {
        long id;
        CompletableFuture<Cancellation> cancelled;
        this.index.enter();
        try {
            id = post(directoryOfJars("jars", 40));
            awaitFound(id, 40);
            await().atMost(LIMIT).until(() -> this.openFiles.availablePermits() == 0 && this.index.waiting() > 0);

            cancelled = CompletableFuture.supplyAsync(() -> delete(id));

            // Those that have begun stand before the section and keep theirs.
            await().atMost(LIMIT).until(() -> this.openFiles.availablePermits() >= PERMITS - WORKERS);
            assertThat(cancelled).isNotDone();
        }
        finally {
            this.index.leave();
        }

        assertThat(cancelled.join().dropped()).isGreaterThanOrEqualTo(PERMITS - WORKERS);
        assertThat(cancelled.join().ran()).isPositive();
        this.client.get().uri("/scans/{id}", id).exchange().expectBody().json("""
                {"state": "CANCELLED", "jars": 40}
                """);
    }

    @RepeatedTest(20)
    void givesEveryPermitBackWhereverACancelMeetsTheScan(RepetitionInfo round) throws Exception {
        long id = post(directoryOfJars("jars", 60));
        await().atMost(LIMIT).until(() -> this.repository.get(id).digested() >= 2 * round.getCurrentRepetition());

        this.client.delete().uri("/scans/{id}", id).exchange().expectStatus().value((status) -> {
            ScanState expected = (status == 200) ? ScanState.CANCELLED : ScanState.DONE;
            await().atMost(LIMIT).until(() -> this.repository.get(id).state() == expected);
        });

        await().atMost(LIMIT).until(() -> !this.registry.cleanupGroups().containsKey("scan-" + id));
    }

    @Test
    void cancelsAScanOnce() throws Exception {
        long id;
        this.openFiles.acquire(PERMITS);
        try {
            id = post(directoryOfJars("jars", 1));
            delete(id);
        }
        finally {
            this.openFiles.release(PERMITS);
        }

        problem(this.client.delete().uri("/scans/{id}", id).exchange(), 409, "Scan " + id + " is CANCELLED");
    }

    @Test
    void doesNotCancelAScanThatIsDone() {
        long id = post(this.directory);
        awaitState(id, ScanState.DONE);

        problem(this.client.delete().uri("/scans/{id}", id).exchange(), 409, "Scan " + id + " is DONE");
    }

    @Test
    void knowsNoDuplicatesBeforeAScanIsDone() throws Exception {
        this.openFiles.acquire(PERMITS);
        try {
            long id = post(directoryOfJars("jars", 1));

            problem(this.client.get().uri("/scans/{id}/duplicates", id).exchange(), 409, "is RUNNING");

            delete(id);
        }
        finally {
            this.openFiles.release(PERMITS);
        }
    }

    @Test
    void saysThatThereIsNoSuchScan() {
        problem(this.client.get().uri("/scans/987654").exchange(), 404, "There is no scan 987654.");
        problem(this.client.get().uri("/scans/987654/duplicates").exchange(), 404, "There is no scan 987654.");
        problem(this.client.delete().uri("/scans/987654").exchange(), 404, "There is no scan 987654.");
        problem(this.client.get().uri("/scans/last").exchange(), 400, "last");
    }

    @ParameterizedTest
    @CsvSource({ "page=-1,page", "size=0,size", "size=501,size", "size=x,size" })
    void refusesAPageThatCannotBe(String query, String detail) {
        problem(this.client.get().uri("/scans/1/duplicates?" + query).exchange(), 400, detail);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "''|must be JSON", "{|must be JSON", "{}|directory must not be blank",
            "{\"directory\": \" \"}|directory must not be blank", "{\"directory\": {}}|must be JSON" })
    void refusesABodyThatNamesNoDirectory(String body, String detail) {
        problem(send(body), 400, detail);
    }

    @Test
    void refusesADirectoryThatCannotBeScanned() throws IOException {
        Path file = Files.createFile(this.directory.resolve("file"));
        Path link = Files.createSymbolicLink(this.directory.resolve("link"), Path.of("/"));

        problem(send(request(this.directory.resolve("missing"))), 422, "There is no directory");
        problem(send(request(file)), 422, "is not a directory");
        problem(send(request(link)), 422, "is outside the directories that may be scanned");
        problem(send(request(Path.of("/"))), 422, "is outside the directories that may be scanned");
    }

    @Test
    void failsAScanWhoseCallbackThrowsAndGivesThePermitBack() {
        Jar bad = new Jar("bad.jar", () -> {
            throw new AssertionError("thrown on purpose");
        });

        long id = this.service.start(new FixedSource(List.of(bad)), ScanOrigin.REQUEST).id();
        awaitState(id, ScanState.FAILED);

        this.client.get()
            .uri("/scans/{id}", id)
            .exchange()
            .expectBody()
            .jsonPath("$.reason")
            .value(String.class, (text) -> assertThat(text).contains("thrown on purpose"));
    }

    @Test
    void saysWhereEverythingIs() {
        this.client.get().uri("/").exchange().expectStatus().isOk().expectBody().json("""
                {"scans": "/scans", "health": "/actuator/health"}
                """);
    }

    private Path directoryOfJars(String name, int count) throws IOException {
        Path jars = this.directory.resolve(name);
        for (int i : IntStream.range(0, count).toArray()) {
            JarFiles.jar(jars.resolve(i + ".jar"), "a/Same.class");
        }
        return jars;
    }

    private long post(Path jars) {
        return send(request(jars)).expectStatus()
            .isAccepted()
            .expectHeader()
            .valueMatches("Location", "/scans/\\d+")
            .expectBody(ScanSummary.class)
            .returnResult()
            .getResponseBody()
            .id();
    }

    private static String request(Path directory) {
        return "{\"directory\": \"" + directory + "\"}";
    }

    private ResponseSpec send(String body) {
        return this.client.post().uri("/scans").contentType(MediaType.APPLICATION_JSON).body(body).exchange();
    }

    private Cancellation delete(long id) {
        return this.client.delete()
            .uri("/scans/{id}", id)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody(Cancellation.class)
            .returnResult()
            .getResponseBody();
    }

    private void awaitFound(long id, int jars) {
        await().atMost(LIMIT)
            .untilAsserted(() -> this.client.get()
                .uri("/scans/{id}", id)
                .exchange()
                .expectBody()
                .jsonPath("$.jars")
                .isEqualTo(jars));
    }

    private void awaitState(long id, ScanState state) {
        await().atMost(LIMIT)
            .untilAsserted(() -> this.client.get()
                .uri("/scans/{id}", id)
                .exchange()
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo(state.name()));
    }

    private static void problem(ResponseSpec response, int status, String detail) {
        response.expectStatus()
            .isEqualTo(status)
            .expectHeader()
            .contentType(MediaType.APPLICATION_PROBLEM_JSON)
            .expectBody()
            .jsonPath("$.detail")
            .value(String.class, (text) -> assertThat(text).contains(detail));
    }

    private record FixedSource(List<Jar> jars) implements JarSource {

        @Override
        public String name() {
            return "fixed";
        }

        @Override
        public Found find(BooleanSupplier stop) {
            return new Found(this.jars, List.of());
        }

    }

}
