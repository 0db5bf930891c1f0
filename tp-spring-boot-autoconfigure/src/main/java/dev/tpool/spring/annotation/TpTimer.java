package dev.tpool.spring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.tpool.TpCallbackInstance;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * The method is called by a timer, on a worker of the environment's pool. No thread is
 * held meanwhile.
 *
 * <pre class="code">
 * &#64;TpTimer(period = "10s", window = "1s", overlap = TpOverlap.SKIP)
 * &#64;TpCallback(environment = "imports", setEvent = "polled")
 * void poll() {
 * </pre>
 *
 * Either {@link #cron()}, or {@link #initialDelay()} or {@link #at()} and
 * {@link #period()} say when. All are strings in which placeholders ({@code ${...}}) and
 * expressions over the beans ({@code #{...}}) are resolved. Durations are written as
 * {@code 5s}, {@code 1m30s}, {@code PT5S} or a number of milliseconds. A timer never
 * fires early.
 * <p>
 * A {@link TpCallback @TpCallback} beside it, or on the type, says in which environment
 * the method runs, what it needs to begin and what is carried out when it has returned or
 * thrown. A callback that waits for a permit or a lock holds no thread, and is not over:
 * its timer goes by {@link #overlap()}. With {@link TpWhenUnavailable#REJECT} it is
 * dropped, and the exception handler of the environment gets a
 * {@link dev.tpool.TpRejectedException}; {@link TpWhenUnavailable#WAIT} is refused, as
 * nobody calls who could wait. A call of the method by other code is a plain call, unless
 * {@link TpCallback @TpCallback} stands on the method itself.
 * <p>
 * The method returns {@code void}, and may have a parameter of type
 * {@link TpCallbackInstance}. What it throws goes to the exception handler of the
 * environment, and the timer goes on. Its bean is a singleton; when that is destroyed the
 * timer is over. Timers begin when the application has started, and are the first thing
 * to be switched off when it stops, see {@link dev.tpool.spring.TpTriggers}.
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Repeatable(TpTimers.class)
public @interface TpTimer {

    /**
     * The value of {@link #cron()}, {@link #period()}, {@link #initialDelay()} or
     * {@link #at()} for a timer that never fires.
     */
    String DISABLED = "-";

    /**
     * Alias for {@link #period()}.
     * @return a duration
     */
    @AliasFor("period")
    String value() default "";

    /**
     * The time from one expiry to the next, at a fixed rate.
     * @return a duration above zero; empty to fire once, {@code -} for never
     */
    @AliasFor("value")
    String period() default "";

    /**
     * The time from the start of the application to the first expiry.
     * @return a duration, {@code -} for never; empty to fire for the first time when the
     * application starts, if there is a period
     */
    String initialDelay() default "";

    /**
     * The moment of the first expiry on the wall clock. One that has passed when the
     * application starts fires at once.
     * @return an ISO date and time with an offset, as in {@code 2030-01-01T00:00:00Z} or
     * {@code 2030-01-01T00:00:00+01:00}, {@code -} for never
     */
    String at() default "";

    /**
     * How much later than due the callback may be posted, so that the clock can serve
     * several timers at once.
     * @return a duration, not above the period; empty for none
     */
    String window() default "";

    /**
     * The moments on the wall clock at which the timer fires. It is set anew for each of
     * them, so it does not drift. After the clock was set ahead, or the machine slept,
     * one callback stands for all moments that were jumped over.
     * @return an expression of six fields as that of
     * {@link org.springframework.scheduling.support.CronExpression}, {@code -} for never
     */
    String cron() default "";

    /**
     * The time zone of {@link #cron()}.
     * @return the id of a zone, as in {@code Europe/Berlin}; empty for that of the system
     */
    String zone() default "";

    /**
     * What happens when the timer is due while an earlier callback of it is not over. Of
     * {@link TpOverlap#PARALLEL} callbacks of a cron expression one stands for all
     * moments that pass while it waits for a worker.
     * @return as in Windows by default, in parallel
     */
    TpOverlap overlap() default TpOverlap.PARALLEL;

}
