package dev.tpool.sync;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/**
 * What a mutex and a critical section have in common, in the words of their common part.
 */
abstract class OwnedLockTests {

    static final Duration A_MOMENT = Duration.ofMillis(20);

    private OwnedLock owned;

    private Lock lock;

    abstract OwnedLock create(String name);

    @BeforeEach
    void createLock() {
        this.owned = create("ledger");
        this.lock = this.owned.asLock();
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about it.
    void tellsOnceWhenItIsLetGoForGood() {
        AtomicInteger told = new AtomicInteger();
        this.lock.lock();
        this.lock.lock();
        assertThat(this.owned.tellWhenFree(told::incrementAndGet)).isTrue();
        this.lock.unlock();
        assertThat(told).hasValue(0);
        this.lock.unlock();
        assertThat(told).hasValue(1);

        this.lock.lock();
        this.lock.unlock();
        assertThat(told).hasValue(1);
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about it.
    void tellsNobodyIfItIsFreeOrItsOwnerHasEnded() throws Exception {
        AtomicInteger told = new AtomicInteger();
        assertThat(this.owned.tellWhenFree(told::incrementAndGet)).isFalse();
        Background.run(this.lock::lock).result();

        assertThat(this.owned.tellWhenFree(told::incrementAndGet)).isFalse();
        assertThat(told).hasValue(0);
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about it.
    void forgetsWhoWantsToBeToldNoMore() {
        AtomicInteger told = new AtomicInteger();
        Runnable listener = told::incrementAndGet;
        assertThat(this.owned.forget(listener)).isFalse();
        this.lock.lock();
        this.owned.tellWhenFree(listener);
        assertThat(this.owned.forget(listener)).isTrue();
        assertThat(this.owned.forget(listener)).isFalse();
        this.lock.unlock();

        assertThat(told).hasValue(0);
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about it.
    void tellsEachAsOftenAsItAskedThoughItEqualsAnother() {
        AtomicInteger told = new AtomicInteger();
        Counting once = new Counting(told);
        Counting twice = new Counting(told);
        this.lock.lock();
        this.owned.tellWhenFree(once);
        this.owned.tellWhenFree(twice);
        this.owned.tellWhenFree(twice);
        assertThat(this.owned.forget(new Counting(told))).isFalse();
        this.lock.unlock();
        assertThat(told).hasValue(3);
        assertThat(this.owned.forget(once)).isFalse();

        this.lock.lock();
        this.owned.tellWhenFree(once);
        this.owned.tellWhenFree(twice);
        this.owned.tellWhenFree(twice);
        assertThat(this.owned.forget(once)).isTrue();
        assertThat(this.owned.forget(once)).isFalse();
        assertThat(this.owned.forget(twice)).isTrue();
        this.lock.unlock();
        assertThat(told).hasValue(4);
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about it.
    void keepsTheStackFlatHoweverManyLetGoWhenTold() throws Exception {
        int most = 50_000;
        AtomicInteger told = new AtomicInteger();
        List<Throwable> handled = new ArrayList<>();
        Runnable listener = new Runnable() {

            @Override
            public void run() {
                if (told.incrementAndGet() < most) {
                    OwnedLockTests.this.lock.lock();
                    OwnedLockTests.this.owned.tellWhenFree(this);
                    OwnedLockTests.this.lock.unlock();
                }
            }

        };

        Background.run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> handled.add(failure));
            this.lock.lock();
            this.owned.tellWhenFree(listener);
            this.lock.unlock();
        }).result();

        assertThat(handled).isEmpty();
        assertThat(told).hasValue(most);
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // The test is about it.
    void losesNoRelease() throws Exception {
        for (int i = 0; i < 2000; i++) {
            CyclicBarrier barrier = new CyclicBarrier(2);
            Background<Void> owner = Background.run(() -> {
                this.lock.lock();
                barrier.await();
                this.lock.unlock();
            });
            CountDownLatch told = new CountDownLatch(1);
            barrier.await();
            if (this.owned.tellWhenFree(told::countDown)) {
                assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
            }
            owner.result();
        }
    }

    @Test
    void isFreeAtFirst() {
        assertThat(this.owned.name()).isEqualTo("ledger");
        assertThat(this.owned.owner()).isNull();
        assertThat(this.owned.isHeldByCurrentThread()).isFalse();
        assertThat(this.owned.holdCount()).isZero();
        assertThat(this.owned.waiting()).isZero();
        assertThat(this.owned.toString()).endsWith("[ledger, free, 0 waiting]");
        assertThatNullPointerException().isThrownBy(() -> create(null));
    }

    @Test
    void belongsToTheThreadThatTookItAsOftenAsItTookIt() throws Exception {
        this.owned.takeUninterruptibly();
        this.owned.take(WaitTime.FOREVER);
        assertThat(this.owned.tryTake()).isTrue();
        assertThat(this.owned.take(TimeUnit.SECONDS.toNanos(1))).isTrue();

        assertThat(this.owned.owner()).isSameAs(Thread.currentThread());
        assertThat(this.owned.isHeldByCurrentThread()).isTrue();
        assertThat(this.owned.holdCount()).isEqualTo(4);
        for (int depth = 4; depth > 0; depth--) {
            assertThat(Background.start(this.owned::tryTake).result()).isFalse();
            assertThat(Background.start(this.owned::holdCount).result()).isZero();
            this.owned.release();
        }
        assertThat(this.owned.owner()).isNull();
    }

    @Test
    void onlyItsOwnerCanRelease() {
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(this.owned::release)
            .withMessageContaining("[ledger, free");

        this.owned.takeUninterruptibly();

        assertThatExceptionOfType(IllegalMonitorStateException.class)
            .isThrownBy(() -> Background.run(this.owned::release).result())
            .withMessageContaining("owned by thread '" + Thread.currentThread().getName() + "'")
            .withMessageContaining("does not own it");
        assertThat(this.owned.holdCount()).isEqualTo(1);
        this.owned.release();
    }

    @Test
    void excludesOthers() throws Exception {
        int[] unguarded = new int[1];
        CyclicBarrier start = new CyclicBarrier(4);
        List<Background<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Background.run(() -> {
                start.await();
                for (int round = 0; round < 2_500; round++) {
                    this.lock.lock();
                    try {
                        unguarded[0]++;
                    }
                    finally {
                        this.lock.unlock();
                    }
                }
            }));
        }
        for (Background<Void> thread : threads) {
            thread.result();
        }

        assertThat(unguarded[0]).isEqualTo(10_000);
    }

    @Test
    void staysSoundWhateverHappensToThoseWhoWait() throws Exception {
        int[] unguarded = new int[1];
        List<Background<Integer>> crowd = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            crowd.add(Background.start(() -> {
                int taken = 0;
                for (int round = 0; round < 2_000; round++) {
                    if (takeSomehow(ThreadLocalRandom.current().nextInt(4))) {
                        unguarded[0]++;
                        taken++;
                        this.owned.release();
                    }
                }
                return taken;
            }));
        }
        while (!crowd.stream().allMatch(Background::isOver)) {
            crowd.get(ThreadLocalRandom.current().nextInt(crowd.size())).interrupt();
            LockSupport.parkNanos(10_000);
        }
        int taken = 0;
        for (Background<Integer> member : crowd) {
            taken += member.result();
        }

        assertThat(unguarded[0]).isEqualTo(taken);
        assertThat(this.owned.owner()).isNull();
        assertThat(this.owned.waiting()).isZero();
    }

    private boolean takeSomehow(int manner) {
        try {
            switch (manner) {
                case 0 -> this.owned.takeUninterruptibly();
                case 1 -> this.owned.take(WaitTime.FOREVER);
                case 2 -> {
                    return this.owned.tryTake();
                }
                default -> {
                    return this.owned.take(TimeUnit.MICROSECONDS.toNanos(20));
                }
            }
            return true;
        }
        catch (InterruptedException ex) {
            return false;
        }
    }

    @Test
    void thoseWhoWaitAreServedInTheOrderInWhichTheyCame() throws Exception {
        Queue<Integer> order = new ConcurrentLinkedQueue<>();
        List<Background<Void>> threads = new ArrayList<>();
        this.owned.takeUninterruptibly();
        for (int i = 0; i < 5; i++) {
            int number = i;
            threads.add(Background.run(() -> {
                this.owned.takeUninterruptibly();
                order.add(number);
                this.owned.release();
            }));
            awaitWaiting(i + 1);
        }

        this.owned.release();

        for (Background<Void> thread : threads) {
            thread.result();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void oneWhoMayNotWaitTriesOnce() throws Exception {
        assertThat(this.owned.take(0)).isTrue();
        assertThat(this.owned.take(-1)).isTrue();

        assertThat(Background.start(() -> this.owned.take(0)).result()).isFalse();
        assertThat(Background.start(() -> this.owned.take(Long.MIN_VALUE)).result()).isFalse();
    }

    @Test
    void thoseWhoWaitGiveUpWhenTheTimeIsOutInFrontAndBehind() throws Exception {
        this.owned.takeUninterruptibly();
        Background<Boolean> first = Background.start(() -> this.owned.take(TimeUnit.MILLISECONDS.toNanos(300)));
        await().until(() -> this.owned.waiting() == 1 || first.isOver());

        long start = System.nanoTime();
        boolean behind = Background.start(() -> this.owned.take(A_MOMENT.toNanos())).result();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(A_MOMENT);
        assertThat(behind).isFalse();
        assertThat(first.result()).isFalse();
        assertThat(this.owned.waiting()).isZero();
        assertThat(this.owned.holdCount()).isEqualTo(1);
    }

    @Test
    void thoseWhoWaitCanBeInterruptedInFrontAndBehind() throws Exception {
        this.owned.takeUninterruptibly();
        Background<Boolean> first = Background.start(() -> this.owned.take(WaitTime.FOREVER));
        awaitWaiting(1);
        Background<Boolean> second = Background.start(() -> this.lock.tryLock(Long.MAX_VALUE, TimeUnit.DAYS));
        awaitWaiting(2);
        Background<Boolean> third = Background.start(() -> this.owned.take(WaitTime.FOREVER));
        awaitWaiting(3);

        third.interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(third::result);
        first.interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(first::result);
        // The second moves up by itself, and is in neither place for a moment.
        awaitWaiting(1);
        this.owned.release();

        assertThat(second.result()).isTrue();
    }

    @Test
    void anUninterruptibleWaitKeepsTheInterruptStatusInFrontAndBehind() throws Exception {
        List<Background<Boolean>> threads = new ArrayList<>();
        this.owned.takeUninterruptibly();
        for (int i = 0; i < 2; i++) {
            threads.add(Background.start(() -> {
                this.owned.takeUninterruptibly();
                this.owned.release();
                return Thread.currentThread().isInterrupted();
            }));
            awaitWaiting(i + 1);
        }

        threads.forEach(Background::interrupt);
        await().during(A_MOMENT).until(() -> this.owned.waiting() == 2);
        this.owned.release();

        for (Background<Boolean> thread : threads) {
            assertThat(thread.result()).isTrue();
        }
    }

    @Test
    void anInterruptedThreadDoesNotEvenTry() {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> this.owned.take(WaitTime.FOREVER));
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> this.owned.take(0));

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(this.owned.owner()).isNull();
    }

    @Test
    void virtualThreadsOwnItToo() throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Background<Void> owner = Background.runVirtual(() -> {
            this.owned.takeUninterruptibly();
            taken.countDown();
            release.await();
            this.owned.release();
        });
        taken.await();
        Background<Void> waiter = Background.runVirtual(() -> {
            this.owned.takeUninterruptibly();
            this.owned.release();
        });
        awaitWaiting(1);
        assertThat(this.owned.owner()).isSameAs(owner.thread());

        release.countDown();

        owner.result();
        waiter.result();
    }

    @Test
    void theJvmFindsItsDeadlocks() throws Exception {
        OwnedLock other = create("other");
        CyclicBarrier bothHaveOne = new CyclicBarrier(2);
        Background<Void> one = Background.run(() -> {
            this.owned.takeUninterruptibly();
            bothHaveOne.await();
            other.take(WaitTime.FOREVER);
        });
        Background<Void> two = Background.run(() -> {
            other.takeUninterruptibly();
            bothHaveOne.await();
            this.owned.take(WaitTime.FOREVER);
        });

        await().untilAsserted(() -> assertThat(ManagementFactory.getThreadMXBean().findDeadlockedThreads())
            .contains(one.thread().getId(), two.thread().getId()));

        one.interrupt();
        two.interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(one::result);
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(two::result);
    }

    @Test
    void itsViewHasTheSameOwner() throws Exception {
        this.lock.lock();
        try {
            assertThat(this.owned.isHeldByCurrentThread()).isTrue();
            assertThat(this.lock.tryLock()).isTrue();
            assertThat(this.lock.tryLock(1, TimeUnit.SECONDS)).isTrue();
            assertThat(this.owned.holdCount()).isEqualTo(3);
            assertThat(Background.start(() -> this.lock.tryLock()).result()).isFalse();
            assertThat(Background.start(() -> this.lock.tryLock(1, TimeUnit.MICROSECONDS)).result()).isFalse();
            this.owned.release();
            this.owned.release();
        }
        finally {
            this.lock.unlock();
        }
        assertThat(this.owned.owner()).isNull();
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.lock::lockInterruptibly);
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(this.lock::unlock);
    }

    @Test
    void itsViewHasNoConditions() {
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(this.lock::newCondition)
            .withMessageContaining("ledger")
            .withMessageContaining("TpEvent");
        assertThat(this.lock).hasToString("Lock view of " + this.owned);
        assertThat(this.lock).isEqualTo(this.owned.asLock()).isNotEqualTo(create("ledger").asLock());
    }

    void awaitWaiting(int number) {
        await().until(() -> this.owned.waiting() == number);
    }

    private record Counting(AtomicInteger told) implements Runnable {

        @Override
        public void run() {
            this.told.incrementAndGet();
        }

    }

    /**
     * Has a thread end that took the lock twice and never let go.
     */
    static Thread endedOwner(OwnedLock owned) throws Exception {
        Background<Void> owner = Background.run(() -> {
            owned.takeUninterruptibly();
            owned.takeUninterruptibly();
        });
        owner.result();
        return owner.thread();
    }

}
