package dev.tpool.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

import org.springframework.stereotype.Component;

/**
 * The part of the file system that may be scanned.
 */
@Component
class ScanRoots {

    private final List<Path> roots;

    ScanRoots(DoctorProperties properties) {
        this.roots = properties.roots().stream().map((root) -> Path.of(root).toAbsolutePath().normalize()).toList();
    }

    /**
     * Finds the directory that a caller names. Links are resolved before it is compared,
     * so that none leads out; and of what lies outside a caller does not learn whether it
     * exists.
     * @throws ScanProblem if there is no such directory, or it may not be scanned
     */
    Path resolve(String name) {
        Path path = parse(name);
        Path real;
        try {
            real = path.toRealPath();
        }
        catch (IOException ex) {
            throw isBelow(path, this.roots) ? ScanProblem.directory("There is no directory " + path + " to read.")
                    : outside(path);
        }
        if (!isBelow(real, realRoots())) {
            throw outside(path);
        }
        if (!Files.isDirectory(real)) {
            throw ScanProblem.directory(path + " is not a directory.");
        }
        return real;
    }

    private static Path parse(String name) {
        try {
            return Path.of(name).toAbsolutePath().normalize();
        }
        catch (InvalidPathException ex) {
            throw ScanProblem.directory("That is no path: " + ex.getReason() + ".");
        }
    }

    private List<Path> realRoots() {
        return this.roots.stream().filter(Files::exists).map(ScanRoots::real).toList();
    }

    private static Path real(Path root) {
        try {
            return root.toRealPath();
        }
        catch (IOException ex) {
            // Gone since it was looked for: nothing is below it.
            return root;
        }
    }

    private static boolean isBelow(Path path, List<Path> roots) {
        return roots.stream().anyMatch((root) -> path.startsWith(root));
    }

    private ScanProblem outside(Path path) {
        return ScanProblem.directory(path + " is outside the directories that may be scanned: " + this.roots + ".");
    }

}
