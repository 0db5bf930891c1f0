package dev.tpool.stress;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sees to it that everybody goes on: if one of the threads has not said so for 30
 * seconds, or no callback has begun for as long, it prints what there is to see.
 */
final class Watchdog implements Runnable {

    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final Map<Thread, Long> beats = new ConcurrentHashMap<>();

    private final Ledger ledger;

    private final LongSupplier progress;

    private final Supplier<String> scene;

    private volatile boolean stalled;

    private long lastProgress = -1;

    private long lastProgressAt = System.nanoTime();

    Watchdog(Ledger ledger, LongSupplier progress, Supplier<String> scene) {
        this.ledger = ledger;
        this.progress = progress;
        this.scene = scene;
    }

    void beat() {
        this.beats.put(Thread.currentThread(), System.nanoTime());
    }

    void leave() {
        this.beats.remove(Thread.currentThread());
    }

    boolean isStalled() {
        return this.stalled;
    }

    /**
     * Looks once.
     */
    @Override
    public void run() {
        long now = System.nanoTime();
        long progressed = this.progress.getAsLong();
        if (progressed != this.lastProgress) {
            this.lastProgress = progressed;
            this.lastProgressAt = now;
        }
        this.beats.forEach((thread, last) -> {
            if (now - last > PATIENCE_NANOS) {
                stalled("thread '" + thread.getName() + "' has not come on for 30 s");
            }
        });
        if (now - this.lastProgressAt > PATIENCE_NANOS) {
            stalled("no callback has begun for 30 s");
        }
    }

    void printStacks() {
        StringBuilder text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            text.append('"').append(thread.getName()).append("\" ").append(thread.getState()).append('\n');
            for (StackTraceElement element : stack) {
                text.append("    at ").append(element).append('\n');
            }
        });
        System.err.println(text.append(this.scene.get()));
    }

    private void stalled(String what) {
        if (!this.stalled) {
            this.stalled = true;
            this.ledger.violation(what);
            printStacks();
        }
    }

}
