package dev.tpool.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.springframework.context.SmartLifecycle;

/**
 * The timers and waits of a context. They begin when all else of the context has started,
 * and are the first thing that is switched off when it stops, pauses or closes, so that
 * nothing new comes while the rest is drained. Safe for use by any thread.
 */
public final class TpTriggers implements SmartLifecycle, TpShutdownParticipant {

    /**
     * The phase: the last to start and the first to stop.
     */
    public static final int PHASE = SmartLifecycle.DEFAULT_PHASE;

    private final List<TpTrigger> triggers = new CopyOnWriteArrayList<>();

    private volatile boolean running;

    /**
     * Creates an empty list.
     */
    public TpTriggers() {
    }

    /**
     * Adds a trigger, and starts it if the others are started already.
     * @param trigger the trigger
     * @throws RuntimeException what the start of it throws
     */
    public void add(TpTrigger trigger) {
        this.triggers.add(trigger);
        if (this.running) {
            start(trigger);
        }
    }

    /**
     * Stops a trigger, drops those of its callbacks that wait for what they need to
     * begin, and forgets it.
     * @param trigger the trigger
     */
    public void remove(TpTrigger trigger) {
        this.triggers.remove(trigger);
        end(trigger);
    }

    private static void end(TpTrigger trigger) {
        trigger.stop();
        trigger.dropWaiting();
    }

    /**
     * The triggers, in the order in which they were added.
     * @return those that are there at this moment, whether started or not
     */
    public List<TpTrigger> triggers() {
        return List.copyOf(this.triggers);
    }

    /**
     * Starts all.
     * @throws RuntimeException what the start of one of them throws; those that come
     * after it are not started then
     */
    @Override
    public void start() {
        this.running = true;
        this.triggers.forEach(this::start);
    }

    private void start(TpTrigger trigger) {
        trigger.start();
        // A stop that came meanwhile may have met it before it was started.
        if (!this.running || !this.triggers.contains(trigger)) {
            end(trigger);
        }
    }

    /**
     * Stops all, and drops those of their callbacks that wait for what they need to
     * begin. Does not wait for callbacks that are queued or running.
     * @throws RuntimeException what the stop of one of them throws, after all others have
     * been stopped
     */
    @Override
    public void stop() {
        stop(TpTriggers::end);
    }

    private void stop(Consumer<TpTrigger> how) {
        this.running = false;
        List<RuntimeException> failures = new ArrayList<>();
        for (TpTrigger trigger : this.triggers) {
            try {
                how.accept(trigger);
            }
            catch (RuntimeException ex) {
                failures.add(ex);
            }
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.remove(0);
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    /**
     * Stops all before anything else of the context is stopped. What waits for a permit
     * or a lock is left to the end of the pools.
     */
    @Override
    public void stopTriggers() {
        stop(TpTrigger::stop);
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

}
