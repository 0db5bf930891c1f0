package dev.tpool.spring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpWaitResult;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * The method is called when a named event, semaphore or other waitable is signalled, or a
 * time is over without that, on a worker of the environment's pool. No thread is held
 * meanwhile.
 *
 * <pre class="code">
 * &#64;TpWait(event = "import-done", timeout = "1m")
 * void report(TpWaitResult result) {
 * </pre>
 *
 * Exactly one of {@link #event()}, {@link #semaphore()} and {@link #waitable()} is named.
 * A signal is consumed: an auto-reset event is reset, and a permit taken, which
 * {@link TpCallback#releaseSemaphore()} or the method may give back.
 * <p>
 * The wait is set anew when the method has returned or thrown, so its callbacks come one
 * after the other, and a signal that comes meanwhile stays with the event or semaphore.
 * What stays signalled, as a manual-reset event or a completed stage, would call the
 * method again and again; it is for {@link #once()}.
 * <p>
 * A {@link TpCallback @TpCallback} beside it, or on the type, says in which environment
 * the method runs, what it needs to begin and what is carried out when it has returned or
 * thrown. A callback that waits for a permit or a lock holds no thread, and the wait is
 * set anew when it is over. With {@link TpWhenUnavailable#REJECT} it is dropped, and the
 * exception handler of the environment gets a {@link dev.tpool.TpRejectedException};
 * {@link TpWhenUnavailable#WAIT} is refused, as nobody calls who could wait. A call of
 * the method by other code is a plain call, unless {@link TpCallback @TpCallback} stands
 * on the method itself.
 * <p>
 * The method returns {@code void}, and may have a parameter of type
 * {@link TpCallbackInstance} and one of type {@link TpWaitResult}. What it throws goes to
 * the exception handler of the environment, and the wait goes on. Its bean is a
 * singleton; when that is destroyed the wait is over. Waits begin when the application
 * has started, and are the first thing to be switched off when it stops, see
 * {@link dev.tpool.spring.TpTriggers}.
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
public @interface TpWait {

    /**
     * The event to wait for.
     * @return the name of the event, or empty
     */
    String event() default "";

    /**
     * The semaphore to take a permit of.
     * @return the name of the semaphore, or empty
     */
    String semaphore() default "";

    /**
     * The {@link dev.tpool.sync.TpWaitable} to wait for.
     * @return the name of the bean, or empty
     */
    String waitable() default "";

    /**
     * How long to wait each time. When it is over the method is called with
     * {@link TpWaitResult#TIMED_OUT}.
     * @return a duration above zero as in {@link TpTimer @TpTimer}; empty to wait for as
     * long as it takes
     */
    String timeout() default "";

    /**
     * Whether the wait is over after the first signal or time-out, instead of being set
     * anew.
     * @return {@code false} by default
     */
    boolean once() default false;

}
