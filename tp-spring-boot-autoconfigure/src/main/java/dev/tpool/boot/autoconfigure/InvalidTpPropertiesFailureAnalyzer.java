package dev.tpool.boot.autoconfigure;

import java.util.stream.Collectors;

import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Names the property, where it was set, what is wrong with it and what to do.
 */
final class InvalidTpPropertiesFailureAnalyzer extends AbstractFailureAnalyzer<InvalidTpPropertiesException> {

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
        Object value = (problem.value() != null || property == null) ? problem.value() : property.getValue();
        if (value != null && !value.toString().isEmpty()) {
            text.append("\n    Value: \"").append(value).append('"');
        }
        if (property != null && property.getOrigin() != null) {
            text.append("\n    Origin: ").append(property.getOrigin());
        }
        return text.append("\n    Reason: ").append(problem.reason()).toString();
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
