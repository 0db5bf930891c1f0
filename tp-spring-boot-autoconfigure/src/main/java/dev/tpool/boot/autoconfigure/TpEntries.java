package dev.tpool.boot.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.tpool.spring.EntryProperty;
import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * What the properties say in the end, each setting under the name of its property: what
 * is inherited or from the defaults counts as said by the entry.
 */
final class TpEntries {

    private static final Object ENTRY = new Object() {

        @Override
        public String toString() {
            return "an entry";
        }

    };

    private TpEntries() {
    }

    /**
     * The pools that there are: the default one in any case.
     */
    static Set<String> pools(TpProperties properties) {
        Set<String> pools = new LinkedHashSet<>(properties.pools().keySet());
        pools.add(TpRegistry.DEFAULT);
        return pools;
    }

    /**
     * Whether a value of {@link #settings} says only that there is an entry.
     */
    static boolean isEntry(@Nullable Object value) {
        return value == ENTRY;
    }

    /**
     * All settings by property. An entry comes before its settings, with a value of its
     * own.
     */
    static Map<String, Object> settings(TpProperties properties) {
        Map<String, Object> settings = new LinkedHashMap<>();
        for (String name : pools(properties)) {
            add(settings, EntryProperty.of(TpKeys.POOLS, name), TpProperties.Pool.class,
                    Inherited.pool(properties, name)::get);
        }
        for (String name : properties.environments().keySet()) {
            add(settings, EntryProperty.of(TpKeys.ENVIRONMENTS, name), TpProperties.Environment.class,
                    Inherited.environment(properties, name)::get);
        }
        for (String name : properties.cleanupGroups().keySet()) {
            add(settings, EntryProperty.of(TpKeys.CLEANUP_GROUPS, name), TpProperties.CleanupGroup.class,
                    Inherited.cleanupGroup(properties, name)::get);
        }
        addRest(settings, properties);
        return settings;
    }

    private static void addRest(Map<String, Object> settings, TpProperties properties) {
        for (RecordComponent component : TpProperties.class.getRecordComponents()) {
            String property = "tp." + TpSettings.key(component.getName());
            boolean done = Set.of("tp.defaults", TpKeys.POOLS, TpKeys.ENVIRONMENTS, TpKeys.CLEANUP_GROUPS)
                .contains(property);
            Object value = done ? null : value(component, properties);
            if (value instanceof Map<?, ?> entries) {
                entries
                    .forEach((name, entry) -> addRecord(settings, EntryProperty.of(property, name.toString()), entry));
            }
            else if (value instanceof Record group) {
                addRecord(settings, property, group);
            }
            else if (value != null) {
                settings.put(property, value);
            }
        }
    }

    private static void addRecord(Map<String, Object> settings, String property, Object entry) {
        settings.put(property, ENTRY);
        for (RecordComponent component : entry.getClass().getRecordComponents()) {
            Object value = value(component, entry);
            String key = property + "." + TpSettings.key(component.getName());
            if (value instanceof Record nested) {
                addRecord(settings, key, nested);
            }
            else if (value != null) {
                settings.put(key, value);
            }
        }
    }

    private static <T> void add(Map<String, Object> settings, String property, Class<T> type,
            Function<Function<T, @Nullable Object>, @Nullable Object> entry) {
        settings.put(property, ENTRY);
        for (RecordComponent component : type.getRecordComponents()) {
            Object value = entry.apply((each) -> value(component, each));
            if (value != null && !component.getName().equals("inherits")) {
                settings.put(property + "." + TpSettings.key(component.getName()), value);
            }
        }
    }

    private static @Nullable Object value(RecordComponent component, Object owner) {
        return ReflectionUtils.invokeMethod(component.getAccessor(), owner);
    }

}
