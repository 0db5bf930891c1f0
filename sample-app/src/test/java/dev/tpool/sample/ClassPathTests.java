package dev.tpool.sample;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClassPath}.
 */
class ClassPathTests {

    @Test
    void findsTheJarsThatThisTestRunsFrom() {
        List<Jar> jars = new ClassPath().find(() -> false).jars();

        assertThat(jars).extracting(Jar::name)
            .doesNotHaveDuplicates()
            .anyMatch((name) -> name.contains("assertj-core"));
        assertThat(jars).filteredOn((jar) -> jar.name().contains("junit-jupiter-api"))
            .singleElement()
            .extracting(JarDigest::of)
            .satisfies((digest) -> assertThat(digest.classes()).contains(Test.class.getName(),
                    TestInstance.class.getName()));
    }

}
