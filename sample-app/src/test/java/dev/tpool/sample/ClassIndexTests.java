package dev.tpool.sample;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link ClassIndex}.
 */
class ClassIndexTests {

    private final ClassIndex index = new ClassIndex();

    @Test
    void listsClassesOfMoreThanOneJarInOrder() {
        this.index.add(new JarDigest("2.jar", 3, 0, Set.of("z.Z", "a.A", "only.Here"), null));
        this.index.add(new JarDigest("1.jar", 2, 0, Set.of("a.A", "z.Z"), null));

        assertThat(this.index.duplicates()).containsExactly(entry("a.A", List.of("1.jar", "2.jar")),
                entry("z.Z", List.of("1.jar", "2.jar")));
    }

    @Test
    void listsNothingWhenEveryClassIsInOneJar() {
        this.index.add(new JarDigest("1.jar", 1, 0, Set.of("a.A"), null));

        assertThat(this.index.duplicates()).isEmpty();
    }

}
