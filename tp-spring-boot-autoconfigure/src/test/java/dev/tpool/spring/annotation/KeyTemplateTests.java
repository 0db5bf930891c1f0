package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.expression.spel.SpelEvaluationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link KeyTemplate}.
 */
class KeyTemplateTests {

    private static final Path FILE = Path.of("in", "a.csv");

    private static String key(String template) throws NoSuchMethodException {
        Method method = KeyTemplateTests.class.getDeclaredMethod("read", Path.class, List.class);
        return new KeyTemplate(template, method).key(null, new Object[] { FILE, List.of(FILE) });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            value = { "#{#p0} | #{#p0.toString()}", "file-#{ #p0 } | #{#p0.toString()}",
                    "#{#p0.parent} | #{#p0.parent.toString()}", "#{#p1} | #{#p1.toString()}",
                    "#{#p0.absolute ? 1 : #p0} | #{(#p0.absolute ? 1 : #p0).toString()}" })
    void saysHowToMakeTextOfWhatIsNone(String template, String text) throws Exception {
        assertThatIllegalArgumentException().isThrownBy(() -> key(template))
            .withMessageContaining("' in '" + template + "' failed: EL1001E")
            .withMessageEndingWith("; make it text, as in '" + text + "', or use a property of it")
            .withCauseInstanceOf(SpelEvaluationException.class);
        assertThat(key(text)).isNotEmpty();
    }

    @Test
    void saysNothingOfTextWhereSomethingElseFails() {
        assertThatIllegalArgumentException().isThrownBy(() -> key("#{#p1.get(7)}"))
            .withMessageContaining("failed: ")
            .withMessageNotContaining("make it text");
    }

    void read(Path file, List<Path> others) {
    }

}
