package dev.tpool.boot.autoconfigure;

import java.util.Set;
import java.util.concurrent.Executor;

import dev.tpool.TpEnvironment;
import dev.tpool.spring.TpUnknownNameException;
import dev.tpool.spring.task.TpTaskExecutor;
import dev.tpool.spring.task.TpTaskScheduler;
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
import org.springframework.scheduling.TaskScheduler;

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
            return executorView(beans, type, name, cause, description);
        }
        String nearest = new TpUnknownNameException(type.getSimpleName(), name, known).nearest();
        return new FailureAnalysis(
                ((description != null) ? description : "A dependency") + " required a " + type.getSimpleName()
                        + " with the qualifier '" + name + "', and there is none.",
                (nearest != null) ? "Did you mean '" + nearest + "'?" : "Define '" + TpBeanNames.property(type, name)
                        + "' in the configuration, or a bean of that name. Known are " + known + ".",
                cause);
    }

    /**
     * An executor or scheduler of the name of an environment that has no such view.
     */
    private static @Nullable FailureAnalysis executorView(ListableBeanFactory beans, Class<?> type, String name,
            Throwable cause, @Nullable String description) {
        boolean executor = Executor.class.isAssignableFrom(type) && type.isAssignableFrom(TpTaskExecutor.class);
        boolean scheduler = TaskScheduler.class.isAssignableFrom(type) && type.isAssignableFrom(TpTaskScheduler.class);
        if (!executor && !scheduler) {
            return null;
        }
        Set<String> views = ExecutorViewBeans.known(beans, executor ? TpTaskExecutor.class : TpTaskScheduler.class);
        String nearest = new TpUnknownNameException("executor view", name, views).nearest();
        Set<String> environments = TpBeanNames.known(beans, TpEnvironment.class);
        boolean ofEnvironment = environments != null && environments.contains(name);
        if (nearest == null && !ofEnvironment) {
            return null;
        }
        return new FailureAnalysis(
                ((description != null) ? description : "A dependency") + " required a " + type.getSimpleName()
                        + " with the qualifier '" + name + "', and there is none.",
                ofEnvironment
                        ? "Set '" + ExecutorViews.PREFIX + "." + name
                                + (executor ? ".task-executor" : ".task-scheduler")
                                + "' to true to have one that runs its tasks in the environment '" + name + "'."
                        : "Did you mean '" + nearest + "'?",
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
