package dev.tpool.spring.task;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import dev.tpool.TpTimer;
import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.SimpleTriggerContext;

/**
 * When a task runs. The methods that change it are called by one thread at a time: the
 * one that schedules, and then the one that runs the task.
 */
abstract sealed class Schedule {

    abstract boolean repeats();

    /**
     * Determines the next run.
     * @return {@code false} if there is none
     */
    abstract boolean advance();

    /**
     * Sets a timer for the next run.
     */
    abstract void set(TpTimer timer);

    /**
     * The nanoseconds until the next run, negative if it is late. For any thread.
     */
    abstract long untilDue();

    /**
     * A run begins.
     */
    void begins() {
    }

    /**
     * A run has ended.
     */
    void ends() {
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        }
        catch (ArithmeticException ex) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /**
     * By the wall clock.
     */
    abstract static sealed class ByInstant extends Schedule {

        final Clock clock;

        volatile Instant due = Instant.EPOCH;

        ByInstant(Clock clock) {
            this.clock = clock;
        }

        @Override
        final void set(TpTimer timer) {
            // The clock may be any: what counts is how far it is from the moment.
            timer.set(Instant.now().plus(Duration.between(this.clock.instant(), this.due)));
        }

        @Override
        final long untilDue() {
            return nanos(Duration.between(this.clock.instant(), this.due));
        }

    }

    /**
     * One run.
     */
    static final class Once extends ByInstant {

        Once(Instant due, Clock clock) {
            super(clock);
            this.due = due;
        }

        @Override
        boolean repeats() {
            return false;
        }

        @Override
        boolean advance() {
            return true;
        }

    }

    /**
     * As often as a trigger says.
     */
    static final class ByTrigger extends ByInstant {

        private final Trigger trigger;

        private final SimpleTriggerContext runs;

        private @Nullable Instant began;

        ByTrigger(Trigger trigger, Clock clock) {
            super(clock);
            this.trigger = trigger;
            this.runs = new SimpleTriggerContext(clock);
        }

        @Override
        boolean repeats() {
            return true;
        }

        @Override
        boolean advance() {
            Instant next = this.trigger.nextExecution(this.runs);
            if (next == null) {
                return false;
            }
            this.due = next;
            return true;
        }

        @Override
        void begins() {
            this.began = this.clock.instant();
        }

        @Override
        void ends() {
            this.runs.update(this.due, this.began, this.clock.instant());
        }

    }

    /**
     * By the monotonic clock.
     */
    abstract static sealed class ByDelay extends Schedule {

        final long interval;

        /** As {@link System#nanoTime()}. */
        volatile long due;

        private boolean first = true;

        ByDelay(Duration initialDelay, Duration interval) {
            if (interval.isZero() || interval.isNegative()) {
                throw new IllegalArgumentException("the interval is " + interval + ", must be longer than zero");
            }
            this.interval = nanos(interval);
            this.due = System.nanoTime() + Math.min(nanos(initialDelay), Long.MAX_VALUE / 2);
        }

        @Override
        final boolean repeats() {
            return true;
        }

        @Override
        final boolean advance() {
            if (!this.first) {
                this.due = next();
            }
            this.first = false;
            return true;
        }

        abstract long next();

        @Override
        final void set(TpTimer timer) {
            timer.set(Duration.ofNanos(Math.max(0, untilDue())));
        }

        @Override
        final long untilDue() {
            return this.due - System.nanoTime();
        }

    }

    /**
     * From the beginning of one run to the beginning of the next.
     */
    static final class FixedRate extends ByDelay {

        FixedRate(Duration initialDelay, Duration period) {
            super(initialDelay, period);
        }

        @Override
        long next() {
            return this.due + Math.min(this.interval, Long.MAX_VALUE / 2);
        }

    }

    /**
     * From the end of one run to the beginning of the next.
     */
    static final class FixedDelay extends ByDelay {

        FixedDelay(Duration initialDelay, Duration delay) {
            super(initialDelay, delay);
        }

        @Override
        long next() {
            return System.nanoTime() + Math.min(this.interval, Long.MAX_VALUE / 2);
        }

    }

}
