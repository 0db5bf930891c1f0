package dev.tpool.boot.autoconfigure;

import java.util.Objects;
import java.util.stream.Collectors;

import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.spring.EntryProperty;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Names the property, where it was set, what is wrong with it and what to do.
 */
final class InvalidTpPropertiesFailureAnalyzer extends AbstractFailureAnalyzer<InvalidTpPropertiesException> {

    /** As in tp.pools.io. */
    private static final int ENTRY_ELEMENTS = 3;

    private final Environment environment;

    InvalidTpPropertiesFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidTpPropertiesException cause) {
        String description = cause.problems().stream().map(this::describe).collect(Collectors.joining("\n\n"));
        String action = cause.problems().stream().map(Problem::action).distinct().collect(Collectors.joining("\n"));
        return new FailureAnalysis(description, action, cause);
    }

    private String describe(Problem problem) {
        StringBuilder text = new StringBuilder("    Property: ").append(problem.property());
        ConfigurationProperty property = find(problem.property());
        Object value = (property != null && (problem.value() == null || isPlain(property.getValue())))
                ? property.getValue() : problem.value();
        if (value != null && !value.toString().isEmpty()) {
            text.append("\n    Value: \"").append(value).append('"');
        }
        Origin origin = (problem.value() == null) ? originOfFirstSetting(problem.property()) : null;
        if (origin == null && property != null) {
            origin = property.getOrigin();
        }
        if (origin != null) {
            text.append("\n    Origin: ").append(origin);
        }
        return text.append("\n    Reason: ").append(problem.reason()).toString();
    }

    /**
     * An entry is where its first setting is, or the entry itself if it is empty. Spelled
     * like that: this may be what is wrong with it.
     */
    private @Nullable Origin originOfFirstSetting(String entry) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource properties
                    && source.getUnderlyingSource() instanceof PropertySource<?> underlying) {
                Origin origin = properties.stream()
                    .filter((name) -> isBelow(name, entry))
                    .map((name) -> origin(source, underlying, name))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
                if (origin != null) {
                    return origin;
                }
            }
        }
        return null;
    }

    /**
     * By the key first: to the source, names that differ only in dashes are the same.
     */
    private static @Nullable Origin origin(ConfigurationPropertySource source, PropertySource<?> underlying,
            ConfigurationPropertyName name) {
        Origin origin = OriginLookup.getOrigin(underlying, name.toString());
        return (origin != null) ? origin : Origin.from(source.getConfigurationProperty(name));
    }

    private static boolean isBelow(ConfigurationPropertyName name, String entry) {
        int last = ENTRY_ELEMENTS - 1;
        return name.getNumberOfElements() > last
                && EntryProperty.of(name.chop(last).toString(), name.getElement(last, Form.ORIGINAL)).equals(entry);
    }

    /**
     * Whether what the user has written tells more than what became of it: a duration, a
     * size or the constant of an enum, but no placeholder.
     */
    private static boolean isPlain(Object written) {
        return !written.toString().contains("${");
    }

    private @Nullable ConfigurationProperty find(String property) {
        if (!ConfigurationPropertyName.isValid(property)) {
            return null;
        }
        ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            ConfigurationProperty found = source.getConfigurationProperty(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

}
