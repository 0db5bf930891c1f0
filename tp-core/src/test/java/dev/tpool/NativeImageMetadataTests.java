package dev.tpool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told is what the engine looks up by name.
 */
class NativeImageMetadataTests {

    private static final Pattern VAR_HANDLE = Pattern.compile(
            "fieldVarHandle\\(MethodHandles\\.lookup\\(\\),\\s*\"(\\w+)\",\\s*VarHandle\\.class,\\s*([\\w.]+)\\.class");

    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);

    private static final Pattern ENTRY = Pattern.compile("^ {2}\\{\"name\": \"([\\w.$]+)\", .*$", Pattern.MULTILINE);

    private static final Pattern NAME = Pattern.compile("\\{\"name\": \"(\\w+)\"");

    private final String metadata = read();

    @Test
    void namesTheFieldsOfEveryVarHandle() throws IOException {
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (String source : sources()) {
            Matcher declared = PACKAGE.matcher(source);
            assertThat(declared.find()).isTrue();
            Matcher handle = VAR_HANDLE.matcher(source);
            while (handle.find()) {
                found++;
                String holder = handle.group(2).replace('.', '$');
                if (!names(declared.group(1) + "." + holder).contains(handle.group(1))) {
                    missing.add(handle.group(2) + "." + handle.group(1));
                }
            }
        }

        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(5);
    }

    @Test
    void namesOnlyFieldsThatAreThere() throws Exception {
        Matcher entry = ENTRY.matcher(this.metadata);
        int found = 0;
        while (entry.find()) {
            if (entry.group(1).startsWith("dev.tpool.")) {
                for (String field : names(entry.group(1))) {
                    assertThat(Class.forName(entry.group(1)).getDeclaredField(field)).isNotNull();
                    found++;
                }
            }
        }
        assertThat(found).isGreaterThan(5);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void namesTheMethodsThatVirtualThreadsAreLookedUpBy() throws Exception {
        assertThat(names("java.lang.Thread")).containsExactly("ofVirtual");
        assertThat(Thread.class.getMethod("ofVirtual")).isNotNull();
        Class<?> builder = Class.forName("java.lang.Thread$Builder");
        assertThat(names("java.lang.Thread$Builder")).containsExactly("name", "inheritInheritableThreadLocals",
                "factory");
        assertThat(builder.getMethod("name", String.class, long.class)).isNotNull();
        assertThat(builder.getMethod("inheritInheritableThreadLocals", boolean.class)).isNotNull();
        assertThat(builder.getMethod("factory")).isNotNull();
    }

    private List<String> names(String type) {
        Matcher entry = ENTRY.matcher(this.metadata);
        while (entry.find()) {
            if (entry.group(1).equals(type)) {
                return NAME.matcher(entry.group().trim().substring(1)).results().map((name) -> name.group(1)).toList();
            }
        }
        return List.of();
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            List<String> sources = new ArrayList<>();
            for (Path file : files.filter((each) -> each.toString().endsWith(".java")).toList()) {
                sources.add(Files.readString(file));
            }
            return sources;
        }
    }

    private static String read() {
        try (InputStream in = NativeImageMetadataTests.class
            .getResourceAsStream("/META-INF/native-image/dev.tpool/tp-core/reflect-config.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

}
