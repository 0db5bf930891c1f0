package dev.tpool.boot.autoconfigure;

import dev.tpool.spring.TpUnknownNameException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names what was looked up in the registry and what was probably meant.
 */
final class TpUnknownNameFailureAnalyzer extends AbstractFailureAnalyzer<TpUnknownNameException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TpUnknownNameException cause) {
        String action = (cause.nearest() != null) ? "Did you mean '" + cause.nearest() + "'?"
                : "Define it under 'tp.' in the configuration or as a bean. Known are " + cause.known() + ".";
        return new FailureAnalysis("There is no " + cause.kind() + " '" + cause.name() + "'.", action, cause);
    }

}
