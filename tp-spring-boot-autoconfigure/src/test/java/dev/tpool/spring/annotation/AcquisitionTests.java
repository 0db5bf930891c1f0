package dev.tpool.spring.annotation;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What can be seen of {@link Acquisition} by one thread.
 */
class AcquisitionTests {

    private final TpSemaphore semaphore = TpSemaphore.of(0, 1);

    private final AtomicInteger completed = new AtomicInteger();

    private Acquisition acquisition;

    @Test
    void aPlaceThatIsKnownLateIsNotTakenForThatOfTheNextWait() {
        PermitStep permits = new PermitStep(this.semaphore, 1);
        this.acquisition = new Acquisition(List.of(new FreedLater(), new GivenLater(permits)), 0, 1, this::complete);
        this.acquisition.begin();
        assertThat(this.completed).hasValue(1);
        assertThat(this.semaphore.waiting()).isEqualTo(1);

        this.acquisition.withdraw();

        assertThat(this.semaphore.waiting()).isZero();
        this.semaphore.release(1);
        assertThat(this.semaphore.availablePermits()).isEqualTo(1);
    }

    private void complete() {
        if (this.completed.incrementAndGet() == 1) {
            this.acquisition.retry();
        }
    }

    /**
     * Somebody takes the permit when the call comes here for the second time.
     */
    private final class FreedLater implements EntryStep {

        @Override
        public boolean tryTake() {
            if (AcquisitionTests.this.completed.get() == 1) {
                AcquisitionTests.this.semaphore.tryAcquire(1);
            }
            return true;
        }

        @Override
        public Runnable await(TpWaitable.Waiter waiter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void giveBack() {
            // Nothing was taken.
        }

    }

    /**
     * Somebody gives the permit just before the first place in line is taken: all that
     * follows is done by the time it is.
     */
    private final class GivenLater implements EntryStep {

        private final PermitStep permits;

        GivenLater(PermitStep permits) {
            this.permits = permits;
        }

        @Override
        public boolean tryTake() {
            return this.permits.tryTake();
        }

        @Override
        public Runnable await(TpWaitable.Waiter waiter) {
            if (AcquisitionTests.this.completed.get() == 0) {
                AcquisitionTests.this.semaphore.release(1);
            }
            return this.permits.await(waiter);
        }

        @Override
        public void giveBack() {
            this.permits.giveBack();
        }

    }

}
