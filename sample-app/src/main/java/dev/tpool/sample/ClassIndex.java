package dev.tpool.sample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which jars define which class. It does not guard itself: the callbacks that use it do,
 * with the critical section {@code index}.
 */
final class ClassIndex {

    private final Map<String, List<String>> jarsByClass = new HashMap<>();

    void add(JarDigest digest) {
        for (String name : digest.classes()) {
            this.jarsByClass.computeIfAbsent(name, (key) -> new ArrayList<>(1)).add(digest.jar());
        }
    }

    /**
     * The classes that more than one jar defines, by name, each with its jars in order.
     */
    SortedMap<String, List<String>> duplicates() {
        SortedMap<String, List<String>> duplicates = new TreeMap<>();
        this.jarsByClass.forEach((name, jars) -> {
            if (jars.size() > 1) {
                duplicates.put(name, jars.stream().sorted().toList());
            }
        });
        return duplicates;
    }

}
