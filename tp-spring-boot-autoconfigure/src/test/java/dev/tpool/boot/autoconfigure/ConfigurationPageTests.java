package dev.tpool.boot.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page {@code docs/configuration.md} names every property.
 */
class ConfigurationPageTests {

    private static final String PAGE = read();

    private static final Pattern SECTION = Pattern.compile("^## ", Pattern.MULTILINE);

    @Test
    void namesEveryPropertyOfTheMetadata() {
        assertThat(missing(ConfigurationMetadataTests.names(ConfigurationMetadataTests.read()))).isEmpty();
    }

    @Test
    void namesEverySettingOfAnEntry() {
        List<String> properties = new ArrayList<>();
        for (Map.Entry<String, ResolvableType> kind : TpSettings.of(TpProperties.class).entrySet()) {
            if (kind.getValue().toClass() == Map.class) {
                TpSettings.of(kind.getValue().getGeneric(1).toClass())
                    .keySet()
                    .forEach((key) -> properties.add("tp." + kind.getKey() + "." + key));
            }
        }
        assertThat(properties).contains("tp.pools.max-threads", "tp.libraries.location");
        assertThat(missing(properties)).isEmpty();
    }

    /**
     * A property is named by a heading, or by a row of a table below a heading that names
     * the part before its last key.
     */
    private static List<String> missing(List<String> properties) {
        return properties.stream().filter((property) -> !isNamed(property)).toList();
    }

    private static boolean isNamed(String property) {
        String parent = property.substring(0, property.lastIndexOf('.'));
        String key = property.substring(parent.length() + 1);
        for (String section : SECTION.split(PAGE, -1)) {
            String heading = section.lines().findFirst().orElse("");
            if (heading.contains("`" + property + "`")
                    || (heading.contains("`" + parent + "`") && section.contains("\n| `" + key + "` |"))) {
                return true;
            }
        }
        return false;
    }

    private static String read() {
        try {
            return Files.readString(Path.of("..", "docs", "configuration.md"));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
