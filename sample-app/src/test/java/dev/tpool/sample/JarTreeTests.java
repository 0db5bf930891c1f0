package dev.tpool.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JarTree}.
 */
class JarTreeTests {

    @TempDir
    Path directory;

    @Test
    void findsTheJarsOfAllDirectoriesBelow() throws IOException {
        Files.createDirectories(this.directory.resolve("b/c"));
        Files.createDirectory(this.directory.resolve("directory.jar"));
        Files.createFile(this.directory.resolve("b/c/x.jar"));
        Files.createFile(this.directory.resolve("a.jar"));
        Files.createFile(this.directory.resolve("a.pom"));

        JarSource.Found found = new JarTree(this.directory).find(() -> false);

        assertThat(found.jars()).extracting(Jar::name).containsExactly("a.jar", "b/c/x.jar");
        assertThat(found.findings()).isEmpty();
    }

    @Test
    void doesNotFollowLinks(@TempDir Path elsewhere) throws IOException {
        Path secret = Files.createFile(elsewhere.resolve("secret.jar"));
        Files.createSymbolicLink(this.directory.resolve("file.jar"), secret);
        Files.createSymbolicLink(this.directory.resolve("up"), elsewhere);
        Files.createSymbolicLink(this.directory.resolve("circle"), this.directory);

        assertThat(new JarTree(this.directory).find(() -> false).jars()).isEmpty();
    }

    @Test
    void stopsWhenItIsTold() throws IOException {
        Files.createFile(this.directory.resolve("a.jar"));
        Files.createFile(this.directory.resolve("b.jar"));

        assertThat(new JarTree(this.directory).find(() -> true).jars()).hasSize(1);
    }

    @Test
    void reportsADirectoryThatIsGone() {
        JarSource.Found found = new JarTree(this.directory.resolve("gone")).find(() -> false);

        assertThat(found.jars()).isEmpty();
        assertThat(found.findings()).singleElement()
            .satisfies((finding) -> assertThat(finding.reason()).startsWith("NoSuchFileException"));
    }

}
