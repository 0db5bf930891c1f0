package dev.tpool.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor knows of the properties: the generated metadata.
 */
class ConfigurationMetadataTests {

    private final String metadata = read();

    @Test
    void everyPropertyHasADescription() {
        List<Map<String, Object>> properties = JsonPath.read(this.metadata, "$.properties[?(@.name =~ /tp\\..*/)]");

        assertThat(properties).isNotEmpty()
            .allSatisfy((property) -> assertThat((String) property.get("description")).as("%s", property.get("name"))
                .isNotBlank()
                .endsWith("."));
    }

    @Test
    void everyPropertyThatCanBeSetIsThere() {
        List<String> names = names();

        TpSettings.of(TpProperties.class).forEach((kind, type) -> {
            if (type.toClass() == Map.class) {
                assertThat(names).contains("tp." + kind);
            }
        });
        TpSettings.of(TpProperties.Defaults.class)
            .forEach((kind, type) -> TpSettings.of(type.toClass())
                .keySet()
                .stream()
                .filter((key) -> !key.equals("inherits"))
                .forEach((key) -> assertThat(names).contains("tp.defaults." + kind + "." + key)));
    }

    @Test
    void theDefaultsInheritFromNothing() {
        assertThat(names()).noneMatch((name) -> name.endsWith(".inherits"));
    }

    @Test
    void defaultsAreShown() {
        assertThat(defaultOf("tp.defaults.pool.max-threads")).isEqualTo(500);
        assertThat(defaultOf("tp.defaults.pool.keep-alive")).isEqualTo("5s");
        assertThat(defaultOf("tp.defaults.environment.priority")).isEqualTo("normal");
        assertThat(defaultOf("tp.defaults.cleanup-group.on-shutdown")).isEqualTo("drain");
    }

    @Test
    void namesMayBeAnything() {
        List<String> open = JsonPath.read(this.metadata, "$.hints[?(@.providers[0].name == 'any')].name");

        for (Map.Entry<String, ResolvableType> kind : TpSettings.of(TpProperties.class).entrySet()) {
            if (kind.getValue().toClass() == Map.class) {
                assertThat(open).contains("tp." + kind.getKey() + ".keys");
            }
        }
        assertThat(open).contains("tp.defaults.environment.pool", "tp.defaults.environment.cleanup-group",
                "tp.defaults.environment.library");
        List<String> pools = JsonPath.read(this.metadata,
                "$.hints[?(@.name == 'tp.defaults.environment.pool')].values[*].value");
        assertThat(pools).containsExactly("default");
    }

    @Test
    void dataSourcesAreBeans() {
        List<String> targets = JsonPath.read(this.metadata,
                "$.hints[?(@.name == 'tp.defaults.pool.data-source')].providers[*].parameters.target");

        assertThat(targets).containsExactly("javax.sql.DataSource");
    }

    private Object defaultOf(String property) {
        List<Object> found = JsonPath.read(this.metadata, "$.properties[?(@.name == '" + property + "')].defaultValue");
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private List<String> names() {
        return names(this.metadata);
    }

    /**
     * The names of our properties.
     */
    static List<String> names(String metadata) {
        return JsonPath.read(metadata, "$.properties[?(@.name =~ /tp\\..*/)].name");
    }

    /**
     * The metadata of this module, and not that of a jar on the class path.
     */
    static String read() {
        try {
            for (URL url : Collections.list(ConfigurationMetadataTests.class.getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
                try (InputStream in = url.openStream()) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    if (text.contains("\"tp.pools\"")) {
                        return text;
                    }
                }
            }
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
        throw new AssertionError("no metadata of ours on the class path");
    }

}
