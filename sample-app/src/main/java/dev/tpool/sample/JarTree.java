package dev.tpool.sample;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The jars in a directory and all below it. Symbolic links are not followed, so the
 * search does not leave the directory, and does not walk in circles.
 */
final class JarTree implements JarSource {

    private final Path root;

    JarTree(Path root) {
        this.root = root;
    }

    @Override
    public String name() {
        return this.root.toString();
    }

    @Override
    public Found find(BooleanSupplier stop) {
        Visitor visitor = new Visitor(stop);
        try {
            Files.walkFileTree(this.root, visitor);
        }
        catch (IOException ex) {
            visitor.findings.add(Finding.of(name(), ex));
        }
        visitor.jars.sort(Comparator.comparing(Jar::name));
        return new Found(visitor.jars, visitor.findings);
    }

    private final class Visitor extends SimpleFileVisitor<Path> {

        private final List<Jar> jars = new ArrayList<>();

        private final List<Finding> findings = new ArrayList<>();

        private final BooleanSupplier stop;

        Visitor(BooleanSupplier stop) {
            this.stop = stop;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && file.getFileName().toString().endsWith(".jar")) {
                this.jars.add(Jar.of(nameOf(file), file));
            }
            return goOn();
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            this.findings.add(Finding.of(nameOf(file), failure));
            return goOn();
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
            if (failure != null) {
                this.findings.add(Finding.of(nameOf(directory), failure));
            }
            return goOn();
        }

        private String nameOf(Path file) {
            return JarTree.this.root.relativize(file).toString();
        }

        private FileVisitResult goOn() {
            return this.stop.getAsBoolean() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

    }

}
