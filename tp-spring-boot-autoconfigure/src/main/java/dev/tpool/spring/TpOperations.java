package dev.tpool.spring;

import java.time.Duration;
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
 *     this.imports = operations.environment("imports")
 *         .acquireSemaphore("import-slots")
 *         .releaseSemaphore("import-slots");
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
 * <p>
 * What a callback needs to begin is acquired for it, in a fixed order: its turn for the
 * mutex, its turn for the section, and last the permits. The mutex and the section are
 * taken by the thread of the callback, together with its beginning. Unless
 * {@link #rejectIfUnavailable()} or {@link #waitAtMost(Duration)} says otherwise, a call
 * is accepted at once, and its callback posted when it was given everything; meanwhile it
 * holds no thread, is a member of its cleanup group, and counts against the capacity of a
 * bounded queue. What was acquired is given back exactly once: by the completion actions,
 * which have to say the same (the lock of a key needs none), and by the engine if the
 * callback never runs. The operations of a context share the lines for the locks with its
 * {@code @TpCallback} methods.
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
     * Operations whose callbacks need one permit of a semaphore to begin.
     * @param name the name of the semaphore
     * @return new operations, which have to release it, too
     * @throws TpUnknownNameException if there is none
     */
    default TpOperations acquireSemaphore(String name) {
        return acquireSemaphore(name, 1);
    }

    /**
     * Operations whose callbacks need permits of a semaphore to begin, acquired in one
     * step.
     * @param name the name of the semaphore
     * @param count how many permits
     * @return new operations, which have to release as many, too
     * @throws TpUnknownNameException if there is none
     * @throws IllegalArgumentException if the count is below 1, or above the maximum of
     * the semaphore
     */
    TpOperations acquireSemaphore(String name, int count);

    /**
     * Operations whose callbacks need a mutex to begin: it is taken for them, and they
     * run one at a time, in the order of the calls. Takes the place of
     * {@link #acquireMutexOfKey(String)}.
     * @param name the name of the mutex
     * @return new operations, which have to release it, too
     * @throws TpUnknownNameException if there is none
     */
    TpOperations acquireMutex(String name);

    /**
     * Operations whose callbacks need the mutex of a key to begin: callbacks of one key
     * run one at a time, in the order of the calls, and those of others beside them. The
     * callback lets go of it at its end by itself. Takes the place of
     * {@link #acquireMutex(String)}, and not together with {@link #releaseMutex(String)}:
     * a callback releases one mutex.
     * <p>
     * A key is its text, nothing in it is evaluated. It has nothing to do with the names
     * in the registry. The operations of a context share their keys with its
     * {@code @TpCallback} methods, where one is written as
     * <code>acquireMutex = "account-#{#id}"</code>. The mutex of a key exists while a
     * callback uses or waits for it.
     * @param key the key, for instance {@code "account-" + id}
     * @return new operations, which cost no more than a few objects
     */
    TpOperations acquireMutexOfKey(String key);

    /**
     * Operations whose callbacks need a critical section to begin: it is entered for
     * them, and they run one at a time, in the order of the calls. Takes the place of
     * {@link #enterSectionOfKey(String)}.
     * @param name the name of the section
     * @return new operations, which have to leave it, too
     * @throws TpUnknownNameException if there is none
     */
    TpOperations enterSection(String name);

    /**
     * Operations whose callbacks need the section of a key to begin, as with
     * {@link #acquireMutexOfKey(String)}. Keys of sections and keys of mutexes have
     * nothing to do with each other. Takes the place of {@link #enterSection(String)},
     * and not together with {@link #leaveSection(String)}.
     * @param key the key
     * @return new operations
     */
    TpOperations enterSectionOfKey(String key);

    /**
     * Operations that reject a call if something that its callback needs is not to be had
     * at once. Takes the place of {@link #waitAtMost(Duration)}.
     * @return new operations
     */
    TpOperations rejectIfUnavailable();

    /**
     * Operations whose caller waits until its callback was given everything it needs. If
     * the time is over or the caller is interrupted before that, the call is rejected;
     * the interrupt status is kept. Takes the place of {@link #rejectIfUnavailable()}.
     * @param duration how long at most
     * @return new operations
     * @throws IllegalArgumentException if the duration is not above zero
     */
    TpOperations waitAtMost(Duration duration);

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
     * Operations that release a mutex, which {@link #acquireMutex(String)} takes or the
     * callback has to take.
     * @param name the name of the mutex
     * @return new operations
     * @throws TpUnknownNameException if there is none
     */
    TpOperations releaseMutex(String name);

    /**
     * Operations that leave a critical section, which {@link #enterSection(String)}
     * enters or the callback has to enter.
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
     * no thread could be started, what it needs was not to be had in time, or the pool or
     * the cleanup group is closed or the library unloaded
     * @throws IllegalStateException if the operations acquire what they do not give back,
     * or say what to do without it and acquire nothing
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
     * @throws IllegalStateException if the operations acquire what they do not give back,
     * or say what to do without it and acquire nothing
     */
    <T extends @Nullable Object> CompletableFuture<T> call(Callable<T> callback);

}
