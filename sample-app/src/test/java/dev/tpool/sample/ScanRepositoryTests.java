package dev.tpool.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.tpool.sample.ScanRepository.Duplicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ScanRepository}. The database is closed after each statement, so what
 * is read has been on disk.
 */
class ScanRepositoryTests {

    @TempDir
    Path directory;

    private ScanRepository repository;

    @BeforeEach
    void start() {
        DriverManagerDataSource database = new DriverManagerDataSource(
                "jdbc:h2:file:" + this.directory.resolve("doctor"));
        new ResourceDatabasePopulator(new ClassPathResource("schema.sql")).execute(database);
        this.repository = new ScanRepository(JdbcClient.create(database), new JdbcTemplate(database));
        this.repository.markInterrupted();
    }

    @Test
    void countsWhatIsStored() {
        long id = this.repository.create("somewhere", ScanOrigin.REQUEST);
        this.repository.saveFound(id, 3, List.of(new Finding("locked", "no access")));
        this.repository.save(id, new JarDigest("a.jar", 5, 500, Set.of("A", "B"), null));
        this.repository.save(id, new JarDigest("b.jar", 0, 0, Set.of(), new Finding("b.jar", "truncated")));

        ScanSummary scan = this.repository.get(id);

        assertThat(scan.source()).isEqualTo("somewhere");
        assertThat(scan.state()).isEqualTo(ScanState.RUNNING);
        assertThat(scan.jars()).isEqualTo(3);
        assertThat(scan.digested()).isEqualTo(2);
        assertThat(scan.percent()).isEqualTo(66);
        assertThat(scan.entries()).isEqualTo(5);
        assertThat(scan.bytes()).isEqualTo(500);
        assertThat(scan.classes()).isEqualTo(2);
        assertThat(scan.duplicateClasses()).isNull();
        assertThat(scan.findingCount()).isEqualTo(2);
        assertThat(this.repository.findings(id, 10)).containsExactly(new Finding("b.jar", "truncated"),
                new Finding("locked", "no access"));
    }

    @Test
    void showsAScanThatWasCutOffAsInterruptedAfterARestart() {
        long cutOff = this.repository.create("cut off", ScanOrigin.START_UP);
        this.repository.saveFound(cutOff, 2, List.of());
        this.repository.save(cutOff, new JarDigest("a.jar", 5, 500, Set.of("A", "B"), null));
        long done = this.repository.create("done", ScanOrigin.REQUEST);
        this.repository.finish(done, ScanState.DONE, Map.of("A", List.of("a.jar", "b.jar")), null);

        start();

        assertThat(this.repository.get(cutOff).state()).isEqualTo(ScanState.INTERRUPTED);
        assertThat(this.repository.get(cutOff).entries()).isEqualTo(5);
        assertThat(this.repository.get(done).state()).isEqualTo(ScanState.DONE);
        assertThat(this.repository.duplicates(done, 0, 10))
            .containsExactly(new Duplicate("A", List.of("a.jar", "b.jar")));
        assertThat(this.repository.latest(10)).extracting(ScanSummary::id).containsExactly(done, cutOff);
    }

    @Test
    void givesOutDuplicatesInPages() {
        long id = this.repository.create("somewhere", ScanOrigin.REQUEST);
        Map<String, List<String>> duplicates = new TreeMap<>();
        for (int i = 0; i < 2500; i++) {
            duplicates.put("C%04d".formatted(i), List.of("a.jar", "b.jar"));
        }
        this.repository.finish(id, ScanState.DONE, duplicates, null);

        assertThat(this.repository.get(id).duplicateClasses()).isEqualTo(2500);
        assertThat(this.repository.duplicates(id, 1, 2)).extracting(Duplicate::className)
            .containsExactly("C0001", "C0002");
        assertThat(this.repository.duplicates(id, 2499, 50)).extracting(Duplicate::className).containsExactly("C2499");
        assertThat(this.repository.duplicates(id, 2500, 50)).isEmpty();
    }

    @Test
    void saysThatItDoesNotKnowAScan() {
        assertThatExceptionOfType(ScanProblem.class).isThrownBy(() -> this.repository.get(7))
            .satisfies((problem) -> assertThat(problem.getStatusCode().value()).isEqualTo(404));
    }

}
