package dev.tpool.boot.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.spring.NearestName;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.util.unit.DataSize;

/**
 * Says in our words why the properties could not be bound: keys that are not there, and
 * values that are not of the type.
 */
final class TpBindProblems {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("tp");

    private TpBindProblems() {
    }

    /**
     * What is wrong.
     * @return the problems, none if it was not our properties that could not be bound
     */
    static List<Problem> of(BindException failure) {
        if (!PREFIX.equals(failure.getName()) && !PREFIX.isAncestorOf(failure.getName())) {
            return List.of();
        }
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnboundConfigurationPropertiesException unbound) {
                return unbound.getUnboundProperties().stream().map(TpBindProblems::unknown).toList();
            }
        }
        return List.of(invalid(failure));
    }

    private static Problem unknown(ConfigurationProperty property) {
        TpSettings.Guess guess = TpSettings.guess(property.getName());
        // An empty text is no number and no enum, but null, which nobody has asked for.
        if (guess.exact()) {
            return new Problem(property.getName().toString(), property.getValue(), "has no value",
                    "Give it one, or remove it.");
        }
        return new Problem(property.getName().toString(), property.getValue(), "there is no such property",
                action(guess));
    }

    private static String action(TpSettings.Guess guess) {
        if (guess.name() != null) {
            return "Did you mean '" + guess.name() + "'?";
        }
        return guess.keys().isEmpty() ? "Remove it: '" + guess.parent() + "' has no settings."
                : "Below '" + guess.parent() + "' there are " + guess.keys() + ".";
    }

    private static Problem invalid(BindException failure) {
        String name = failure.getName().toString();
        ConfigurationProperty property = failure.getProperty();
        Object value = (property != null) ? property.getValue() : null;
        Class<?> type = failure.getTarget().getType().toClass();
        if (type.isRecord()) {
            return new Problem(name, value, "has settings of its own, and is no setting itself",
                    settings(failure.getName(), type));
        }
        if (type == Map.class) {
            return new Problem(name, value, "has entries, each with a name of its own",
                    "Set '" + name + ".<name>', or below that what you want to set.");
        }
        if (type.isEnum()) {
            List<String> names = values(type);
            return new Problem(name, value, "is not one of " + String.join(", ", names), oneOf(names, value));
        }
        return new Problem(name, value, reason(type, failure), "Set '" + name + "' to " + example(type) + ".");
    }

    private static String settings(ConfigurationPropertyName name, Class<?> type) {
        ConfigurationPropertyName kind = name.getParent();
        if (name.isNumericIndex(name.getNumberOfElements() - 1)) {
            return "This is no list: give each entry a name, as in '" + kind + ".<name>'.";
        }
        String last = name.getLastElement(Form.DASHED);
        if (TpSettings.of(type).containsKey(last)) {
            return "Give the entry a name: '" + kind + ".<name>." + last + "'.";
        }
        return TpSettings.of(type).isEmpty() ? "Remove the value: '" + name + "' has no settings."
                : "Below '" + name + "' there are " + TpSettings.of(type).keySet() + ".";
    }

    private static List<String> values(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
            .map((constant) -> TpSettings.key(((Enum<?>) constant).name()))
            .toList();
    }

    private static String oneOf(List<String> names, @Nullable Object value) {
        String nearest = NearestName.to(String.valueOf(value), names);
        return ((nearest != null) ? "Did you mean '" + nearest + "'? " : "") + "Use one of " + names + ".";
    }

    private static String reason(Class<?> type, BindException failure) {
        if (type == Integer.class) {
            return "is not a whole number of at most " + most(failure.getName());
        }
        if (type == Duration.class) {
            return "is not a duration";
        }
        if (type == DataSize.class) {
            return "is not a size";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "is neither true nor false";
        }
        return "is not of type " + type.getName() + ": " + root(failure).getMessage();
    }

    private static int most(ConfigurationPropertyName name) {
        return name.getLastElement(Form.DASHED).endsWith("-threads") ? TpPropertiesRules.MOST_THREADS
                : Integer.MAX_VALUE;
    }

    private static String example(Class<?> type) {
        if (type == Duration.class) {
            return "a time with its unit, as in 5s, 250ms or 2m";
        }
        if (type == DataSize.class) {
            return "a size with its unit, as in 512KB or 1MB";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        return (type == Integer.class) ? "a whole number" : "a value of its type";
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

}
