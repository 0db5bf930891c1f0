package dev.tpool.spring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.tpool.TpCallbackInstance;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * A call of the method posts a one-shot callback into an environment, and returns at
 * once. The callback runs the method on a worker of the environment's pool. When the
 * method has returned <em>or thrown</em>, the completion actions that are named here are
 * carried out, in the fixed order section, mutex, semaphore, event, library.
 *
 * <pre class="code">
 * &#64;TpCallback(environment = "imports", releaseSemaphore = "import-slots")
 * CompletableFuture&lt;Report&gt; run(Path file) {
 *     return CompletableFuture.completedFuture(parse(file));
 * }
 * </pre>
 *
 * <h2>What the method returns</h2> {@code void}, {@code Future},
 * {@code CompletableFuture} or {@code CompletionStage}. The caller's future completes
 * <em>after</em> the completion actions: whoever waits for it sees the permit back. It
 * has the value of the future that the method returns. If that one is not complete yet,
 * the caller's future follows it, but the callback is over when the method returns, and
 * the completion actions are not put off until later. Cancelling the caller's future
 * drops the callback if it has not begun, and never interrupts it. The one exception to
 * the order: if the callback has begun, the cancelled future is complete at once, while
 * the method goes on, its failure is nobody's, and the completion actions follow later.
 *
 * <h2>What goes wrong</h2> What the method throws is in the future; for {@code void} it
 * goes to the exception handler of the environment or else of the pool. A callback that
 * was dropped, for instance by the close of its cleanup group, cancels the future. A
 * callback that was refused, because the pool's bounded queue is full or the pool or the
 * group is closed, fails the future with a {@link dev.tpool.TpRejectedException}; for
 * {@code void} the caller gets that exception, or an {@link IllegalStateException} if
 * something is closed. A callback that was dropped or refused has not run, so it carries
 * out no completion action: a caller that took a permit for it has to give it back. If a
 * dropped {@code void} callback keeps permits or a library from others, the log warns of
 * it.
 *
 * <h2>Special parameters</h2> A parameter of type {@link TpCallbackInstance} is filled
 * in; the caller passes {@code null}. A {@link dev.tpool.TpCleanupGroup} is the group
 * that this call joins instead of the environment's. A {@link dev.tpool.TpEnvironment} is
 * where this call runs instead of the named environment. {@code null} for one of the last
 * two means what the annotation says.
 *
 * <h2>What must hold</h2> The mutex and the section have to be owned by the callback when
 * it returns: the method takes them, the completion action gives them back. Only
 * semaphores and events travel between threads. The method must not be private, static or
 * final, nor its class final, and every name must be known; all of that is checked when
 * the application starts. As with every proxy, a call of the object by itself
 * ({@code this.run(..)}) is a plain call and posts nothing. The callback is posted ahead
 * of all other advice, so a transaction of the method begins on the worker.
 *
 * @see TpCallbackInstance
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
public @interface TpCallback {

    /**
     * Alias for {@link #environment()}.
     * @return the name of the environment
     */
    @AliasFor("environment")
    String value() default "";

    /**
     * The environment that the method runs in. Placeholders ({@code ${...}}) are
     * resolved, here as in all the names.
     * @return the name of the environment; empty for the one named {@code default}
     */
    @AliasFor("value")
    String environment() default "";

    /**
     * The semaphore that is released when the callback is over.
     * @return the name of the semaphore, or empty for none
     */
    String releaseSemaphore() default "";

    /**
     * How many permits are released.
     * @return 1 to the maximum of the semaphore
     */
    int releaseCount() default 1;

    /**
     * The mutex that is released when the callback is over. The method has to take it.
     * @return the name of the mutex, or empty for none
     */
    String releaseMutex() default "";

    /**
     * The critical section that is left when the callback is over. The method has to
     * enter it.
     * @return the name of the section, or empty for none
     */
    String leaveSection() default "";

    /**
     * The event that is set when the callback is over.
     * @return the name of the event, or empty for none
     */
    String setEvent() default "";

    /**
     * The library of which one reference is given back when the callback is over. Who
     * calls the method has to {@linkplain dev.tpool.TpLibrary#retain() take} it.
     * @return the name of the library, or empty for none
     */
    String freeLibrary() default "";

}
