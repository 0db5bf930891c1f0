package dev.tpool.boot.autoconfigure;

import java.util.List;

import dev.tpool.TpEnvironment;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.boot.autoconfigure.TpProperties.ExecutorView;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpUnknownNameException;
import dev.tpool.spring.task.TpTaskExecutor;
import dev.tpool.spring.task.TpTaskScheduler;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.CompositeTaskDecorator;

/**
 * Makes the executor views that the configuration names.
 */
final class ExecutorViews {

    static final String PREFIX = "tp.executor-views";

    private final TpProperties properties;

    private final TpRegistry registry;

    private final ObjectProvider<TaskDecorator> decorators;

    ExecutorViews(TpProperties properties, TpRegistry registry, ObjectProvider<TaskDecorator> decorators) {
        this.properties = properties;
        this.registry = registry;
        this.decorators = decorators;
    }

    TpTaskExecutor taskExecutor(String name) {
        TpTaskExecutor executor = new TpTaskExecutor(name, environment(name));
        executor.setTaskDecorator(decorator());
        return executor;
    }

    TpTaskScheduler taskScheduler(String name) {
        TpTaskScheduler scheduler = new TpTaskScheduler(name, environment(name));
        scheduler.setTaskDecorator(decorator());
        return scheduler;
    }

    private TpEnvironment environment(String name) {
        ExecutorView view = this.properties.executorViews().get(name);
        String said = (view != null) ? view.environment() : null;
        try {
            return this.registry.environment((said != null) ? said : name);
        }
        catch (TpUnknownNameException ex) {
            throw new InvalidTpPropertiesException(List.of(unknown(name, said, ex)), ex);
        }
    }

    private static Problem unknown(String name, @Nullable String said, TpUnknownNameException ex) {
        String property = PREFIX + "." + name + ".environment";
        String reason = (said != null) ? "there is no environment '" + said + "'"
                : "must be set, since there is no environment '" + name + "' either";
        String action = (ex.nearest() != null) ? "Did you mean '" + ex.nearest() + "'?"
                : "Set '" + property + "' to one of " + ex.known() + ".";
        return new Problem(property, said, reason, action);
    }

    /**
     * The decorators that decorate the tasks of Boot's own executors, too.
     */
    private @Nullable TaskDecorator decorator() {
        List<TaskDecorator> all = this.decorators.orderedStream().toList();
        return switch (all.size()) {
            case 0 -> null;
            case 1 -> all.get(0);
            default -> new CompositeTaskDecorator(all);
        };
    }

}
