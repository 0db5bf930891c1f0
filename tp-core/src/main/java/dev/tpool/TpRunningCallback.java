package dev.tpool;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One running callback at one moment.
 *
 * @param name the name of its object
 * @param kind the kind of its object
 * @param priority its priority
 * @param cleanupGroup the name of its cleanup group, or {@code null}
 * @param thread the name of the thread it runs on
 * @param threadId the id of that thread
 * @param age how long it has been running, or {@code null} if the pool has no monitor,
 * since then no clock is read
 * @param startedNanos when it began, in nanoseconds of the pool's ticker, or 0 if the
 * pool has no monitor. Together with the thread it tells one callback from the next.
 * @param longRunning whether it, or its environment, said that it may run long
 * @param disassociated whether it disassociated its thread from the object
 * @param completionActions what will happen when it returns, in order
 */
public record TpRunningCallback(String name, TpObjectKind kind, TpPriority priority, @Nullable String cleanupGroup,
        String thread, long threadId, @Nullable Duration age, long startedNanos, boolean longRunning,
        boolean disassociated, List<TpCompletionAction> completionActions) {
}
