package dev.tpool.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import dev.tpool.sync.TpReusableWaiter.Leaving;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Waiters that are their own place in line.
 */
class TpReusableWaiterTests {

    private final TpEvent event = TpEvent.autoReset();

    private final TpSemaphore semaphore = TpSemaphore.of(0, 10);

    private final Again waiter = new Again();

    @Test
    void isItsOwnRegistration() {
        assertThat(this.event.register(this.waiter)).isSameAs(this.waiter);

        assertThat(this.event.waiting()).isOne();
        assertThat(this.waiter.cancel()).isTrue();
        assertThat(this.waiter.cancel()).isTrue();
        assertThat(this.event.waiting()).isZero();
    }

    @Test
    void mayBeRegisteredAgainOnceItHasLeft() {
        this.event.register(this.waiter);

        assertThat(this.waiter.leave()).isTrue();
        assertThat(this.waiter.leave()).isFalse();

        assertThat(this.semaphore.register(this.waiter)).isSameAs(this.waiter);
        this.event.set();
        assertThat(this.waiter.told).isZero();
        this.semaphore.release();
        assertThat(this.waiter.told).isOne();
        assertThat(this.event.isSet()).isTrue();
        assertThat(this.waiter.cancel()).isFalse();
    }

    @Test
    void mayBeRegisteredAgainWhileItIsTold() {
        this.waiter.again = () -> this.semaphore.register(this.waiter);
        this.event.register(this.waiter);

        this.event.set();
        assertThat(this.semaphore.waiting()).isOne();
        assertThat(this.waiter.leave()).isTrue();

        assertThat(this.waiter.told).isOne();
    }

    @Test
    void isServedInLineWithOthersEachTimeItComes() {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            this.semaphore.register(noting(order, "before"));
            this.waiter.again = () -> order.add("again");
            this.semaphore.register(this.waiter);
            this.semaphore.register(noting(order, "after"));
            this.semaphore.release(3);
        }

        assertThat(order).containsExactly("before", "again", "after", "before", "again", "after", "before", "again",
                "after");
    }

    @Test
    void getsARegistrationOfItsOwnIfItStandsInLineAlready() {
        TpWaitable.Registration first = this.event.register(this.waiter);
        TpWaitable.Registration second = this.event.register(this.waiter);

        assertThat(second).isNotSameAs(first);
        assertThat(this.event.waiting()).isEqualTo(2);
        assertThat(second.cancel()).isTrue();
        this.event.set();
        assertThat(this.waiter.told).isOne();
    }

    @Test
    void getsARegistrationOfItsOwnForSeveralPermits() {
        TpWaitable.Registration several = this.semaphore.registerFor(this.waiter, 2);

        this.semaphore.release();
        assertThat(this.waiter.told).isZero();
        this.semaphore.release();
        assertThat(this.waiter.told).isOne();
        assertThat(several).isNotSameAs(this.waiter);
        assertThat(several.cancel()).isFalse();
    }

    @Test
    void leavesTheSignalIfItDeclines() {
        this.waiter.accepts = false;
        this.event.register(this.waiter);

        this.event.set();

        assertThat(this.event.isSet()).isTrue();
        assertThat(this.waiter.told).isZero();
        assertThat(this.waiter.leave()).isFalse();
        assertThat(this.waiter.cancel()).isTrue();
    }

    @Test
    void hasDeclinedIfItThrowsAndTheHandlerIsTold() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        IllegalStateException failure = new IllegalStateException("thrown by a claim");
        this.waiter.failure = failure;
        this.event.register(this.waiter);

        Background.run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> failures.add(thrown));
            this.event.set();
        }).result();

        assertThat(failures).containsExactly(failure);
        assertThat(this.event.isSet()).isTrue();
        assertThat(this.waiter.told).isZero();
        assertThat(this.waiter.cancel()).isTrue();
    }

    @Test
    void saysWhoTakesItForItsOwnPlace() {
        assertThat(TpReusableWaiter.isToldBy(this.event)).isTrue();
        assertThat(TpReusableWaiter.isToldBy(this.semaphore)).isTrue();
        assertThat(TpReusableWaiter.isToldBy(TpWaitable.of(new CompletableFuture<>()))).isTrue();
        TpWaitable ofSomebody = (each) -> this.event.register(each);
        assertThat(TpReusableWaiter.isToldBy(ofSomebody)).isFalse();
    }

    @Test
    void entersAtOnceWhereItHasToWait() {
        assertThat(this.waiter.tryEnter(this.event)).isTrue();
        assertThat(this.event.waiting()).isOne();

        this.event.set();
        assertThat(this.waiter.told).isOne();
        assertThat(this.waiter.tryEnter(this.semaphore)).isTrue();
        assertThat(this.waiter.leave()).isTrue();
        assertThat(this.semaphore.waiting()).isZero();
    }

    @Test
    void doesNotEnterAtOnceWhereASignalIsThere() {
        this.event.set();

        assertThat(this.waiter.tryEnter(this.event)).isFalse();
        assertThat(this.event.isSet()).isTrue();
        assertThat(this.event.waiting()).isZero();
        assertThat(this.waiter.told).isZero();

        assertThat(this.event.register(this.waiter)).isSameAs(this.waiter);
        assertThat(this.waiter.told).isOne();
        this.event.set();
        assertThat(this.waiter.tryEnter(this.event)).isFalse();
        assertThat(this.waiter.cancel()).as("the last registration").isFalse();
    }

    @Test
    void entersAtOnceBehindOneWhoWantsMoreThanThereIs() {
        List<String> order = new ArrayList<>();
        this.semaphore.registerFor(noting(order, "two"), 2);
        this.semaphore.release();
        this.waiter.again = () -> order.add("one");

        assertThat(this.waiter.tryEnter(this.semaphore)).isTrue();
        assertThat(this.semaphore.waiting()).isEqualTo(2);
        assertThat(this.semaphore.availablePermits()).isOne();
        assertThat(order).isEmpty();

        this.semaphore.release(2);
        assertThat(order).containsExactly("two", "one");
    }

    @Test
    void doesNotEnterAtOnceWhereItIsInLineOrOthersDecide() {
        this.event.register(this.waiter);

        assertThat(this.waiter.tryEnter(this.event)).isFalse();
        assertThat(this.waiter.tryEnter(this.semaphore)).isFalse();
        assertThat(this.event.waiting()).isOne();
        this.waiter.leave();

        TpWaitable ofSomebody = (each) -> this.event.register(each);
        assertThat(this.waiter.tryEnter(ofSomebody)).isFalse();
        assertThat(this.event.waiting()).isZero();
    }

    @Test
    void doesNotEnterAtOnceWhileSomebodyIsServed() {
        List<Boolean> entered = new ArrayList<>();
        this.event.register(new RecordingWaiter() {

            @Override
            public boolean claim() {
                entered.add(TpReusableWaiterTests.this.waiter.tryEnter(TpReusableWaiterTests.this.event));
                return true;
            }

        });

        this.event.set();

        assertThat(entered).containsExactly(false);
        assertThat(this.event.waiting()).isZero();
        assertThat(this.waiter.tryEnter(this.event)).isTrue();
    }

    @Test
    void leavesIfItAgrees() {
        this.event.register(this.waiter);

        this.waiter.agrees = () -> false;
        assertThat(this.waiter.tryLeave()).isSameAs(Leaving.STAYED);
        assertThat(this.event.waiting()).isOne();

        this.waiter.agrees = () -> true;
        assertThat(this.waiter.tryLeave()).isSameAs(Leaving.LEFT);
        assertThat(this.event.waiting()).isZero();
        this.event.set();
        assertThat(this.event.isSet()).isTrue();

        this.waiter.agrees = () -> {
            throw new AssertionError("asked, though it is in no line");
        };
        assertThat(this.waiter.tryLeave()).isSameAs(Leaving.STAYED);
        assertThat(this.semaphore.register(this.waiter)).isSameAs(this.waiter);
    }

    @Test
    void stayedAfterItWasToldThatItHasTheSignal() {
        this.event.register(this.waiter);
        this.event.set();

        assertThat(this.waiter.tryLeave()).isSameAs(Leaving.STAYED);
        assertThat(this.waiter.told).isOne();
    }

    @Test
    void leavesAndKeepsNobodyFromWhatIsThere() {
        TpWaitable.Registration several = this.semaphore.registerFor(new RecordingWaiter(), 2);
        this.semaphore.release();
        this.semaphore.register(this.waiter);

        assertThat(this.waiter.tryLeave()).isSameAs(Leaving.LEFT);
        assertThat(this.semaphore.waiting()).isOne();
        assertThat(this.semaphore.availablePermits()).isOne();
        several.cancel();
        assertThat(this.semaphore.tryAcquire()).isTrue();
    }

    @Test
    void doesNotLeaveWhileSomebodyIsServed() {
        List<Leaving> tried = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        this.semaphore.register(new RecordingWaiter() {

            @Override
            public boolean claim() {
                Again again = TpReusableWaiterTests.this.waiter;
                tried.add(again.tryLeave());
                try {
                    again.awaitLine();
                }
                catch (IllegalStateException ex) {
                    failures.add(ex);
                }
                return true;
            }

        });
        this.semaphore.register(this.waiter);

        this.semaphore.release();

        assertThat(tried).containsExactly(Leaving.BUSY);
        assertThat(failures).singleElement(InstanceOfAssertFactories.THROWABLE).hasMessageContaining("claim()");
        assertThat(this.waiter.tryLeave()).isSameAs(Leaving.LEFT);
    }

    @Test
    void staysIfItThrowsAndTheHandlerIsTold() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        IllegalStateException failure = new IllegalStateException("thrown when asked to leave");
        this.event.register(this.waiter);
        this.waiter.agrees = () -> {
            throw failure;
        };

        Leaving leaving = Background.start(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> failures.add(thrown));
            return this.waiter.tryLeave();
        }).result();

        assertThat(leaving).isSameAs(Leaving.STAYED);
        assertThat(failures).containsExactly(failure);
        this.event.set();
        assertThat(this.waiter.told).isOne();
    }

    @Test
    void isToldOfTheEndOfAStageAgainAndAgain() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        TpWaitable waitable = TpWaitable.of(stage);

        assertThat(waitable.register(this.waiter)).isSameAs(this.waiter);
        stage.complete("over");
        waitable.register(this.waiter);

        assertThat(this.waiter.told).isEqualTo(2);
    }

    private static TpWaitable.Waiter noting(List<String> order, String word) {
        return new RecordingWaiter() {

            @Override
            public void signalled() {
                order.add(word);
            }

        };
    }

    private static final class Again extends TpReusableWaiter {

        private boolean accepts = true;

        private RuntimeException failure;

        private Runnable again;

        private int told;

        private BooleanSupplier agrees = super::agreesToLeave;

        @Override
        protected boolean agreesToLeave() {
            return this.agrees.getAsBoolean();
        }

        @Override
        public boolean claim() {
            if (this.failure != null) {
                throw this.failure;
            }
            return this.accepts;
        }

        @Override
        public void signalled() {
            this.told++;
            if (this.again != null) {
                this.again.run();
            }
        }

    }

}
