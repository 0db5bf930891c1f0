package dev.tpool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task that can enter, and does nothing but count how often it is told of its end, and
 * what it has entered and not left.
 */
class CountingEntry implements TpDeferredTask<Object> {

    private final AtomicInteger told;

    private final AtomicInteger entered = new AtomicInteger();

    private final AtomicInteger runs = new AtomicInteger();

    private final AtomicInteger dropped = new AtomicInteger();

    CountingEntry(AtomicInteger told) {
        this.told = told;
    }

    /**
     * What it has entered and not left.
     */
    final int entered() {
        return this.entered.get();
    }

    final int runs() {
        return this.runs.get();
    }

    final int dropped() {
        return this.dropped.get();
    }

    @Override
    public String name() {
        return "counting";
    }

    @Override
    public boolean tryEnter() {
        this.entered.incrementAndGet();
        return true;
    }

    @Override
    public void undoEnter() {
        this.entered.decrementAndGet();
    }

    @Override
    public void run(TpCallbackInstance instance, Object context) {
        // Only its end matters.
    }

    @Override
    public void completed(Throwable failure) {
        this.entered.decrementAndGet();
        this.runs.incrementAndGet();
        this.told.incrementAndGet();
    }

    @Override
    public void cancelled() {
        this.dropped.incrementAndGet();
        this.told.incrementAndGet();
    }

}
