package dev.tpool;

import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A work object whose posts are counted.
 */
final class Counted {

    final AtomicLong submissions = new AtomicLong();

    final AtomicLong executions = new AtomicLong();

    final AtomicLong cancellations = new AtomicLong();

    volatile TpWork work;

    /**
     * Posts, unless the object is closed or the queue full.
     */
    void submit() {
        try {
            this.work.submit();
            this.submissions.incrementAndGet();
        }
        catch (IllegalStateException | TpRejectedException ex) {
            // It was not posted.
        }
    }

    void cancel() {
        this.cancellations.addAndGet(this.work.cancelPendingCallbacks());
    }

    void assertAccountedFor() {
        assertThat(this.executions.get() + this.cancellations.get()).isEqualTo(this.submissions.get());
        assertThat(this.work.pending()).isZero();
        assertThat(this.work.running()).isZero();
    }

}
