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
 * <h2>On a type</h2> On a class every public method is a callback, as it is with
 * {@code @Async}: those that it inherits, too, but not {@code equals}, {@code hashCode}
 * and {@code toString}. On an interface it is every method of the interface. A public
 * method that returns something else than a callback may is an error. What the annotation
 * of a method leaves at its default is taken from the one of the type, attribute by
 * attribute. An annotation that is annotated with this one, and forwards attributes with
 * {@link AliasFor}, can take its place everywhere.
 *
 * <h2>What the method returns</h2> {@code void}, {@code Future},
 * {@code CompletableFuture} or {@code CompletionStage}. The caller's future completes
 * <em>after</em> the completion actions: whoever waits for it sees the permit back. It
 * has the value of the future that the method returns. If that one is not complete yet,
 * the caller's future follows it, but the callback is over when the method returns, and
 * the completion actions are not put off until later, unless {@link #completion()} says
 * so. Cancelling the caller's future drops the callback if it has not begun, and never
 * interrupts it. The one exception to the order: if the callback has begun, the cancelled
 * future is complete at once, while the method goes on, its failure is nobody's, and the
 * completion actions follow later.
 *
 * <h2>What a callback needs to begin</h2> {@link #acquireSemaphore()},
 * {@link #acquireMutex()} and {@link #enterSection()} are acquired for the callback. A
 * call takes them in a fixed order: its turn for the mutex, its turn for the section, and
 * last the permits. The turn for a lock is the place at the head of its line, in which
 * all callbacks of this bean factory stand that name the lock, in the order of their
 * calls. Only the callback that has the turn is posted, and on its worker it takes the
 * lock itself, together with its beginning. So callbacks that name one lock run one at a
 * time, in the order of their calls, however many workers there are, and none of those
 * that wait holds a thread. One that waits for its turn keeps no permits; one that waits
 * for permits keeps the turn for its locks. Since all of them take in the same order,
 * annotations alone cannot deadlock. A lock that another thread has taken in code is
 * waited for without a thread as well: the callback goes back and is posted again when it
 * was let go, and keeps its turn and no permits meanwhile. Threads and callbacks do not
 * stand in one line: code that takes the lock again and again may keep a callback
 * waiting, and callbacks a thread. An owner that ended without letting go is noticed
 * within a second.
 * <p>
 * What to do if something is not to be had at once says {@link #whenUnavailable()}. What
 * was acquired is given back exactly once: by the completion actions named here, and if
 * the callback never runs, because it was rejected, cancelled, or dropped with its group,
 * its pool or the context, by the engine. The turn goes to the next when the callback is
 * over. From its call on, a callback that waits is a member of its cleanup group, whose
 * close drops it or waits for it, and counts against the capacity of a bounded queue, so
 * that it is never refused later. It is dropped if its pool is closed before its turn
 * comes. A full queue under the policy {@code CALLER_RUNS} refuses what would have to
 * wait.
 *
 * <h2>What goes wrong</h2> What the method throws is in the future; for {@code void} it
 * goes to the exception handler of the environment or else of the pool. A callback that
 * was dropped, for instance by the close of its cleanup group, cancels the future. A
 * callback that was refused, because the pool's bounded queue is full or the pool or the
 * group is closed, fails the future with a {@link dev.tpool.TpRejectedException}; for
 * {@code void} the caller gets that exception. A callback that was dropped or refused has
 * not run, so it carries out no completion action: a caller that took a permit for it has
 * to give it back. What the annotation acquired is given back. If a dropped {@code void}
 * callback keeps permits or a library from others, the log warns of it.
 *
 * <h2>Special parameters</h2> A parameter of type {@link TpCallbackInstance} is filled
 * in; the caller passes {@code null}. A {@link dev.tpool.TpCleanupGroup} is the group
 * that this call joins instead of the environment's. A {@link dev.tpool.TpEnvironment} is
 * where this call runs instead of the named environment. {@code null} for one of the last
 * two means what the annotation says.
 *
 * <h2>What must hold</h2> The mutex and the section have to be owned by the callback when
 * it returns: the annotation or the method takes them, the completion action gives them
 * back. Only semaphores and events travel between threads. The method must not be
 * private, static or final, nor its class final, every name must be known, and what is
 * acquired must be given back; all of that is checked when the application starts. As
 * with every proxy, a call of the object by itself ({@code this.run(..)}) is a plain call
 * and posts nothing. The callback is posted ahead of all other advice, so a transaction
 * of the method begins on the worker.
 *
 * @see TpCallbackInstance
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
public @interface TpCallback {

    /**
     * Alias for {@link #environment()}.
     * @return the name of the environment
     */
    @AliasFor("environment")
    String value() default "";

    /**
     * The environment that the method runs in. Placeholders ({@code ${...}}) and
     * expressions over the beans ({@code #{...}}) are resolved, here as in all the names,
     * once, when the bean is created.
     * @return the name of the environment; empty for the one named {@code default}
     */
    @AliasFor("value")
    String environment() default "";

    /**
     * The semaphore whose permits the callback needs to begin. It has to be given back:
     * by {@link #releaseSemaphore()} and an equal {@link #releaseCount()}, or by a method
     * with a parameter of type {@link TpCallbackInstance}. If that one throws without
     * having registered a semaphore, the permits are given back for it.
     * @return the name of the semaphore, or empty for none
     */
    String acquireSemaphore() default "";

    /**
     * How many permits are acquired, in one step.
     * @return 1 to the maximum of the semaphore
     */
    int acquireCount() default 1;

    /**
     * The mutex that the callback needs to begin: its thread owns it when the method is
     * called. {@link #releaseMutex()} has to say the same, or the method have a parameter
     * of type {@link TpCallbackInstance} to let go of it.
     * <p>
     * With expressions over the arguments, as in
     * <code>account-#{#order.account()}</code>, it is a mutex of a key: callbacks of one
     * key run one at a time, in the order of their calls. Arguments go by their names, if
     * the code is compiled with {@code -parameters}, or as {@code #p0}, {@code #p1}. Keys
     * are not looked up in the registry and have nothing to do with the names there; all
     * methods of one bean factory share one set of keys for mutexes and one for sections.
     * The mutex of a key exists while a callback uses or waits for it. A call whose
     * expression fails or is null is rejected.
     * @return the name of the mutex, or empty for none
     */
    String acquireMutex() default "";

    /**
     * The critical section that the callback needs to begin: its thread is inside when
     * the method is called. {@link #leaveSection()} has to say the same, or the method
     * have a parameter of type {@link TpCallbackInstance}. Can be one of a key, as
     * {@link #acquireMutex()}.
     * @return the name of the section, or empty for none
     */
    String enterSection() default "";

    /**
     * What to do if something that the callback needs is not to be had at once.
     * {@code LATER} accepts the call; the callback is posted when it was given
     * everything. {@code WAIT} lets the caller wait for {@link #waitAtMost()} until it
     * was given everything; if it was not, the call is rejected. {@code REJECT} rejects
     * it at once. A rejected call fails its future with a
     * {@link dev.tpool.TpRejectedException}; for {@code void} the caller gets that
     * exception.
     * <p>
     * A mutex and a section belong to the thread of the callback, so the caller never
     * owns them: it waits until it is the callback's turn and nobody owns the lock. If
     * another thread takes the lock in code between that moment and the beginning of the
     * callback, the callback waits as if this were {@code LATER}. An interrupt ends the
     * wait of a caller as the end of the time does; the interrupt status is kept.
     * @return what to do
     */
    TpWhenUnavailable whenUnavailable() default TpWhenUnavailable.LATER;

    /**
     * How long the caller waits at most, as in {@code 500ms}, {@code 5s} or {@code PT5S}.
     * Placeholders are resolved. Has to be set for {@code whenUnavailable = WAIT}, and
     * only then.
     * @return the duration, or empty for none
     */
    String waitAtMost() default "";

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
     * The mutex that is released when the callback is over. {@link #acquireMutex()} takes
     * it for the method, or the method has to take it.
     * @return the name of the mutex, or empty for none
     */
    String releaseMutex() default "";

    /**
     * The critical section that is left when the callback is over.
     * {@link #enterSection()} enters it for the method, or the method has to enter it.
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

    /**
     * When the completion actions are carried out. {@code STAGE} puts them off until the
     * stage that the method returns completes, normally or not, and carries them out on
     * the thread that completes it; the caller's future completes after that. If the
     * method throws or returns {@code null}, they are carried out when the callback ends.
     * <p>
     * Either way the callback itself, and whoever waits for it, is over when the method
     * returns: the close of its cleanup group does not wait for the stage. Cancelling the
     * caller's future does not cancel the stage either, and the actions follow when it
     * completes. A stage that never completes never gives anything back: give it a
     * time-out. A mutex or a section cannot be kept until a stage completes, since they
     * belong to the thread of the callback. Actions that fail then are told to the
     * exception handler of the environment or else logged; a monitor of the pool is not
     * told.
     * @return when
     */
    TpCompletionPoint completion() default TpCompletionPoint.CALLBACK;

}
