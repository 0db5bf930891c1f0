package dev.tpool;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Tells several monitors, each even if one before it throws.
 */
final class CompositeMonitor implements TpMonitor {

    private final List<TpMonitor> monitors;

    CompositeMonitor(List<TpMonitor> monitors) {
        this.monitors = monitors;
    }

    @Override
    public void callbackQueued(TpCallbackSource source) {
        tellAll((monitor) -> monitor.callbackQueued(source));
    }

    @Override
    public void callbackStarted(TpCallbackSource source, long queueNanos) {
        tellAll((monitor) -> monitor.callbackStarted(source, queueNanos));
    }

    @Override
    public void callbackEnded(TpCallbackSource source, long runNanos, @Nullable Throwable failure) {
        tellAll((monitor) -> monitor.callbackEnded(source, runNanos, failure));
    }

    @Override
    public void callbacksDropped(TpCallbackSource source, long count) {
        tellAll((monitor) -> monitor.callbacksDropped(source, count));
    }

    @Override
    public void callbackRejected(String name) {
        tellAll((monitor) -> monitor.callbackRejected(name));
    }

    @Override
    public void completionActionEnded(TpCallbackSource source, TpCompletionAction action, @Nullable Throwable failure) {
        tellAll((monitor) -> monitor.completionActionEnded(source, action, failure));
    }

    @Override
    public void poolStarved(TpPoolSnapshot pool, Duration blockedFor) {
        tellAll((monitor) -> monitor.poolStarved(pool, blockedFor));
    }

    private void tellAll(Consumer<TpMonitor> event) {
        Throwable failure = null;
        for (TpMonitor monitor : this.monitors) {
            try {
                event.accept(monitor);
            }
            catch (Throwable ex) {
                failure = Failures.join(failure, ex);
            }
        }
        Failures.rethrow(failure);
    }

}
