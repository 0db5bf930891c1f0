package dev.tpool.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

import org.jspecify.annotations.Nullable;

/**
 * What one jar holds, by its central directory. Every entry has been read once, so a jar
 * without a problem is one whose content can be trusted.
 *
 * @param jar the name of the jar
 * @param entries its entries, directories and repeated names included, as
 * {@code unzip -l} counts them
 * @param bytes the size of all entries when unpacked
 * @param classes the names of its classes
 * @param problem why the jar, or the first damaged entry of it, could not be read
 */
record JarDigest(String jar, long entries, long bytes, Set<String> classes, @Nullable Finding problem) {

    private static final Pattern VERSION_DIRECTORY = Pattern.compile("^META-INF/versions/\\d+/");

    /**
     * Reads a jar. A broken one is a result as well, and not an exception.
     */
    static JarDigest of(Jar jar) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> classes = new HashSet<>();
        long entries = 0;
        long bytes = 0;
        Finding problem = null;
        try (ZipFile zip = jar.open()) {
            for (Enumeration<? extends ZipEntry> each = zip.entries(); each.hasMoreElements();) {
                ZipEntry entry = each.nextElement();
                entries++;
                bytes += entry.getSize();
                names.add(entry.getName());
                String className = className(entry.getName());
                if (className != null) {
                    classes.add(className);
                }
            }
            for (String name : names) {
                verify(zip, name);
            }
        }
        catch (IOException | RuntimeException ex) {
            problem = Finding.of(jar.name(), ex);
        }
        return new JarDigest(jar.name(), entries, bytes, Set.copyOf(classes), problem);
    }

    /**
     * The name of the class that an entry defines. The variant for a newer Java counts as
     * the class itself; {@code module-info} and {@code package-info} are in every second
     * jar and in nobody's way, so they do not count; nor does what lies where no class
     * loader looks for it.
     */
    static @Nullable String className(String entry) {
        String path = VERSION_DIRECTORY.matcher(entry).replaceFirst("");
        if (!path.endsWith(".class") || path.endsWith("module-info.class") || path.endsWith("package-info.class")
                || path.startsWith("META-INF/") || path.startsWith("BOOT-INF/") || path.startsWith("WEB-INF/")) {
            return null;
        }
        return path.substring(0, path.length() - ".class".length()).replace('/', '.');
    }

    /**
     * Reads an entry to its end. {@link ZipFile} itself does not look at the checksum.
     */
    private static void verify(ZipFile zip, String name) throws IOException {
        // By its name, since that is how the content is found when a name is repeated.
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new ZipException("no entry is found by the name " + name);
        }
        CRC32 checksum = new CRC32();
        try (InputStream content = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        // Spring Boot's loader does not hand out the checksums of nested jars.
        if (entry.getCrc() >= 0 && entry.getCrc() != checksum.getValue()) {
            throw new ZipException("the content of " + name + " does not match its checksum");
        }
    }

}
