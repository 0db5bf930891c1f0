package dev.tpool.sync;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Looks for an interleaving in which threads see the semaphore, and the line before it,
 * do what no order of their operations explains.
 */
@Param(name = "permits", gen = IntGen.class, conf = "1:3")
public class TpSemaphoreLincheckTests {

    private static final int FULL = -1;

    private final TpSemaphore semaphore = TpSemaphore.of(0, 3);

    private final RecordingWaiter first = new RecordingWaiter();

    private final TpWaitable.Registration place = this.semaphore.register(this.first);

    @Operation
    public boolean tryAcquire(@Param(name = "permits") int permits) {
        return this.semaphore.tryAcquire(permits);
    }

    @Operation
    public int release(@Param(name = "permits") int permits) {
        try {
            return this.semaphore.release(permits);
        }
        catch (TpSemaphoreFullException ex) {
            return FULL;
        }
    }

    @Operation
    public int availablePermits() {
        return this.semaphore.availablePermits();
    }

    @Operation
    public int waiting() {
        return this.semaphore.waiting();
    }

    /**
     * Comes to stay.
     * @return whether a permit was there on arrival
     */
    @Operation
    public boolean register() {
        RecordingWaiter waiter = new RecordingWaiter();
        this.semaphore.register(waiter);
        return waiter.teller() == Thread.currentThread();
    }

    @Operation
    public boolean hasFirstClaimed() {
        return this.first.hasClaimed();
    }

    @Operation
    public boolean cancelFirst() {
        return this.place.cancel();
    }

    @Test
    void everyInterleavingIsExplainedByAnOrder() {
        new ModelCheckingOptions().iterations(12)
            .invocationsPerIteration(60)
            .threads(2)
            .actorsBefore(1)
            .actorsPerThread(3)
            .actorsAfter(1)
            .check(getClass());
    }

}
