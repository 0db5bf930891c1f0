package dev.tpool.spring.annotation;

import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
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

    private final OperationsEntry acquired;

    private final EntryLocks locks;

    private final @Nullable Entry<Runnable> runEntry;

    private final @Nullable Entry<Callable<?>> callEntry;

    private final @Nullable String problem;

    private final Task task = new Task();

    /**
     * Creates operations in the environment {@code default} that acquire nothing and have
     * no completion actions. For the locks that their callbacks acquire, those stand in
     * lines of their own, apart from the methods of a bean factory.
     * @param registry the things with names
     */
    public TpTemplate(TpRegistry registry) {
        this(registry, new EntryLocks());
    }

    /**
     * Creates operations in the environment {@code default} that acquire nothing and have
     * no completion actions. For the locks that their callbacks acquire, those stand in
     * one line with the callbacks of annotated methods, in the order of all the calls.
     * @param registry the things with names
     * @param callbacks what makes the annotated methods work
     */
    public TpTemplate(TpRegistry registry, TpCallbackAnnotationBeanPostProcessor callbacks) {
        this(registry, callbacks.methods().locks());
    }

    private TpTemplate(TpRegistry registry, EntryLocks locks) {
        this(registry, null, "callback", NONE, OperationsEntry.NONE, locks);
    }

    private TpTemplate(TpRegistry registry, @Nullable TpEnvironment environment, String name, CompletionActions actions,
            OperationsEntry acquired, EntryLocks locks) {
        this.registry = registry;
        this.environment = environment;
        this.name = name;
        this.actions = actions;
        this.acquired = acquired;
        this.locks = locks;
        this.runEntry = acquired.entry(new Entered<>(name, actions, false, (callback) -> {
            callback.run();
            return null;
        }));
        this.callEntry = acquired.entry(new Entered<>(name, actions, true, Callable::call));
        this.problem = acquired.problem(actions);
    }

    @Override
    public TpOperations environment(String name) {
        return environment(this.registry.environment(name));
    }

    @Override
    public TpOperations environment(TpEnvironment environment) {
        return new TpTemplate(this.registry, Objects.requireNonNull(environment, "environment"), this.name,
                this.actions, this.acquired, this.locks);
    }

    @Override
    public TpOperations name(String name) {
        return new TpTemplate(this.registry, this.environment, Objects.requireNonNull(name, "name"), this.actions,
                this.acquired, this.locks);
    }

    @Override
    public TpOperations acquireSemaphore(String name, int count) {
        return with(this.acquired.withSemaphore(semaphore(name, count), count));
    }

    @Override
    public TpOperations acquireMutex(String name) {
        EntryLock mutex = new EntryLock.OfMutex(this.registry.mutex(name));
        return with(this.acquired.withMutex(EntryLine.of(this.locks.mutexes(), mutex)));
    }

    @Override
    public TpOperations acquireMutexOfKey(String key) {
        Objects.requireNonNull(key, "key");
        return with(this.acquired.withMutex(EntryLine.ofKey(this.locks.mutexes(), key)));
    }

    @Override
    public TpOperations enterSection(String name) {
        EntryLock section = new EntryLock.OfSection(this.registry.section(name));
        return with(this.acquired.withSection(EntryLine.of(this.locks.sections(), section)));
    }

    @Override
    public TpOperations enterSectionOfKey(String key) {
        Objects.requireNonNull(key, "key");
        return with(this.acquired.withSection(EntryLine.ofKey(this.locks.sections(), key)));
    }

    @Override
    public TpOperations rejectIfUnavailable() {
        return with(this.acquired.withWhenUnavailable(TpWhenUnavailable.REJECT, null));
    }

    @Override
    public TpOperations waitAtMost(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(
                    "duration is " + duration + ", must be above zero; use rejectIfUnavailable() not to wait at all");
        }
        return with(this.acquired.withWhenUnavailable(TpWhenUnavailable.WAIT, duration));
    }

    private TpOperations with(OperationsEntry changed) {
        return new TpTemplate(this.registry, this.environment, this.name, this.actions, changed, this.locks);
    }

    @Override
    public TpOperations releaseSemaphore(String name, int count) {
        return with(new CompletionActions(this.actions.section(), this.actions.mutex(), semaphore(name, count), count,
                this.actions.event(), this.actions.library()));
    }

    private TpSemaphore semaphore(String name, int count) {
        TpSemaphore semaphore = this.registry.semaphore(name);
        if (count < 1 || count > semaphore.maximum()) {
            throw new IllegalArgumentException("count is " + count + ", must be at least 1 and at most the maximum of "
                    + "semaphore '" + name + "', which is " + semaphore.maximum());
        }
        return semaphore;
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
        return new TpTemplate(this.registry, this.environment, this.name, changed, this.acquired, this.locks);
    }

    private TpEnvironment target() {
        return (this.environment != null) ? this.environment : this.registry.environment(TpRegistry.DEFAULT);
    }

    private void checkThatAllIsGivenBack() {
        if (this.problem != null) {
            throw new IllegalStateException("callback '" + this.name + "' cannot be posted: " + this.problem);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // There is none.
    public void run(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        checkThatAllIsGivenBack();
        TpEnvironment target = target();
        if (this.runEntry != null) {
            this.runEntry.post(target, callback);
        }
        else {
            post(target, callback);
        }
    }

    private void post(TpEnvironment target, Runnable callback) {
        try {
            if (!target.trySubmit(this.task, callback)) {
                throw target.pool().rejection(this.name);
            }
        }
        catch (IllegalStateException ex) {
            throw Refusal.of(this.name, ex);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // It completes with what the callback returns.
    public <T extends @Nullable Object> CompletableFuture<T> call(Callable<T> callback) {
        Objects.requireNonNull(callback, "callback");
        checkThatAllIsGivenBack();
        if (this.callEntry != null) {
            CompletableFuture<?> posted = this.callEntry.post(target(), callback);
            return (CompletableFuture<T>) Objects.requireNonNull(posted);
        }
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
            return CompletableFuture.failedFuture(Refusal.of(this.name, ex));
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

    /**
     * The callbacks that acquire something.
     *
     * @param <C> the type of the callback
     */
    private record Entered<C>(String name, CompletionActions actions, boolean returnsFuture,
            Body<C> body) implements EntryMethod<C> {

        @Override
        public @Nullable Object run(TpCallbackInstance instance, C callback) throws Exception {
            this.actions.register(instance);
            return this.body.run(callback);
        }

    }

    /**
     * How a callback is called.
     *
     * @param <C> the type of the callback
     */
    @FunctionalInterface
    private interface Body<C> {

        @Nullable Object run(C callback) throws Exception;

    }

}
