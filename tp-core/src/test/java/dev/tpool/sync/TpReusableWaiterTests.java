package dev.tpool.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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
