package dev.tpool.spring.annotation;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpEnvironment;
import dev.tpool.TpRejectedException;
import dev.tpool.TpTask;
import dev.tpool.spring.TpOperations;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpSemaphore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The {@link TpOperations} of a registry.
 */
public final class TpTemplate implements TpOperations {

    private static final Log logger = LogFactory.getLog(TpOperations.class);

    private static final CompletionActions NONE = new CompletionActions(null, null, null, 1, null, null);

    private final TpRegistry registry;

    private final @Nullable TpEnvironment environment;

    private final String name;

    private final CompletionActions actions;

    private final Task task = new Task();

    /**
     * Creates operations in the environment {@code default}, without completion actions.
     * @param registry the things with names
     */
    public TpTemplate(TpRegistry registry) {
        this(registry, null, "callback", NONE);
    }

    private TpTemplate(TpRegistry registry, @Nullable TpEnvironment environment, String name,
            CompletionActions actions) {
        this.registry = registry;
        this.environment = environment;
        this.name = name;
        this.actions = actions;
    }

    @Override
    public TpOperations environment(String name) {
        return environment(this.registry.environment(name));
    }

    @Override
    public TpOperations environment(TpEnvironment environment) {
        return new TpTemplate(this.registry, Objects.requireNonNull(environment, "environment"), this.name,
                this.actions);
    }

    @Override
    public TpOperations name(String name) {
        return new TpTemplate(this.registry, this.environment, Objects.requireNonNull(name, "name"), this.actions);
    }

    @Override
    public TpOperations releaseSemaphore(String name, int count) {
        TpSemaphore semaphore = this.registry.semaphore(name);
        if (count < 1 || count > semaphore.maximum()) {
            throw new IllegalArgumentException("count is " + count + ", must be at least 1 and at most the maximum of "
                    + "semaphore '" + name + "', which is " + semaphore.maximum());
        }
        return with(new CompletionActions(this.actions.section(), this.actions.mutex(), semaphore, count,
                this.actions.event(), this.actions.library()));
    }

    @Override
    public TpOperations releaseMutex(String name) {
        return with(new CompletionActions(this.actions.section(), this.registry.mutex(name), this.actions.semaphore(),
                this.actions.count(), this.actions.event(), this.actions.library()));
    }

    @Override
    public TpOperations leaveSection(String name) {
        return with(new CompletionActions(this.registry.section(name), this.actions.mutex(), this.actions.semaphore(),
                this.actions.count(), this.actions.event(), this.actions.library()));
    }

    @Override
    public TpOperations setEvent(String name) {
        return with(new CompletionActions(this.actions.section(), this.actions.mutex(), this.actions.semaphore(),
                this.actions.count(), this.registry.event(name), this.actions.library()));
    }

    @Override
    public TpOperations freeLibrary(String name) {
        return with(new CompletionActions(this.actions.section(), this.actions.mutex(), this.actions.semaphore(),
                this.actions.count(), this.actions.event(), this.registry.library(name)));
    }

    private TpTemplate with(CompletionActions changed) {
        return new TpTemplate(this.registry, this.environment, this.name, changed);
    }

    private TpEnvironment target() {
        return (this.environment != null) ? this.environment : this.registry.environment(TpRegistry.DEFAULT);
    }

    @Override
    public void run(Runnable callback) {
        TpEnvironment target = target();
        if (!target.trySubmit(this.task, Objects.requireNonNull(callback, "callback"))) {
            throw new TpRejectedException("callback '" + this.name + "' was refused: the queue of " + target.pool()
                    + " is full, or no thread could be started");
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> call(Callable<T> callback) {
        Objects.requireNonNull(callback, "callback");
        try {
            return target().submit(this.name, () -> {
                this.actions.register(TpCallbackInstance.current());
                return callback.call();
            });
        }
        catch (TpRejectedException ex) {
            return CompletableFuture.failedFuture(ex);
        }
        catch (IllegalStateException ex) {
            // The callback may throw one as well, after its completion actions.
            TpRejectedException refused = new TpRejectedException(
                    "callback '" + this.name + "' was refused: " + ex.getMessage());
            refused.initCause(ex);
            return CompletableFuture.failedFuture(refused);
        }
    }

    /**
     * The callbacks that nobody holds a future of.
     */
    private final class Task implements TpTask<Runnable> {

        @Override
        public String name() {
            return TpTemplate.this.name;
        }

        @Override
        public void run(TpCallbackInstance instance, Runnable callback) {
            TpTemplate.this.actions.register(instance);
            callback.run();
        }

        /**
         * What a completion throws goes to the exception handler.
         */
        @Override
        public void completed(@Nullable Throwable failure) {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
            if (failure != null) {
                // A lambda of another language may throw what Java would not let it.
                throw new UndeclaredThrowableException(failure);
            }
        }

        @Override
        public void cancelled() {
            String notGivenBack = TpTemplate.this.actions.notGivenBack();
            if (!notGivenBack.isEmpty()) {
                logger.warn("Callback '" + name() + "' was dropped before it began, and so has not given back "
                        + notGivenBack);
            }
            else if (logger.isDebugEnabled()) {
                logger.debug("Callback '" + name() + "' was dropped before it began");
            }
        }

    }

}
