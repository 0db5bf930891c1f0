package dev.tpool.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

class TpEventTests {

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private static final Duration A_MOMENT = Duration.ofMillis(20);

    @Test
    void hasTheNameAndStateItWasMadeWith() {
        assertThat(TpEvent.autoReset("done").name()).isEqualTo("done");
        assertThat(TpEvent.autoReset("done").isManualReset()).isFalse();
        assertThat(TpEvent.autoReset("done").isSet()).isFalse();
        assertThat(TpEvent.autoReset("done", true).isSet()).isTrue();
        assertThat(TpEvent.autoReset(true).isSet()).isTrue();
        assertThat(TpEvent.manualReset("done").isManualReset()).isTrue();
        assertThat(TpEvent.manualReset("done").isSet()).isFalse();
        assertThat(TpEvent.manualReset("done", true).isSet()).isTrue();
        assertThat(TpEvent.manualReset(true).isSet()).isTrue();
        assertThat(TpEvent.autoReset().name()).isEqualTo("unnamed");
        assertThat(TpEvent.manualReset().name()).isEqualTo("unnamed");
        assertThatNullPointerException().isThrownBy(() -> TpEvent.autoReset(null));
    }

    @Test
    void tellsItsStateAsText() {
        TpEvent event = TpEvent.manualReset("done", true);

        assertThat(event).hasToString("TpEvent[done, manual-reset, set, 0 waiting]");
        assertThat(TpEvent.autoReset()).hasToString("TpEvent[unnamed, auto-reset, not set, 0 waiting]");
    }

    @Test
    void autoResetEventLetsOnePassForEachTimeItIsSet() {
        TpEvent event = TpEvent.autoReset();
        assertThat(event.tryAwait()).isFalse();

        event.set();
        event.set();

        assertThat(event.tryAwait()).isTrue();
        assertThat(event.tryAwait()).isFalse();
        assertThat(event.isSet()).isFalse();
    }

    @Test
    void manualResetEventLetsEverybodyPassUntilItIsReset() throws Exception {
        TpEvent event = TpEvent.manualReset();

        event.set();

        assertThat(event.tryAwait()).isTrue();
        assertThat(event.await(Duration.ZERO)).isTrue();
        event.await();
        assertThat(event.isSet()).isTrue();
        event.reset();
        assertThat(event.isSet()).isFalse();
        assertThat(event.tryAwait()).isFalse();
    }

    @Test
    void resetTakesTheSignalOfAnAutoResetEventAway() {
        TpEvent event = TpEvent.autoReset(true);

        event.reset();
        event.reset();

        assertThat(event.tryAwait()).isFalse();
    }

    @Test
    void resetLeavesThoseWhoWaitInLine() throws Exception {
        TpEvent event = TpEvent.autoReset();
        Background<Void> waiter = Background.run(event::await);
        awaitWaiting(event, 1);

        event.reset();
        assertThat(event.waiting()).isEqualTo(1);
        event.set();

        waiter.result();
        assertThat(event.isSet()).isFalse();
    }

    @Test
    void setLetsAllWaitersOfAManualResetEventGoEvenIfItIsResetAtOnce() throws Exception {
        TpEvent event = TpEvent.manualReset();
        List<Background<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiters.add(Background.run(event::await));
        }
        awaitWaiting(event, 5);

        event.set();
        event.reset();

        for (Background<Void> waiter : waiters) {
            waiter.result();
        }
        assertThat(event.isSet()).isFalse();
    }

    @Test
    void threadsAndRegisteredWaitersStandInOneLine() throws Exception {
        TpEvent event = TpEvent.autoReset();
        Queue<String> order = new ConcurrentLinkedQueue<>();
        Background<Void> firstThread = Background.run(() -> {
            event.await();
            order.add("first thread");
        });
        awaitWaiting(event, 1);
        RecordingWaiter waiter = new RecordingWaiter() {

            @Override
            public void signalled() {
                order.add("registered waiter");
                super.signalled();
            }

        };
        event.register(waiter);
        Background<Void> lastThread = Background.run(() -> {
            event.await();
            order.add("last thread");
        });
        awaitWaiting(event, 3);

        event.set();
        firstThread.result();
        event.set();
        waiter.awaitTold();
        event.set();
        lastThread.result();

        assertThat(order).containsExactly("first thread", "registered waiter", "last thread");
        assertThat(event.isSet()).isFalse();
    }

    @Test
    void givesUpWhenTheTimeIsOut() throws Exception {
        TpEvent event = TpEvent.autoReset();

        long start = System.nanoTime();
        boolean passed = event.await(A_MOMENT);

        assertThat(passed).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(A_MOMENT);
        assertThat(event.waiting()).isZero();
        event.set();
        assertThat(event.tryAwait()).isTrue();
    }

    @Test
    void triesOnceIfThereIsNoTime() throws Exception {
        TpEvent event = TpEvent.autoReset();

        assertThat(event.await(Duration.ZERO)).isFalse();
        assertThat(event.await(Duration.ofSeconds(Long.MIN_VALUE))).isFalse();
        event.set();
        assertThat(event.await(Duration.ofNanos(-1))).isTrue();
        event.set();
        assertThat(event.await(Duration.ZERO)).isTrue();
    }

    @Test
    void waitsForVeryLongIfAsked() throws Exception {
        TpEvent event = TpEvent.autoReset();
        Background<Boolean> forEver = Background.start(() -> event.await(FOR_EVER));
        awaitWaiting(event, 1);
        Background<Boolean> nearlyForEver = Background.start(() -> event.await(Duration.ofNanos(Long.MAX_VALUE - 1)));
        awaitWaiting(event, 2);

        event.set();
        assertThat(forEver.result()).isTrue();
        event.set();
        assertThat(nearlyForEver.result()).isTrue();
    }

    @Test
    void anInterruptedWaiterTakesNoSignal() throws Exception {
        TpEvent event = TpEvent.autoReset();
        Background<Void> waiter = Background.run(event::await);
        awaitWaiting(event, 1);

        waiter.interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(waiter::result);
        assertThat(event.waiting()).isZero();
        event.set();
        assertThat(event.isSet()).isTrue();
    }

    @Test
    void anInterruptedThreadDoesNotEvenTry() {
        TpEvent event = TpEvent.autoReset(true);

        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(event::await);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(event.isSet()).isTrue();
    }

    @Test
    void aWakeUpForNoReasonLetsNobodyPass() throws Exception {
        TpEvent event = TpEvent.autoReset();
        Background<Void> waiter = Background.run(event::await);
        awaitWaiting(event, 1);

        LockSupport.unpark(waiter.thread());

        await().during(A_MOMENT).until(() -> !waiter.isOver() && event.waiting() == 1);
        event.set();
        waiter.result();
    }

    @Test
    void aSignalThatRacesWithAnInterruptOrATimeoutIsNeitherLostNorDoubled() throws Exception {
        for (int round = 0; round < 500; round++) {
            TpEvent event = TpEvent.autoReset();
            CyclicBarrier start = new CyclicBarrier(2);
            boolean byInterrupt = round % 2 == 0;
            Background<Boolean> waiter = Background.start(() -> {
                start.await();
                try {
                    return event.await(byInterrupt ? FOR_EVER : Duration.ofNanos(50_000));
                }
                catch (InterruptedException ex) {
                    return false;
                }
            });

            start.await();
            event.set();
            if (byInterrupt) {
                waiter.interrupt();
            }

            boolean passed = waiter.result();
            assertThat(event.tryAwait()).isEqualTo(!passed);
            assertThat(event.waiting()).isZero();
        }
    }

    @Test
    void virtualThreadsWaitToo() throws Exception {
        TpEvent event = TpEvent.autoReset();
        Background<Void> waiter = Background.runVirtual(event::await);
        awaitWaiting(event, 1);

        event.set();

        waiter.result();
    }

    @Test
    void keepsNoTraceOfCancelledRegistrations() {
        TpEvent event = TpEvent.autoReset();
        TpWaitable.Registration kept = event.register(new RecordingWaiter());
        for (int i = 0; i < 1_000; i++) {
            event.register(new RecordingWaiter()).cancel();
        }

        assertThat(event.waiting()).isEqualTo(1);
        assertThat(kept.cancel()).isTrue();
        assertThat(event.waiting()).isZero();
    }

    @Test
    void aWaiterMaySetTheEventWhileItIsTold() throws Exception {
        TpEvent event = TpEvent.autoReset();
        RecordingWaiter first = new RecordingWaiter() {

            @Override
            public void signalled() {
                super.signalled();
                event.set();
            }

        };
        RecordingWaiter second = new RecordingWaiter();
        event.register(first);
        event.register(second);

        event.set();

        first.awaitTold();
        second.awaitTold();
        assertThat(event.isSet()).isFalse();
    }

    private static void awaitWaiting(TpEvent event, int number) {
        await().until(() -> event.waiting() == number);
    }

}
