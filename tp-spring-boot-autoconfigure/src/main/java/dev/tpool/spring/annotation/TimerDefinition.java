package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpTrigger;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.util.StringValueResolver;

/**
 * What {@link TpTimer @TpTimer} says.
 */
final class TimerDefinition extends TriggerDefinition {

    private final boolean disabled;

    private final @Nullable Duration initialDelay;

    private final @Nullable Duration period;

    private final Duration window;

    private final @Nullable Instant at;

    private final @Nullable CronExpression cron;

    private final ZoneId zone;

    private final TpOverlap overlap;

    TimerDefinition(Class<?> beanClass, Method method, TpTimer annotation, StringValueResolver resolver) {
        super(TpTimer.class, beanClass, method, resolver);
        String periodText = text(annotation.period());
        String delayText = text(annotation.initialDelay());
        String atText = text(annotation.at());
        String cronText = text(annotation.cron());
        String zoneText = text(annotation.zone());
        List<String> when = new ArrayList<>(List.of(periodText, delayText, atText, cronText));
        this.disabled = when.remove(TpTimer.DISABLED);
        if (when.stream().allMatch(String::isEmpty) && !this.disabled) {
            throw wrong("it does not say when", "Set period, initialDelay, at or cron.");
        }
        this.period = this.disabled ? null : durationAboveZero("period", periodText, "for a timer that fires once");
        this.initialDelay = this.disabled ? null : duration("initialDelay", delayText);
        this.at = this.disabled ? null : at(atText);
        this.cron = this.disabled ? null : cron(cronText);
        this.zone = zone(zoneText);
        String windowText = text(annotation.window());
        Duration tolerance = duration("window", windowText);
        this.window = (tolerance != null) ? tolerance : Duration.ZERO;
        this.overlap = annotation.overlap();
        if (!this.disabled) {
            checkTogether(zoneText);
            if (this.period != null && this.window.compareTo(this.period) > 0) {
                throw wrong("window is '" + windowText + "', must not be above period, which is '" + periodText + "'",
                        "Make the window smaller.");
            }
        }
    }

    private void checkTogether(String zoneText) {
        if (this.cron != null && (this.period != null || this.initialDelay != null || this.at != null)) {
            throw wrong(
                    "cron is set together with "
                            + ((this.period != null) ? "period" : (this.at != null) ? "at" : "initialDelay"),
                    "Keep one of the two, or use two timers.");
        }
        if (this.cron == null && !zoneText.isEmpty()) {
            throw wrong("zone is set without cron", "Leave it out.");
        }
        if (this.at != null && this.initialDelay != null) {
            throw wrong("at is set together with initialDelay", "Keep one of the two, or use two timers.");
        }
        if (this.period == null && this.cron == null && this.overlap != TpOverlap.PARALLEL) {
            throw wrong("overlap is " + this.overlap + ", but the timer fires once", "Leave it out, or set a period.");
        }
        if (this.cron != null && this.cron.next(ZonedDateTime.now(this.zone)) == null) {
            throw wrong("cron is '" + this.cron + "', which no moment matches", "Correct the expression.");
        }
    }

    private @Nullable Instant at(String text) {
        try {
            return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
        }
        catch (DateTimeException ex) {
            throw wrong("at is '" + text + "', which is no date and time with an offset",
                    "Write it as 2030-01-01T00:00:00Z or 2030-01-01T00:00:00+01:00.", ex);
        }
    }

    private @Nullable CronExpression cron(String text) {
        try {
            return text.isEmpty() ? null : CronExpression.parse(text);
        }
        catch (IllegalArgumentException ex) {
            throw wrong("cron is '" + text + "', which cannot be read: " + ex.getMessage(),
                    "Write six fields: second, minute, hour, day of month, month, day of week.", ex);
        }
    }

    private ZoneId zone(String text) {
        try {
            return text.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(text);
        }
        catch (DateTimeException ex) {
            throw wrong("zone is '" + text + "', which is no time zone",
                    "Use the id of a zone, as in Europe/Berlin or UTC.", ex);
        }
    }

    @Override
    TpTrigger bind(Object bean, TpRegistry registry, ConfigurableListableBeanFactory beans,
            Supplier<EntryLocks> locks) {
        return new TimerTrigger(this, new TriggerMethod(this, bean, registry, locks));
    }

    boolean isDisabled() {
        return this.disabled;
    }

    /**
     * One start of the timer.
     */
    TimerRun run(TriggerMethod.Call call) {
        boolean serial = this.overlap != TpOverlap.PARALLEL;
        if (this.cron != null) {
            return new CronRun(call, serial, this.overlap == TpOverlap.QUEUE, this.cron, this.zone, this.window);
        }
        Duration delay = (this.initialDelay != null) ? this.initialDelay : Duration.ZERO;
        if (serial && this.period != null) {
            return new RateRun(call, this.overlap == TpOverlap.QUEUE, delay, this.at, this.period, this.window);
        }
        return new TimerRun(call, delay, this.at, (this.period != null) ? this.period : Duration.ZERO, this.window);
    }

    @Override
    String description() {
        if (this.disabled) {
            return "never";
        }
        StringBuilder text = new StringBuilder();
        if (this.cron != null) {
            text.append("cron '").append(this.cron).append("' in ").append(this.zone);
        }
        else {
            text.append((this.at != null) ? "at " + this.at
                    : (this.initialDelay != null) ? "after " + this.initialDelay : "at once");
            if (this.period != null) {
                text.append(", every ").append(this.period);
            }
        }
        if (!this.window.isZero()) {
            text.append(", window ").append(this.window);
        }
        if (this.overlap != TpOverlap.PARALLEL) {
            text.append(", ").append(this.overlap.name().toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

}
