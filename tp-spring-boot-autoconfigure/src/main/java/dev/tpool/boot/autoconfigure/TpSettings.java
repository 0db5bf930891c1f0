package dev.tpool.boot.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.tpool.spring.EntryProperty;
import dev.tpool.spring.NearestName;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.ResolvableType;

/**
 * The keys that there are below {@code tp}: those of the records of {@link TpProperties}.
 */
final class TpSettings {

    private TpSettings() {
    }

    /**
     * The keys of a record, as they are written in YAML, each with the type of its value.
     */
    static Map<String, ResolvableType> of(Class<?> type) {
        Map<String, ResolvableType> settings = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            settings.put(key(component.getName()), ResolvableType.forType(component.getGenericType()));
        }
        return settings;
    }

    /**
     * The key of a record component, or the value of an enum constant, in YAML.
     */
    static String key(String javaName) {
        return javaName.replaceAll("([a-z])([A-Z])", "$1-$2").replace('_', '-').toLowerCase(Locale.ROOT);
    }

    /**
     * What was probably meant by a property that is not there.
     */
    static Guess guess(ConfigurationPropertyName unknown) {
        return guess(unknown, 1, "tp", TpProperties.class);
    }

    private static Guess guess(ConfigurationPropertyName unknown, int index, String path, Class<?> type) {
        Map<String, ResolvableType> settings = of(type);
        String element = unknown.getElement(index, Form.DASHED);
        String key = known(element, settings.keySet());
        if (key == null) {
            return new Guess(nearest(unknown, index, path, settings), path, settings.keySet(), false);
        }
        ResolvableType value = settings.get(key);
        Class<?> below = (value != null) ? value.toClass() : Object.class;
        String found = path + "." + key;
        int next = index + 1;
        if (below == Map.class && value != null && next < unknown.getNumberOfElements()) {
            below = value.getGeneric(1).toClass();
            String dotted = dotted(unknown, next, found, below);
            if (dotted != null) {
                return new Guess(dotted, path, settings.keySet(), false);
            }
            found = EntryProperty.of(found, unknown.getElement(next, Form.ORIGINAL));
            next++;
        }
        if (below.isRecord() && next < unknown.getNumberOfElements()) {
            return guess(unknown, next, found, below);
        }
        return new Guess(found, path, settings.keySet(), next == unknown.getNumberOfElements());
    }

    /**
     * An entry whose name has dots, and should have brackets.
     */
    private static @Nullable String dotted(ConfigurationPropertyName unknown, int index, String kind, Class<?> type) {
        int last = unknown.getNumberOfElements() - 1;
        String key = (last > index + 1) ? known(unknown.getElement(last, Form.DASHED), of(type).keySet()) : null;
        if (key == null) {
            return null;
        }
        String name = IntStream.range(index, last)
            .mapToObj((i) -> unknown.getElement(i, Form.ORIGINAL))
            .collect(Collectors.joining("."));
        return EntryProperty.of(kind, name) + "." + key;
    }

    private static @Nullable String known(String element, Set<String> keys) {
        String plain = element.replace("-", "");
        return keys.stream().filter((key) -> key.replace("-", "").equals(plain)).findFirst().orElse(null);
    }

    private static @Nullable String nearest(ConfigurationPropertyName unknown, int index, String path,
            Map<String, ResolvableType> settings) {
        String element = unknown.getElement(index, Form.DASHED);
        String nearest = nearest(element, settings.keySet());
        if (nearest != null) {
            StringBuilder name = new StringBuilder(path).append('.').append(nearest);
            for (int i = index + 1; i < unknown.getNumberOfElements(); i++) {
                name.append('.').append(unknown.getElement(i, Form.ORIGINAL));
            }
            return name.toString();
        }
        // Perhaps it belongs one level down.
        for (Map.Entry<String, ResolvableType> setting : settings.entrySet()) {
            Class<?> type = setting.getValue().toClass();
            String key = type.isRecord() ? known(element, of(type).keySet()) : null;
            if (key != null) {
                return path + "." + setting.getKey() + "." + key;
            }
        }
        return null;
    }

    /**
     * Besides slips there are shortened keys, such as "mutex" for "mutexes".
     */
    private static @Nullable String nearest(String element, Set<String> keys) {
        String nearest = NearestName.to(element, keys);
        return (nearest != null || element.length() < 3) ? nearest
                : keys.stream().filter((key) -> key.startsWith(element)).findFirst().orElse(null);
    }

    /**
     * What may have been meant.
     *
     * @param name the whole name of the nearest property, {@code null} if none is near
     * @param parent the part of the name that is known
     * @param keys the keys that there are below it
     * @param exact whether there is a property of that very name
     */
    record Guess(@Nullable String name, String parent, Set<String> keys, boolean exact) {
    }

}
