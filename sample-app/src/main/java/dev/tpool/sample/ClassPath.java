package dev.tpool.sample;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The jars that this application runs from.
 */
final class ClassPath implements JarSource {

    @Override
    public String name() {
        return "class path";
    }

    @Override
    public Found find(BooleanSupplier stop) {
        List<Jar> nested = nestedJars(getClass().getClassLoader());
        return new Found(nested.isEmpty() ? jarFiles() : nested, List.of());
    }

    /**
     * A packaged application has one jar on its class path, its own. The libraries inside
     * are on the path of Spring Boot's class loader, in the form
     * {@code jar:nested:/app.jar/!BOOT-INF/lib/library.jar!/}.
     */
    private static List<Jar> nestedJars(ClassLoader loader) {
        URL[] urls = (loader instanceof URLClassLoader launcher) ? launcher.getURLs() : new URL[0];
        return Arrays.stream(urls)
            .filter((url) -> url.getProtocol().equals("jar") && url.getPath().endsWith(".jar!/"))
            .map((url) -> Jar.of(nestedName(url), url))
            .toList();
    }

    private static String nestedName(URL url) {
        String path = url.getPath();
        return path.substring(path.indexOf('!') + 1, path.length() - "!/".length());
    }

    private static List<Jar> jarFiles() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter((element) -> element.endsWith(".jar"))
            .map((element) -> Path.of(element).toAbsolutePath().normalize())
            .distinct()
            .filter(Files::isRegularFile)
            .map((file) -> Jar.of(file.toString(), file))
            .toList();
    }

}
