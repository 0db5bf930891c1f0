package dev.tpool.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

class TpSemaphoreTests {

    private static final Duration A_MOMENT = Duration.ofMillis(20);

    @Test
    void givesSeveralPermitsToAWaiterInOneStep() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(1, 3);
        RecordingWaiter many = new RecordingWaiter();
        RecordingWaiter one = new RecordingWaiter();
        TpWaitable.Registration place = semaphore.registerFor(many, 3);
        semaphore.register(one);
        semaphore.release();
        many.assertUntouched();
        one.assertUntouched();

        semaphore.release();
        many.awaitTold();
        one.assertUntouched();
        assertThat(semaphore.availablePermits()).isZero();
        assertThat(place.cancel()).isFalse();
        semaphore.release();
        one.awaitTold();
    }

    @Test
    void letsOthersGoIfAWaiterForSeveralPermitsGivesUp() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(1, 3);
        TpWaitable.Registration place = semaphore.registerFor(new RecordingWaiter(), 2);
        RecordingWaiter one = new RecordingWaiter();
        semaphore.register(one);

        assertThat(place.cancel()).isTrue();
        one.awaitTold();
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    void hasTheNumbersItWasMadeWith() {
        TpSemaphore semaphore = TpSemaphore.named("slots", 2, 3);

        assertThat(semaphore.name()).isEqualTo("slots");
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(semaphore.maximum()).isEqualTo(3);
        assertThat(semaphore.waiting()).isZero();
        assertThat(semaphore).hasToString("TpSemaphore[slots, 2 of 3 available, 0 waiting]");
        assertThat(TpSemaphore.of(0, 1).name()).isEqualTo("unnamed");
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> TpSemaphore.of(0, 0))
            .withMessage("The maximum of semaphore 'unnamed' must be at least 1, not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> TpSemaphore.named("slots", -1, 4))
            .withMessage("The initial count of semaphore 'slots' must be 0 to 4, not -1");
        assertThatIllegalArgumentException().isThrownBy(() -> TpSemaphore.named("slots", 5, 4));
        assertThatNullPointerException().isThrownBy(() -> TpSemaphore.named(null, 0, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = { Integer.MIN_VALUE, -1, 0, 4, Integer.MAX_VALUE })
    void refusesToDealInMoreThanTheMaximumOrInNothing(int permits) {
        TpSemaphore semaphore = TpSemaphore.named("slots", 2, 3);

        assertThatIllegalArgumentException().isThrownBy(() -> semaphore.acquire(permits))
            .withMessage("Semaphore 'slots' deals in 1 to 3 permits at a time, not " + permits);
        assertThatIllegalArgumentException().isThrownBy(() -> semaphore.acquireUninterruptibly(permits));
        assertThatIllegalArgumentException().isThrownBy(() -> semaphore.tryAcquire(permits));
        assertThatIllegalArgumentException().isThrownBy(() -> semaphore.tryAcquire(permits, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> semaphore.release(permits));
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void countsPermits() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(4, 5);

        semaphore.acquire();
        semaphore.acquireUninterruptibly();
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(semaphore.tryAcquire(3)).isFalse();
        assertThat(semaphore.tryAcquire(2)).isTrue();
        assertThat(semaphore.tryAcquire()).isFalse();
        assertThat(semaphore.release()).isZero();
        assertThat(semaphore.release(4)).isEqualTo(1);
        assertThat(semaphore.availablePermits()).isEqualTo(5);
    }

    @Test
    void refusesToBeReleasedPastItsMaximumAndChangesNothing() {
        TpSemaphore semaphore = TpSemaphore.named("slots", 3, 4);

        assertThatExceptionOfType(TpSemaphoreFullException.class).isThrownBy(() -> semaphore.release(2))
            .withMessage("Semaphore 'slots' cannot be released by 2: its count is 3 and its maximum 4");
        assertThat(semaphore.availablePermits()).isEqualTo(3);
        assertThat(semaphore.release()).isEqualTo(3);
        assertThatExceptionOfType(TpSemaphoreFullException.class).isThrownBy(semaphore::release);
    }

    @Test
    void refusesToBeReleasedPastItsMaximumEvenIfSomebodyWaits() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(2, 4);
        Background<Void> big = Background.run(() -> semaphore.acquire(4));
        awaitWaiting(semaphore, 1);

        assertThatExceptionOfType(TpSemaphoreFullException.class).isThrownBy(() -> semaphore.release(3));
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(semaphore.release(2)).isEqualTo(2);

        big.result();
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    void aMaximumMayBeAsLargeAsAnInt() {
        TpSemaphore semaphore = TpSemaphore.of(Integer.MAX_VALUE, Integer.MAX_VALUE);

        assertThatExceptionOfType(TpSemaphoreFullException.class).isThrownBy(semaphore::release);
        assertThat(semaphore.tryAcquire(Integer.MAX_VALUE)).isTrue();
        assertThat(semaphore.release(Integer.MAX_VALUE)).isZero();
    }

    @Test
    void nobodyPassesTheLineBy() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(2, 4);
        Background<Void> big = Background.run(() -> semaphore.acquire(3));
        awaitWaiting(semaphore, 1);
        Background<Void> small = Background.run(semaphore::acquire);
        awaitWaiting(semaphore, 2);
        RecordingWaiter waiter = new RecordingWaiter();
        semaphore.register(waiter);

        assertThat(semaphore.tryAcquire()).isFalse();
        assertThat(semaphore.tryAcquire(Duration.ZERO)).isFalse();
        waiter.assertUntouched();
        assertThat(semaphore.availablePermits()).isEqualTo(2);

        semaphore.release();
        big.result();
        assertThat(semaphore.waiting()).isEqualTo(2);
        semaphore.release();
        small.result();
        semaphore.release();
        waiter.awaitTold();
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    void oneReleaseLetsAsManyGoAsItIsEnoughFor() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 10);
        Background<Void> first = Background.run(() -> semaphore.acquire(2));
        awaitWaiting(semaphore, 1);
        RecordingWaiter second = new RecordingWaiter();
        semaphore.register(second);
        Background<Void> third = Background.run(() -> semaphore.acquire(4));
        awaitWaiting(semaphore, 3);

        semaphore.release(6);

        first.result();
        second.awaitTold();
        assertThat(third.isOver()).isFalse();
        assertThat(semaphore.availablePermits()).isEqualTo(3);
        semaphore.release();
        third.result();
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    void servesThreadsInTheOrderInWhichTheyCame() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 1);
        Queue<Integer> order = new ConcurrentLinkedQueue<>();
        List<Background<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            threads.add(Background.run(() -> {
                semaphore.acquire();
                order.add(number);
                semaphore.release();
            }));
            awaitWaiting(semaphore, i + 1);
        }

        semaphore.release();

        for (Background<Void> thread : threads) {
            thread.result();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void oneWhoGivesUpInFrontLetsTheOthersGo() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(2, 4);
        Background<Void> big = Background.run(() -> semaphore.acquire(4));
        awaitWaiting(semaphore, 1);
        Background<Void> small = Background.run(semaphore::acquire);
        awaitWaiting(semaphore, 2);
        RecordingWaiter waiter = new RecordingWaiter();
        semaphore.register(waiter);

        big.interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(big::result);
        small.result();
        waiter.awaitTold();
        assertThat(waiter.teller()).isSameAs(big.thread());
        assertThat(semaphore.availablePermits()).isZero();
        assertThat(semaphore.waiting()).isZero();
    }

    @Test
    void oneWhoseTimeIsOutInFrontLetsTheOthersGo() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(1, 4);
        Background<Boolean> big = Background.start(() -> semaphore.tryAcquire(4, Duration.ofMillis(300)));
        await().until(() -> semaphore.waiting() == 1 || big.isOver());

        assertThat(semaphore.tryAcquire(Duration.ofMinutes(1))).isTrue();

        assertThat(big.result()).isFalse();
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    void givesUpWhenTheTimeIsOut() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(1, 4);

        long start = System.nanoTime();
        boolean acquired = semaphore.tryAcquire(2, A_MOMENT);

        assertThat(acquired).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(A_MOMENT);
        assertThat(semaphore.waiting()).isZero();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @Test
    void triesOnceIfThereIsNoTime() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(1, 1);

        assertThat(semaphore.tryAcquire(Duration.ofSeconds(Long.MIN_VALUE))).isTrue();
        assertThat(semaphore.tryAcquire(Duration.ZERO)).isFalse();
        assertThat(semaphore.tryAcquire(1, Duration.ofMillis(-1))).isFalse();
    }

    @Test
    void anUninterruptibleWaitKeepsTheInterruptStatus() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 1);
        Background<Boolean> waiter = Background.start(() -> {
            semaphore.acquireUninterruptibly();
            return Thread.currentThread().isInterrupted();
        });
        awaitWaiting(semaphore, 1);

        waiter.interrupt();
        await().during(A_MOMENT).until(() -> semaphore.waiting() == 1);
        semaphore.release();

        assertThat(waiter.result()).isTrue();
    }

    @Test
    void anInterruptedThreadDoesNotEvenTry() {
        TpSemaphore semaphore = TpSemaphore.of(1, 1);

        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(semaphore::acquire);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class)
            .isThrownBy(() -> semaphore.tryAcquire(Duration.ofSeconds(1)));

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @Test
    void permitsAreConservedWhateverHappensToThoseWhoWait() throws Exception {
        int maximum = 3;
        TpSemaphore semaphore = TpSemaphore.of(maximum, maximum);
        AtomicInteger inside = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(5);
        List<Background<Void>> crowd = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            crowd.add(Background.run(() -> {
                start.await();
                ThreadLocalRandom random = ThreadLocalRandom.current();
                for (int round = 0; round < 2_000; round++) {
                    int permits = random.nextInt(maximum) + 1;
                    if (acquireSomehow(semaphore, permits, random.nextInt(4))) {
                        assertThat(inside.addAndGet(permits)).isLessThanOrEqualTo(maximum);
                        inside.addAndGet(-permits);
                        semaphore.release(permits);
                    }
                }
            }));
        }

        start.await();
        while (!crowd.stream().allMatch(Background::isOver)) {
            crowd.get(ThreadLocalRandom.current().nextInt(crowd.size())).interrupt();
            if (semaphore.tryAcquire(Duration.ofNanos(1_000))) {
                semaphore.release();
            }
        }
        for (Background<Void> member : crowd) {
            member.result();
        }

        assertThat(semaphore.availablePermits()).isEqualTo(maximum);
        assertThat(semaphore.waiting()).isZero();
    }

    private static boolean acquireSomehow(TpSemaphore semaphore, int permits, int manner) {
        try {
            switch (manner) {
                case 0 -> semaphore.acquire(permits);
                case 1 -> semaphore.acquireUninterruptibly(permits);
                case 2 -> {
                    return semaphore.tryAcquire(permits);
                }
                default -> {
                    return semaphore.tryAcquire(permits, Duration.ofNanos(20_000));
                }
            }
            return true;
        }
        catch (InterruptedException ex) {
            return false;
        }
    }

    @Test
    void virtualThreadsAcquireAndReleaseToo() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 2);
        List<Background<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            threads.add(Background.runVirtual(() -> {
                semaphore.acquire();
                semaphore.release();
            }));
        }
        awaitWaiting(semaphore, 100);

        semaphore.release(2);

        for (Background<Void> thread : threads) {
            thread.result();
        }
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    private static void awaitWaiting(TpSemaphore semaphore, int number) {
        await().until(() -> semaphore.waiting() == number);
    }

}
