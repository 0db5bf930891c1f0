package dev.tpool.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JarDigest}.
 */
class JarDigestTests {

    @TempDir
    Path directory;

    @Test
    void countsDirectoriesAsEntriesAndSizesUnpacked() throws IOException {
        Path jar = JarFiles.jar(this.directory.resolve("a.jar"), "a/", "a/B.class", "a/C.txt");

        JarDigest digest = digest(jar);

        assertThat(digest.jar()).isEqualTo("a.jar");
        assertThat(digest.entries()).isEqualTo(3);
        assertThat(digest.bytes()).isEqualTo("a/B.class".length() + "a/C.txt".length());
        assertThat(digest.classes()).containsExactly("a.B");
        assertThat(digest.problem()).isNull();
    }

    @Test
    void countsTheVariantsOfAClassOnce() throws IOException {
        Path jar = JarFiles.jar(this.directory.resolve("a.jar"), "a/B.class", "META-INF/versions/9/a/B.class",
                "META-INF/versions/21/a/OnlyNew.class");

        JarDigest digest = digest(jar);

        assertThat(digest.entries()).isEqualTo(3);
        assertThat(digest.classes()).containsExactlyInAnyOrder("a.B", "a.OnlyNew");
    }

    @Test
    void countsARepeatedEntryEachTimeAndItsClassOnce() throws IOException {
        Path jar = JarFiles.jar(this.directory.resolve("a.jar"), "a/B.class", "a/C.class");
        JarFiles.replace(jar, "a/C.class", "a/B.class");

        JarDigest digest = digest(jar);

        assertThat(digest.entries()).isEqualTo(2);
        assertThat(digest.bytes()).isEqualTo(2L * "a/B.class".length());
        assertThat(digest.classes()).containsExactly("a.B");
    }

    @Test
    void findsNothingInAnEmptyJar() throws IOException {
        JarDigest digest = digest(JarFiles.jar(this.directory.resolve("empty.jar")));

        assertThat(digest.entries()).isZero();
        assertThat(digest.problem()).isNull();
    }

    @Test
    void tellsThatAJarIsTruncated() throws IOException {
        JarDigest digest = digest(JarFiles.truncated(JarFiles.jar(this.directory.resolve("a.jar"), "a/B.class")));

        assertThat(digest.entries()).isZero();
        assertThat(digest.problem()).isNotNull();
        assertThat(digest.problem().path()).isEqualTo("a.jar");
        assertThat(digest.problem().reason()).startsWith("ZipException: ");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "This is no jar." })
    void tellsThatAFileIsNoJar(String content) throws IOException {
        JarDigest digest = digest(Files.writeString(this.directory.resolve("text.jar"), content));

        assertThat(digest.problem()).isNotNull();
    }

    @Test
    void tellsThatAJarIsGone() {
        JarDigest digest = digest(this.directory.resolve("gone.jar"));

        assertThat(digest.problem()).isNotNull();
        assertThat(digest.problem().reason()).startsWith("NoSuchFileException: ");
    }

    @Test
    void tellsThatAnEntryIsDamagedAndCountsAllOfThem() throws IOException {
        Path jar = JarFiles.jar(this.directory.resolve("a.jar"), "a/Good.class", "a/Broken.class");
        byte[] bytes = Files.readAllBytes(jar);
        // The content of a stored entry follows its name, and is the name again.
        int content = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("a/Broken.classa/Broken.class")
                + "a/Broken.class".length();
        bytes[content]++;
        Files.write(jar, bytes);

        JarDigest digest = digest(jar);

        assertThat(digest.entries()).isEqualTo(2);
        assertThat(digest.classes()).containsExactlyInAnyOrder("a.Good", "a.Broken");
        assertThat(digest.problem()).isNotNull();
        assertThat(digest.problem().reason()).contains("a/Broken.class", "checksum");
    }

    @ParameterizedTest
    @CsvSource({ "a/b/C.class,a.b.C", "C$D.class,C$D", "META-INF/versions/17/a/C.class,a.C" })
    void namesClasses(String entry, String name) {
        assertThat(JarDigest.className(entry)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = { "a/", "a/b.txt", "module-info.class", "META-INF/versions/9/module-info.class",
            "a/package-info.class", "META-INF/native/C.class", "BOOT-INF/classes/C.class", "WEB-INF/classes/C.class" })
    void passesOverWhatIsNoClassToALoader(String entry) {
        assertThat(JarDigest.className(entry)).isNull();
    }

    private JarDigest digest(Path jar) {
        return JarDigest.of(Jar.of(this.directory.relativize(jar).toString(), jar));
    }

}
