package dev.tpool.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import dev.tpool.boot.autoconfigure.TpProperties.CleanupGroup;
import dev.tpool.boot.autoconfigure.TpProperties.Environment;
import dev.tpool.boot.autoconfigure.TpProperties.Pool;
import dev.tpool.spring.EntryProperty;
import org.jspecify.annotations.Nullable;

/**
 * An entry, with what it leaves out: taken from its base, then from the base of that, and
 * in the end from the defaults.
 *
 * @param <T> the kind of entry
 */
final class Inherited<T> {

    /** By property, the nearest first. */
    private final Map<String, T> entries = new LinkedHashMap<>();

    /**
     * Bases that go round in a circle or that are not there end the chain: the rules
     * refuse both.
     */
    private Inherited(String kind, String name, Map<String, T> all, Function<T, @Nullable String> base,
            String defaultsProperty, T defaults) {
        String next = name;
        while (next != null) {
            T entry = all.get(next);
            if (entry == null || this.entries.putIfAbsent(EntryProperty.of(kind, next), entry) != null) {
                break;
            }
            next = base.apply(entry);
        }
        this.entries.put(defaultsProperty, defaults);
    }

    /**
     * The defaults alone, which have neither an entry before them nor a base.
     */
    static Inherited<Pool> defaultPool(TpProperties properties) {
        return new Inherited<>(TpKeys.POOLS, "", Map.of(), Pool::inherits, TpKeys.DEFAULT_POOL,
                properties.defaults().pool());
    }

    static Inherited<Pool> pool(TpProperties properties, String name) {
        return new Inherited<>(TpKeys.POOLS, name, properties.pools(), Pool::inherits, TpKeys.DEFAULT_POOL,
                properties.defaults().pool());
    }

    static Inherited<Environment> environment(TpProperties properties, String name) {
        return new Inherited<>(TpKeys.ENVIRONMENTS, name, properties.environments(), Environment::inherits,
                TpKeys.DEFAULT_ENVIRONMENT, properties.defaults().environment());
    }

    static Inherited<CleanupGroup> cleanupGroup(TpProperties properties, String name) {
        return new Inherited<>(TpKeys.CLEANUP_GROUPS, name, properties.cleanupGroups(), (group) -> null,
                TpKeys.DEFAULT_CLEANUP_GROUP, properties.defaults().cleanupGroup());
    }

    /**
     * What the nearest entry that says something says.
     * @return the value, or {@code null} if none says anything
     */
    <V> @Nullable V get(Function<? super T, ? extends @Nullable V> setting) {
        for (T entry : this.entries.values()) {
            V value = setting.apply(entry);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    <V> V get(Function<? super T, ? extends @Nullable V> setting, V otherwise) {
        V value = get(setting);
        return (value != null) ? value : otherwise;
    }

    /**
     * The property that says it.
     * @param key the last part of its name
     * @return the whole name, or {@code null} if none says anything
     */
    @Nullable String property(Function<? super T, ? extends @Nullable Object> setting, String key) {
        for (Map.Entry<String, T> entry : this.entries.entrySet()) {
            if (setting.apply(entry.getValue()) != null) {
                return entry.getKey() + "." + key;
            }
        }
        return null;
    }

}
