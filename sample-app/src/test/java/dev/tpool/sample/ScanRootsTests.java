package dev.tpool.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ScanRoots}.
 */
class ScanRootsTests {

    @TempDir
    Path temporary;

    private Path root;

    private Path elsewhere;

    private ScanRoots roots;

    @BeforeEach
    void createDirectories() throws IOException {
        this.root = Files.createDirectory(this.temporary.toRealPath().resolve("root"));
        this.elsewhere = Files.createDirectory(this.temporary.toRealPath().resolve("root-not"));
        this.roots = new ScanRoots(new DoctorProperties(false, "", List.of(this.root.toString(), "/no/such/root")));
    }

    @Test
    void letsARootAndWhatIsBelowPass() throws IOException {
        Path below = Files.createDirectories(this.root.resolve("a/b"));

        assertThat(this.roots.resolve(this.root.toString())).isEqualTo(this.root);
        assertThat(this.roots.resolve(this.root + "/a/../a/b/.")).isEqualTo(below);
    }

    @Test
    void letsALinkThatStaysInsidePass() throws IOException {
        Path below = Files.createDirectory(this.root.resolve("below"));
        Files.createSymbolicLink(this.root.resolve("link"), below);

        assertThat(this.roots.resolve(this.root + "/link")).isEqualTo(below);
    }

    @Test
    void refusesWhatIsOutside() throws IOException {
        Files.createSymbolicLink(this.root.resolve("link"), this.elsewhere);

        refuses(this.elsewhere.toString(), "is outside");
        refuses(this.root + "/../root-not", "is outside");
        refuses(this.root + "/link", "is outside");
    }

    @Test
    void doesNotTellWhetherSomethingOutsideExists() {
        refuses(this.elsewhere.toString(), "is outside");
        refuses(this.elsewhere + "/nothing", "is outside");
    }

    @Test
    void refusesWhatIsNoDirectory() throws IOException {
        Files.createFile(this.root.resolve("file"));

        refuses(this.root + "/file", "is not a directory");
        refuses(this.root + "/nothing", "no directory");
        refuses("\0", "no path");
    }

    private void refuses(String directory, String reason) {
        assertThatExceptionOfType(ScanProblem.class).isThrownBy(() -> this.roots.resolve(directory))
            .satisfies((problem) -> assertThat(problem.getBody().getDetail()).contains(reason));
    }

}
