package dev.tpool.spring;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import dev.tpool.TpEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Posts one-shot callbacks by the names of the registry: what a {@code @TpCallback}
 * method does, for lambdas, and for a bean that calls itself.
 *
 * <pre class="code">
 * private final TpOperations imports;
 *
 * Importer(TpOperations operations) {
 *     this.imports = operations.environment("imports").releaseSemaphore("import-slots");
 * }
 *
 * CompletableFuture&lt;Report&gt; submit(Path file) {
 *     return this.imports.call(() -&gt; parse(file));
 * }
 * </pre>
 *
 * Operations are immutable: each method that sets something returns new ones, so that
 * they can be prepared once and used again and again. A name is looked up when it is set.
 * When a callback has returned <em>or thrown</em>, the completion actions are carried
 * out, in the fixed order section, mutex, semaphore, event, library. A callback that was
 * dropped or refused has not run, and carries out none. In a callback,
 * {@link dev.tpool.TpCallbackInstance#current()} is its instance. Safe for use by any
 * thread.
 */
public interface TpOperations {

    /**
     * Operations in another environment.
     * @param name the name of the environment; without it, it is {@code default}
     * @return new operations
     * @throws TpUnknownNameException if there is none
     */
    TpOperations environment(String name);

    /**
     * Operations in another environment.
     * @param environment the environment
     * @return new operations
     */
    TpOperations environment(TpEnvironment environment);

    /**
     * Operations whose callbacks have another name in logs and snapshots.
     * @param name the name; without it, it is {@code callback}
     * @return new operations
     */
    TpOperations name(String name);

    /**
     * Operations that release one permit of a semaphore.
     * @param name the name of the semaphore
     * @return new operations
     * @throws TpUnknownNameException if there is none
     */
    default TpOperations releaseSemaphore(String name) {
        return releaseSemaphore(name, 1);
    }

    /**
     * Operations that release permits of a semaphore.
     * @param name the name of the semaphore
     * @param count how many permits
     * @return new operations
     * @throws TpUnknownNameException if there is none
     * @throws IllegalArgumentException if the count is below 1, or above the maximum of
     * the semaphore
     */
    TpOperations releaseSemaphore(String name, int count);

    /**
     * Operations that release a mutex, which the callback has to take.
     * @param name the name of the mutex
     * @return new operations
     * @throws TpUnknownNameException if there is none
     */
    TpOperations releaseMutex(String name);

    /**
     * Operations that leave a critical section, which the callback has to enter.
     * @param name the name of the section
     * @return new operations
     * @throws TpUnknownNameException if there is none
     */
    TpOperations leaveSection(String name);

    /**
     * Operations that set an event.
     * @param name the name of the event
     * @return new operations
     * @throws TpUnknownNameException if there is none
     */
    TpOperations setEvent(String name);

    /**
     * Operations that give one reference of a library back, which the caller has to
     * {@linkplain dev.tpool.TpLibrary#retain() take}.
     * @param name the name of the library
     * @return new operations
     * @throws TpUnknownNameException if there is none
     */
    TpOperations freeLibrary(String name);

    /**
     * Posts a callback. What it throws goes to the exception handler of the environment
     * or else of the pool. If it is dropped and keeps permits or a library from others,
     * the log warns of it.
     * @param callback the callback
     * @throws dev.tpool.TpRejectedException if it was refused: the bounded queue is full,
     * or no thread could be started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    void run(Runnable callback);

    /**
     * Posts a callback for its result.
     * @param <T> the type of the result
     * @param callback the callback
     * @return completes after the completion actions; fails with what the callback threw,
     * or with a {@link dev.tpool.TpRejectedException} if it was refused or something is
     * closed; is cancelled if it was dropped. Cancelling it drops the callback if it has
     * not begun, and never interrupts it.
     */
    <T extends @Nullable Object> CompletableFuture<T> call(Callable<T> callback);

}
