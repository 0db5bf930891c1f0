package dev.tpool.boot.autoconfigure;

import java.util.Set;

import dev.tpool.spring.TpUnknownNameException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Names the thing that was probably meant by a qualifier. Comes before Boot's own
 * analyzer, which looks at the candidates by creating them, and those of the
 * configuration cannot be created any more once the context has failed.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class TpQualifierFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

    private final BeanFactory beanFactory;

    TpQualifierFailureAnalyzer(BeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
            @Nullable String description) {
        Class<?> type = (cause.getResolvableType() != null) ? cause.getResolvableType().resolve() : null;
        String name = qualifier(rootFailure);
        if (type == null || name == null || cause instanceof NoUniqueBeanDefinitionException
                || !(this.beanFactory instanceof ListableBeanFactory beans)) {
            return null;
        }
        Set<String> known = TpBeanNames.known(beans, type);
        if (known == null) {
            return null;
        }
        String nearest = new TpUnknownNameException(type.getSimpleName(), name, known).nearest();
        return new FailureAnalysis(
                ((description != null) ? description : "A dependency") + " required a " + type.getSimpleName()
                        + " with the qualifier '" + name + "', and there is none.",
                (nearest != null) ? "Did you mean '" + nearest + "'?"
                        : "Define it under 'tp.' in the configuration or as a bean. Known are " + known + ".",
                cause);
    }

    private static @Nullable String qualifier(Throwable failure) {
        String name = null;
        for (Throwable each = failure; each != null; each = each.getCause()) {
            InjectionPoint point = (each instanceof UnsatisfiedDependencyException unsatisfied)
                    ? unsatisfied.getInjectionPoint() : null;
            Qualifier qualifier = (point != null) ? point.getAnnotation(Qualifier.class) : null;
            name = (qualifier != null) ? qualifier.value() : name;
        }
        return name;
    }

}
