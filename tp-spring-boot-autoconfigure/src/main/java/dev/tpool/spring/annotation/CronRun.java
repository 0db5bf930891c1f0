package dev.tpool.spring.annotation;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

import dev.tpool.TpTimer;

import org.springframework.scheduling.support.CronExpression;

/**
 * A timer that is set for one moment of the wall clock after the other.
 */
final class CronRun extends SelfSettingRun {

    /** A wall clock that gains more than that on the monotonic one has been set. */
    private static final Duration JUMP = Duration.ofSeconds(10);

    private final boolean catchUp;

    private final CronExpression cron;

    private final ZoneId zone;

    private volatile Instant due = Instant.MIN;

    private volatile Instant setAt = Instant.MIN;

    private volatile long setAtNanos;

    CronRun(TriggerMethod.Call call, boolean serial, boolean catchUp, CronExpression cron, ZoneId zone,
            Duration window) {
        super(call, serial, window);
        this.catchUp = catchUp;
        this.cron = cron;
        this.zone = zone;
    }

    @Override
    void begin(TpTimer timer) {
        setAfter(Instant.now(), timer);
    }

    @Override
    void setNext(TpTimer timer) {
        Instant now = Instant.now();
        Duration gained = Duration.between(this.setAt, now).minusNanos(System.nanoTime() - this.setAtNanos);
        setAfter(after(this.catchUp, this.due, now, gained), timer);
    }

    /**
     * After which moment the next one is looked for: no moment twice, though the clock
     * was set back, and none that a clock has jumped over.
     * @param due the last one
     * @param gained what passed on the wall clock alone since the timer was set for it
     */
    static Instant after(boolean catchUp, Instant due, Instant now, Duration gained) {
        Instant from = now;
        if (catchUp) {
            Instant reached = (gained.compareTo(JUMP) > 0) ? due.plus(gained) : due;
            from = reached.isBefore(now) ? reached : now;
        }
        return from.isBefore(due) ? due : from;
    }

    private void setAfter(Instant from, TpTimer timer) {
        ZonedDateTime next = this.cron.next(from.atZone(this.zone));
        if (next == null) {
            over();
            return;
        }
        this.due = next.toInstant();
        this.setAt = Instant.now();
        this.setAtNanos = System.nanoTime();
        timer.set(this.due, Duration.ZERO, window());
    }

}
