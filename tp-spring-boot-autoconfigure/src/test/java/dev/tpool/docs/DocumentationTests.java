package dev.tpool.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.TpExecutorViewAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpTriggerAutoConfiguration;
import dev.tpool.boot.autoconfigure.context.TpContextPropagationAutoConfiguration;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.spring.annotation.TpTimer;
import dev.tpool.spring.annotation.TpWait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The pages show no example that does not compile, run or bind: every block of Java is
 * part of one of the {@code PageTests} beside this class, and an application starts with
 * every block of YAML. What is fenced as {@code before} needs a library that is not on
 * the class path, and is left out.
 */
class DocumentationTests {

    private static final Path ROOT = Path.of("..");

    private static final Path EXAMPLES = Path.of("src", "test", "java", "dev", "tpool", "docs");

    /** The indentation, the language and the text. */
    private static final Pattern FENCED = Pattern.compile("^( *)```([a-z ]*)\\n(.*?)^ *```$",
            Pattern.MULTILINE | Pattern.DOTALL);

    private static final Set<String> LANGUAGES = Set.of("java", "java before", "yaml", "yaml before", "c", "shell",
            "text", "xml", "");

    private static final Pattern NESTED = Pattern.compile("^static (?=(?:final )?(?:class|record|interface) )");

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

    /** The package and its types. */
    private static final Pattern PACKAGE = Pattern.compile("^\\| `(dev\\.tpool[\\w.]*)` \\| (`.*`) \\|$",
            Pattern.MULTILINE);

    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    @TempDir
    private Path plugins;

    @ParameterizedTest
    @MethodSource("java")
    void theExampleIsCodeThatATestRuns(Example example) throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            assertThat(files.filter((file) -> file.toString().endsWith("PageTests.java"))
                .filter((file) -> normalized(read(file)).contains(normalized(example.text()))))
                .as("classes with the example of %s:%n%s", example.page(), example.text())
                .isNotEmpty();
        }
    }

    static Stream<Example> java() {
        return examples("java");
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void anApplicationStartsWithTheExample(Example example) {
        String located = example.text().replace("plugins/parsers.jar", this.plugins.toString());
        String runnable = (Runtime.version().feature() >= 21) ? located
                : located.replace("threads: virtual", "threads: platform");
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class, TpAutoConfiguration.class,
                    TpCallbackAutoConfiguration.class, TpTriggerAutoConfiguration.class,
                    TpExecutorViewAutoConfiguration.class, TpContextPropagationAutoConfiguration.class))
            .withBean("dataSource", HikariDataSource.class)
            .withInitializer((context) -> addYaml(context, runnable))
            .run((context) -> assertThat(context).hasNotFailed());
    }

    static Stream<Example> yaml() {
        return examples("yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = { "README.md", "annotations.md", "configuration.md", "executors.md", "lifecycle.md",
            "migrating.md" })
    void thePageHasExamples(String page) {
        assertThat(java().map(Example::page)).contains(page);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyBlockIsOfALanguageThatIsKnown(Path page) {
        String text = read(page);
        List<String> languages = FENCED.matcher(text).results().map((block) -> block.group(2)).toList();
        assertThat(languages).isSubsetOf(LANGUAGES);
        assertThat(text.lines().filter((line) -> line.strip().startsWith("```"))).hasSize(2 * languages.size());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) {
        List<String> broken = new ArrayList<>();
        LINK.matcher(read(page)).results().map((link) -> link.group(1)).forEach((link) -> {
            if (!link.contains("://") && !leadsSomewhere(page, link)) {
                broken.add(link);
            }
        });
        assertThat(broken).isEmpty();
    }

    @Test
    void theReadmeLinksToEveryPage() throws IOException {
        String readme = read(ROOT.resolve("README.md"));
        assertThat(pages().map((page) -> page.getFileName().toString())
            .filter((page) -> !page.equals("README.md") && !readme.contains("(docs/" + page + ")"))).isEmpty();
    }

    @Test
    void theReadmeNamesTypesInTheirPackages() {
        List<String> types = PACKAGE.matcher(read(ROOT.resolve("README.md")))
            .results()
            .flatMap((row) -> Arrays.stream(row.group(2).split(", "))
                .map((type) -> row.group(1) + "." + type.replace("`", "")))
            .toList();

        assertThat(types).contains("dev.tpool.TpPool").allSatisfy((type) -> assertThat(Class.forName(type)).isPublic());
    }

    @ParameterizedTest
    @ValueSource(classes = { TpCallback.class, TpTimer.class, TpWait.class })
    void theAnnotationsPageNamesEveryAttribute(Class<?> annotation) {
        String page = read(ROOT.resolve("docs/annotations.md"));
        assertThat(Arrays.stream(annotation.getDeclaredMethods())
            .map((attribute) -> "`" + attribute.getName())
            .filter((attribute) -> !page.contains(attribute + "`") && !page.contains(attribute + " = "))).isEmpty();
    }

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
            List<Path> all = new ArrayList<>(pages.filter((page) -> page.toString().endsWith(".md")).sorted().toList());
            all.add(0, ROOT.resolve("README.md"));
            return all.stream();
        }
    }

    private static Stream<Example> examples(String language) {
        try {
            return pages().flatMap((page) -> blocks(page, language));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static Stream<Example> blocks(Path page, String language) {
        return FENCED.matcher(read(page))
            .results()
            .filter((block) -> block.group(2).equals(language))
            .map((block) -> new Example(page.getFileName().toString(), unindented(block)));
    }

    private static String unindented(MatchResult block) {
        return block.group(3)
            .lines()
            .map((line) -> line.startsWith(block.group(1)) ? line.substring(block.group(1).length()) : line)
            .collect(Collectors.joining("\n", "", "\n"));
    }

    private static boolean leadsSomewhere(Path page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
        return Files.exists(target) && (parts.length == 1 || HEADING.matcher(read(target))
            .results()
            .anyMatch((heading) -> anchor(heading.group(1)).equals(parts[1])));
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    /**
     * Without indentation, empty lines, and the {@code static} of types that only the
     * tests have to nest.
     */
    private static String normalized(String code) {
        return code.lines()
            .map((line) -> NESTED.matcher(line.strip()).replaceFirst(""))
            .filter((line) -> !line.isEmpty())
            .collect(Collectors.joining("\n", "\n", "\n"));
    }

    private static void addYaml(ConfigurableApplicationContext context, String yaml) {
        try {
            new YamlPropertySourceLoader()
                .load("example.yaml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), "example.yaml"))
                .forEach(context.getEnvironment().getPropertySources()::addLast);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    record Example(String page, String text) {

        @Override
        public String toString() {
            return this.page + ": " + this.text.lines().findFirst().orElse("");
        }

    }

}
