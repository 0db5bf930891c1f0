package dev.tpool.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes jars, good and bad ones.
 */
final class JarFiles {

    private JarFiles() {
    }

    /**
     * Writes a jar in which the content of every entry is the name of that entry.
     */
    static Path jar(Path file, String... entries) throws IOException {
        Files.createDirectories(file.getParent());
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String name : entries) {
                ZipEntry entry = new ZipEntry(name);
                byte[] content = name.endsWith("/") ? new byte[0] : name.getBytes(StandardCharsets.UTF_8);
                CRC32 checksum = new CRC32();
                checksum.update(content);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.length);
                entry.setCrc(checksum.getValue());
                out.putNextEntry(entry);
                out.write(content);
            }
        }
        return file;
    }

    static Path truncated(Path jar) throws IOException {
        byte[] bytes = Files.readAllBytes(jar);
        return Files.write(jar, Arrays.copyOf(bytes, bytes.length / 2));
    }

    /**
     * Replaces text wherever it occurs in the file, by text of the same length.
     */
    static Path replace(Path jar, String text, String replacement) throws IOException {
        String content = Files.readString(jar, StandardCharsets.ISO_8859_1);
        return Files.writeString(jar, content.replace(text, replacement), StandardCharsets.ISO_8859_1);
    }

}
