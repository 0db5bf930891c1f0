package dev.tpool.sample;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/**
 * A jar that somebody found and nobody has opened yet.
 *
 * @param name what it is called in results; unique within a scan
 * @param opener opens it
 */
record Jar(String name, Opener opener) {

    static Jar of(String name, Path file) {
        return new Jar(name, () -> new ZipFile(file.toFile()));
    }

    /**
     * A jar that need not be a file of its own: in a packaged application the libraries
     * lie inside the application's jar, and Spring Boot's loader knows how to open them.
     */
    static Jar of(String name, URL jarUrl) {
        return new Jar(name, () -> {
            JarURLConnection connection = (JarURLConnection) jarUrl.openConnection();
            // A cached jar would be shared with the class loader, and closed under it.
            connection.setUseCaches(false);
            return connection.getJarFile();
        });
    }

    ZipFile open() throws IOException {
        return this.opener.open();
    }

    interface Opener {

        ZipFile open() throws IOException;

    }

}
