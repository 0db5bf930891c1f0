package dev.tpool.boot.autoconfigure;

import dev.tpool.spring.annotation.TpCallbackDefinitionException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the annotated method, what is wrong with it and what to do.
 */
final class TpCallbackDefinitionFailureAnalyzer extends AbstractFailureAnalyzer<TpCallbackDefinitionException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TpCallbackDefinitionException cause) {
        return new FailureAnalysis("The method " + cause.method() + " is annotated with @" + cause.annotation()
                + ", but " + cause.problem() + ".", cause.action(), cause);
    }

}
