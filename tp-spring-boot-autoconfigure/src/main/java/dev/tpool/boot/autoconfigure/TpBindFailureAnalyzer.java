package dev.tpool.boot.autoconfigure;

import java.util.List;

import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Says of a property below {@code tp} that could not be bound which one was meant, or
 * which values there are. Before Spring Boot's own, which know neither.
 */
@Order(0)
final class TpBindFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private final InvalidTpPropertiesFailureAnalyzer problems;

    TpBindFailureAnalyzer(Environment environment) {
        this.problems = new InvalidTpPropertiesFailureAnalyzer(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        List<Problem> found = TpBindProblems.of(cause);
        return found.isEmpty() ? null
                : this.problems.analyze(rootFailure, new InvalidTpPropertiesException(found, cause));
    }

}
