package dev.tpool.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What {@link TpWaitable} promises, for every implementation. To test one of your own,
 * extend this class and answer the three questions.
 */
public abstract class TpWaitableContractTests {

    private TpWaitable waitable;

    /**
     * A new waitable with no signal.
     */
    protected abstract TpWaitable create() throws Exception;

    /**
     * Gives one signal to the waitable made last. It may arrive later, on another thread.
     */
    protected abstract void signal() throws Exception;

    /**
     * Whether a signal is gone once a waiter accepted it.
     */
    protected abstract boolean signalIsConsumed();

    @BeforeEach
    void createWaitable() throws Exception {
        this.waitable = create();
    }

    @Test
    void tellsAWaiterOnceWhenTheSignalComes() throws Exception {
        RecordingWaiter waiter = new RecordingWaiter();
        TpWaitable.Registration registration = this.waitable.register(waiter);
        waiter.assertUntouched();

        signal();

        waiter.awaitTold();
        assertThat(registration.cancel()).isFalse();
        assertThat(registration.cancel()).isFalse();
    }

    @Test
    void tellsAWaiterOnArrivalIfTheSignalIsThere() throws Exception {
        signal();
        awaitSignal();

        RecordingWaiter waiter = new RecordingWaiter();
        TpWaitable.Registration registration = this.waitable.register(waiter);

        assertThat(waiter.teller()).isSameAs(Thread.currentThread());
        waiter.awaitTold();
        assertThat(registration.cancel()).isFalse();
    }

    @Test
    void leavesACancelledWaiterAlone() throws Exception {
        RecordingWaiter cancelled = new RecordingWaiter();
        RecordingWaiter next = new RecordingWaiter();
        TpWaitable.Registration registration = this.waitable.register(cancelled);
        this.waitable.register(next);

        assertThat(registration.cancel()).isTrue();
        assertThat(registration.cancel()).isTrue();
        signal();

        next.awaitTold();
        cancelled.assertUntouched();
        assertThat(registration.cancel()).isTrue();
    }

    @Test
    void consumesNothingByCancelling() throws Exception {
        this.waitable.register(new RecordingWaiter()).cancel();
        signal();

        RecordingWaiter next = new RecordingWaiter();
        this.waitable.register(next);

        next.awaitTold();
    }

    @Test
    void passesADeclinedSignalOn() throws Exception {
        RecordingWaiter declining = RecordingWaiter.declining();
        RecordingWaiter next = new RecordingWaiter();
        TpWaitable.Registration registration = this.waitable.register(declining);
        this.waitable.register(next);

        signal();

        next.awaitTold();
        declining.assertDeclined();
        assertThat(registration.cancel()).isTrue();
    }

    @Test
    void keepsASignalThatAllDecline() throws Exception {
        RecordingWaiter first = RecordingWaiter.declining();
        RecordingWaiter second = RecordingWaiter.declining();
        this.waitable.register(first);
        this.waitable.register(second);

        signal();
        awaitSignal();

        first.assertDeclined();
        second.assertDeclined();
        RecordingWaiter onArrival = RecordingWaiter.declining();
        assertThat(this.waitable.register(onArrival).cancel()).isTrue();
        onArrival.assertDeclined();
        RecordingWaiter accepting = new RecordingWaiter();
        this.waitable.register(accepting);
        accepting.awaitTold();
    }

    @Test
    void givesOneSignalToOneWaiterOrToAll() throws Exception {
        RecordingWaiter first = new RecordingWaiter();
        RecordingWaiter second = new RecordingWaiter();
        this.waitable.register(first);
        TpWaitable.Registration registration = this.waitable.register(second);

        signal();

        first.awaitTold();
        if (signalIsConsumed()) {
            assertThat(registration.cancel()).isTrue();
            second.assertUntouched();
        }
        else {
            second.awaitTold();
        }
    }

    @Test
    void servesWaitersInTheOrderInWhichTheyCame() throws Exception {
        Queue<Integer> order = new ConcurrentLinkedQueue<>();
        List<Integer> expected = new ArrayList<>();
        RecordingWaiter last = null;
        for (int i = 0; i < 5; i++) {
            int number = i;
            last = new RecordingWaiter() {

                @Override
                public void signalled() {
                    order.add(number);
                    super.signalled();
                }

            };
            this.waitable.register(last);
            expected.add(number);
        }

        for (int i = 0; i < (signalIsConsumed() ? 5 : 1); i++) {
            signal();
        }

        last.awaitTold();
        assertThat(order).containsExactlyElementsOf(expected);
    }

    @Test
    void takesTheSameWaiterTwice() throws Exception {
        AtomicInteger told = new AtomicInteger();
        TpWaitable.Waiter waiter = new TpWaitable.Waiter() {

            @Override
            public boolean claim() {
                return true;
            }

            @Override
            public void signalled() {
                told.incrementAndGet();
            }

        };
        RecordingWaiter last = new RecordingWaiter();
        TpWaitable.Registration first = this.waitable.register(waiter);
        TpWaitable.Registration second = this.waitable.register(waiter);
        this.waitable.register(last);

        assertThat(first.cancel()).isTrue();
        signal();
        if (signalIsConsumed()) {
            signal();
        }

        last.awaitTold();
        assertThat(told).hasValue(1);
        assertThat(second.cancel()).isFalse();
    }

    @Test
    void holdsNoLockWhileItTellsAWaiter() throws Exception {
        AtomicReference<RecordingWaiter> registeredInside = new AtomicReference<>();
        RecordingWaiter waiter = new RecordingWaiter() {

            @Override
            public void signalled() {
                // From another thread: its locks would not be this one's.
                RecordingWaiter inside = new RecordingWaiter();
                try {
                    Background.run(() -> TpWaitableContractTests.this.waitable.register(inside)).result();
                    registeredInside.set(inside);
                }
                catch (Exception ex) {
                    throw new IllegalStateException(ex);
                }
                super.signalled();
            }

        };
        this.waitable.register(waiter);

        signal();

        waiter.awaitTold();
        assertThat(registeredInside.get()).isNotNull();
        if (signalIsConsumed()) {
            signal();
        }
        registeredInside.get().awaitTold();
    }

    @Test
    void letsAWaiterRegisterAgainWhileItIsTold() throws Exception {
        RecordingWaiter again = new RecordingWaiter();
        RecordingWaiter waiter = new RecordingWaiter() {

            @Override
            public void signalled() {
                TpWaitableContractTests.this.waitable.register(again);
                super.signalled();
            }

        };
        this.waitable.register(waiter);

        signal();
        waiter.awaitTold();
        if (signalIsConsumed()) {
            again.assertUntouched();
            signal();
        }

        again.awaitTold();
    }

    @Test
    void tellsTheOthersIfOneThrows() throws Exception {
        RecordingWaiter throwing = new RecordingWaiter() {

            @Override
            public void signalled() {
                super.signalled();
                quietly();
                throw new IllegalStateException("thrown by a waiter");
            }

        };
        RecordingWaiter next = new RecordingWaiter();
        this.waitable.register(throwing);
        this.waitable.register(next);

        signalQuietly();
        if (signalIsConsumed()) {
            signalQuietly();
        }

        throwing.awaitTold();
        next.awaitTold();
    }

    @Test
    void takesAThrowOutOfClaimAsDeclined() throws Exception {
        RecordingWaiter throwing = new RecordingWaiter() {

            @Override
            public boolean claim() {
                super.claim();
                quietly();
                throw new IllegalStateException("thrown by a claim");
            }

        };
        RecordingWaiter next = new RecordingWaiter();
        TpWaitable.Registration registration = this.waitable.register(throwing);
        this.waitable.register(next);

        signalQuietly();

        next.awaitTold();
        throwing.assertDeclined();
        assertThat(registration.cancel()).isTrue();
    }

    @Test
    void neitherLosesNorDoublesASignalThatRacesWithCancel() throws Exception {
        int rounds = signalIsConsumed() ? 500 : 30;
        for (int round = 0; round < rounds; round++) {
            if (!signalIsConsumed()) {
                createWaitable();
            }
            RecordingWaiter raced = new RecordingWaiter();
            RecordingWaiter next = new RecordingWaiter();
            TpWaitable.Registration registration = this.waitable.register(raced);
            TpWaitable.Registration nextRegistration = this.waitable.register(next);
            CyclicBarrier start = new CyclicBarrier(2);
            Background<Boolean> canceller = Background.start(() -> {
                start.await();
                return registration.cancel();
            });

            start.await();
            if (ThreadLocalRandom.current().nextBoolean()) {
                Thread.onSpinWait();
            }
            signal();

            boolean cancelled = canceller.result();
            if (cancelled) {
                next.awaitTold();
                raced.assertUntouched();
            }
            else {
                raced.awaitTold();
                assertThat(nextRegistration.cancel()).isEqualTo(signalIsConsumed());
            }
        }
    }

    @Test
    void leavesAWithdrawnWaiterInPeaceUnderContention() throws Exception {
        assumeTrue(signalIsConsumed(), "only a consumed signal can be lost");
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        List<Background<Void>> crowd = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            crowd.add(Background.run(() -> {
                while (!over.get()) {
                    WithdrawingWaiter waiter = new WithdrawingWaiter(told);
                    TpWaitable.Registration registration = this.waitable.register(waiter);
                    if (!waiter.withdraw()) {
                        accepted.incrementAndGet();
                    }
                    registration.cancel();
                }
            }));
        }

        int signals = 500;
        for (int i = 0; i < signals; i++) {
            signal();
            // One at a time: an event would swallow a second one.
            while (accepted.get() <= i) {
                LockSupport.parkNanos(1_000);
                assertThat(Thread.currentThread().isInterrupted()).as("signal %d of %d is lost", i, signals).isFalse();
            }
        }
        over.set(true);
        for (Background<Void> member : crowd) {
            member.result();
        }

        assertThat(accepted).hasValue(signals);
        assertThat(told).hasValue(signals);
        RecordingWaiter late = new RecordingWaiter();
        assertThat(this.waitable.register(late).cancel()).as("no signal is left").isTrue();
    }

    /**
     * Waits until a signal that may take its time has arrived.
     */
    private void awaitSignal() throws Exception {
        if (!signalIsConsumed()) {
            RecordingWaiter probe = new RecordingWaiter();
            this.waitable.register(probe);
            probe.awaitTold();
        }
    }

    /**
     * Gives a signal on a thread whose handler keeps quiet.
     */
    private void signalQuietly() throws Exception {
        Background.run(() -> {
            quietly();
            signal();
        }).result();
    }

    private static void quietly() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
        });
    }

    /**
     * Accepts as long as it has not withdrawn, as a wait of the pool does.
     */
    private static final class WithdrawingWaiter implements TpWaitable.Waiter {

        private final AtomicBoolean decided = new AtomicBoolean();

        private final AtomicInteger told;

        private WithdrawingWaiter(AtomicInteger told) {
            this.told = told;
        }

        boolean withdraw() {
            return this.decided.compareAndSet(false, true);
        }

        @Override
        public boolean claim() {
            return this.decided.compareAndSet(false, true);
        }

        @Override
        public void signalled() {
            this.told.incrementAndGet();
        }

    }

}
