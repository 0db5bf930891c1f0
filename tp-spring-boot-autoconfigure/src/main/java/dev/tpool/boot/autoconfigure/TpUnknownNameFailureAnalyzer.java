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
        return new FailureAnalysis("There is no " + cause.kind() + " '" + cause.name() + "'.", cause.action(), cause);
    }

}
