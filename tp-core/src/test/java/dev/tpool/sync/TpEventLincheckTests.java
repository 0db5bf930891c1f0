package dev.tpool.sync;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Looks for an interleaving in which threads see an event, and the line before it, do
 * what no order of their operations explains. Lincheck makes the instances by itself,
 * hence a class for each kind of event.
 */
public abstract class TpEventLincheckTests {

    private final TpEvent event;

    private final RecordingWaiter first = new RecordingWaiter();

    private final TpWaitable.Registration place;

    TpEventLincheckTests(TpEvent event) {
        this.event = event;
        this.place = event.register(this.first);
    }

    @Operation
    public void set() {
        this.event.set();
    }

    @Operation
    public void reset() {
        this.event.reset();
    }

    @Operation
    public boolean isSet() {
        return this.event.isSet();
    }

    @Operation
    public boolean tryAwait() {
        return this.event.tryAwait();
    }

    @Operation
    public int waiting() {
        return this.event.waiting();
    }

    @Operation
    public boolean hasFirstClaimed() {
        return this.first.hasClaimed();
    }

    @Operation
    public boolean cancelFirst() {
        return this.place.cancel();
    }

    /**
     * Comes to stay.
     * @return whether a signal was there on arrival
     */
    @Operation
    public boolean register() {
        RecordingWaiter waiter = new RecordingWaiter();
        this.event.register(waiter);
        return waiter.teller() == Thread.currentThread();
    }

    @Test
    void everyInterleavingIsExplainedByAnOrder() {
        new ModelCheckingOptions().iterations(12)
            .invocationsPerIteration(60)
            .threads(2)
            .actorsPerThread(3)
            .actorsBefore(1)
            .actorsAfter(1)
            .check(getClass());
    }

}
