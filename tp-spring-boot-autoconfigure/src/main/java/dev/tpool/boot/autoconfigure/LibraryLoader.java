package dev.tpool.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import dev.tpool.TpLibrary;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ResourceUtils;

/**
 * Opens libraries: a class loader over a jar or a directory, whose parent is that of the
 * application.
 */
final class LibraryLoader {

    private final ResourceLoader resources;

    LibraryLoader(ResourceLoader resources) {
        this.resources = resources;
    }

    TpLibrary load(String name, String location) {
        try {
            return ResourceUtils.isUrl(location) ? loadResource(name, location) : loadPath(name, Path.of(location));
        }
        catch (IOException | InvalidPathException ex) {
            throw new NotFoundException("cannot be read: " + ex.getMessage(), ex);
        }
    }

    private TpLibrary loadPath(String name, Path path) throws IOException {
        if (!Files.isReadable(path)) {
            throw new NotFoundException("there is no " + path.toAbsolutePath(), null);
        }
        URLClassLoader classLoader = classLoader(name, path.toUri().toURL());
        return TpLibrary.of(name, classLoader, classLoader);
    }

    private TpLibrary loadResource(String name, String location) throws IOException {
        Resource resource = this.resources.getResource(location);
        if (!resource.exists()) {
            throw new NotFoundException("there is no such resource", null);
        }
        if (resource.isFile()) {
            return loadPath(name, resource.getFile().toPath());
        }
        return loadCopy(name, resource);
    }

    /**
     * A jar inside the application's own jar is no file that a class loader could open.
     */
    private TpLibrary loadCopy(String name, Resource resource) throws IOException {
        Path copy = Files.createTempFile("tp-library-", ".jar");
        try (InputStream content = resource.getInputStream()) {
            Files.copy(content, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        URLClassLoader classLoader = classLoader(name, copy.toUri().toURL());
        return TpLibrary.of(name, () -> {
            classLoader.close();
            Files.deleteIfExists(copy);
        }, classLoader);
    }

    private URLClassLoader classLoader(String name, URL url) {
        return new URLClassLoader(name, new URL[] { url }, this.resources.getClassLoader());
    }

    /**
     * There is nothing at the location.
     */
    static final class NotFoundException extends RuntimeException {

        NotFoundException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

    }

}
