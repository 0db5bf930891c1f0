package dev.tpool.sync;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A waiter that remembers how it was called, and finds fault if that breaks the contract.
 */
class RecordingWaiter implements TpWaitable.Waiter {

    private final boolean accepts;

    private final AtomicInteger claims = new AtomicInteger();

    private final AtomicInteger tellings = new AtomicInteger();

    private final CountDownLatch told = new CountDownLatch(1);

    private volatile Thread teller;

    private RecordingWaiter(boolean accepts) {
        this.accepts = accepts;
    }

    RecordingWaiter() {
        this(true);
    }

    static RecordingWaiter declining() {
        return new RecordingWaiter(false);
    }

    @Override
    public boolean claim() {
        this.claims.incrementAndGet();
        return this.accepts;
    }

    @Override
    public void signalled() {
        this.teller = Thread.currentThread();
        this.tellings.incrementAndGet();
        this.told.countDown();
    }

    boolean hasClaimed() {
        return this.claims.get() > 0;
    }

    Thread teller() {
        return this.teller;
    }

    void awaitTold() throws InterruptedException {
        assertThat(this.told.await(60, TimeUnit.SECONDS)).as("told").isTrue();
        assertThat(this.claims).hasValue(1);
        assertThat(this.tellings).hasValue(1);
    }

    void assertUntouched() {
        assertThat(this.claims).as("claims").hasValue(0);
        assertThat(this.tellings).as("tellings").hasValue(0);
    }

    void assertDeclined() {
        assertThat(this.claims).as("claims").hasValue(1);
        assertThat(this.tellings).as("tellings").hasValue(0);
    }

}
