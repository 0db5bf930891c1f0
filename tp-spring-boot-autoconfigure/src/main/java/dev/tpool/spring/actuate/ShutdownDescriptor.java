package dev.tpool.spring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.tpool.spring.TpShutdownReport;
import org.jspecify.annotations.Nullable;

/**
 * What the end of the pools did.
 *
 * @param elapsedMillis how long it took
 * @param limitMillis how long it was allowed to take
 * @param ran the callbacks that ended meanwhile
 * @param disarmed the timers and waits that were disarmed
 * @param dropped the callbacks that were dropped, by name
 * @param undrained those of them that were to run
 * @param tooShort the properties that would give these more time if they were raised
 * @param stillRunning the callbacks that did not end in time
 */
public record ShutdownDescriptor(long elapsedMillis, long limitMillis, long ran, int disarmed,
        Map<String, Long> dropped, Map<String, Long> undrained, List<String> tooShort,
        List<HangingCallbackDescriptor> stillRunning) {

    static ShutdownDescriptor of(TpShutdownReport report) {
        return new ShutdownDescriptor(report.elapsed().toMillis(), report.limit().toMillis(), report.ranCount(),
                report.disarmed(), report.dropped(), report.undrained(), report.tooShort(),
                report.stillRunning().stream().map(HangingCallbackDescriptor::of).toList());
    }

    /**
     * One callback that did not end in time.
     *
     * @param pool the name of its pool
     * @param name the name of its object or task
     * @param thread the name of its thread
     * @param ageMillis how long it had been running, {@code null} if nobody measures
     * @param stack where it was, the innermost frame first
     */
    public record HangingCallbackDescriptor(String pool, String name, String thread, @Nullable Long ageMillis,
            List<String> stack) {

        static HangingCallbackDescriptor of(TpShutdownReport.RunningCallback callback) {
            Duration age = callback.age();
            return new HangingCallbackDescriptor(callback.pool(), callback.name(), callback.thread(),
                    (age != null) ? age.toMillis() : null,
                    callback.stack().stream().map(StackTraceElement::toString).toList());
        }

    }

}
