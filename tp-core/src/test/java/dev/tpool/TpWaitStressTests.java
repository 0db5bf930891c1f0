package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Waits in real time: every signal that was consumed is a callback, whatever races.
 */
class TpWaitStressTests {

    private static final int PERMITS = 30_000;

    private final TpPool pool = TpPool.builder("wait-stress").threadMaximum(8).build();

    private final TpEnvironment environment = TpEnvironment.of(this.pool);

    private final TpSemaphore semaphore = TpSemaphore.of(0, Integer.MAX_VALUE);

    private final AtomicInteger signalled = new AtomicInteger();

    private final AtomicInteger timedOut = new AtomicInteger();

    private final AtomicInteger set = new AtomicInteger();

    private final AtomicInteger takenBack = new AtomicInteger();

    @AfterEach
    void thePoolEndsClean() throws Exception {
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
        // What timed out may still be on its way out.
        await().pollDelay(Duration.ZERO).until(() -> this.semaphore.waiting() == 0);
    }

    @Test
    void permitsConsumedAreCallbacksWhileTimeOutsRaceSignals() throws Exception {
        AtomicBoolean goOn = new AtomicBoolean(true);
        List<TpWait> waits = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waits.add(this.environment.wait((instance, context, self, result) -> {
                count(result);
                if (goOn.get()) {
                    setSomehow(self);
                }
            }, null));
        }
        waits.forEach(this::setSomehow);

        Thread releaser = new Thread(this::releaseAll);
        releaser.start();
        releaser.join();
        await().until(() -> this.semaphore.availablePermits() == 0);
        goOn.set(false);
        stop(waits);

        assertThat(this.timedOut.get()).isPositive();
        assertThat(this.signalled.get()).isEqualTo(PERMITS - this.semaphore.availablePermits());
        assertThat(this.signalled.get() + this.timedOut.get() + this.takenBack.get()).isEqualTo(this.set.get());
    }

    @Test
    void cancelledCallbacksAccountForTheRest() throws Exception {
        TpWait wait = this.environment.wait((instance, context, self, result) -> count(result), null);
        Thread releaser = new Thread(this::releaseAll);
        long cancelled = 0;

        releaser.start();
        while (releaser.isAlive()) {
            for (int i = 0; i < 10; i++) {
                this.takenBack.addAndGet(wait.set(this.semaphore) ? 1 : 0);
                this.set.incrementAndGet();
            }
            cancelled += wait.cancelPendingCallbacks();
        }
        stop(List.of(wait));

        assertThat(this.signalled.get() + this.takenBack.get() + cancelled).isEqualTo(this.set.get());
        assertThat(this.signalled.get() + cancelled).isEqualTo(PERMITS - this.semaphore.availablePermits());
    }

    @Test
    void unsetAndCancellingWaitAndCloseLeaveNoCallback() throws Exception {
        AtomicInteger late = new AtomicInteger();
        TpEvent event = TpEvent.manualReset();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(700);
        while (System.nanoTime() < end) {
            AtomicBoolean over = new AtomicBoolean();
            event.reset();
            TpWait wait = this.environment.wait((instance, context, self, result) -> {
                if (over.get()) {
                    late.incrementAndGet();
                }
            }, null);
            wait.set(event, Duration.ofNanos(150_000));
            if (ThreadLocalRandom.current().nextBoolean()) {
                this.environment.trySubmit(event::set);
            }
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(300_000));

            wait.unset();
            wait.waitForCallbacks(true);
            over.set(true);
            wait.close();

            assertThat(wait.isFreed()).isTrue();
            // What timed out may still be on its way out.
            await().pollDelay(Duration.ZERO).until(() -> event.waiting() == 0);
        }

        assertThat(late).hasValue(0);
    }

    @Test
    void nothingIsLeftAtTheClock() throws Exception {
        AtomicLong nanos = new AtomicLong();
        Clock own = new Clock(new TimeSource() {

            @Override
            public long nanoTime() {
                return nanos.get();
            }

            @Override
            public long wallNanos() {
                return nanos.get();
            }

            @Override
            public void parkNanos(Object blocker, long time) {
                nanos.addAndGet(Math.min(time, 50_000));
                Thread.onSpinWait();
            }

        });
        TpPool fast = TpPool.builder("fast").clock(own).build();
        List<TpWait> waits = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waits.add(TpEnvironment.of(fast).wait((instance, context, self, result) -> {
                count(result);
                setSomehow(self);
            }, null));
        }
        waits.forEach(this::setSomehow);

        releaseAll();
        waits.forEach(TpWait::close);
        fast.close();

        assertThat(fast.awaitTermination(Duration.ofMinutes(1))).isTrue();
        await().until(() -> own.serve() == Long.MAX_VALUE);
        assertThat(this.signalled.get()).isEqualTo(PERMITS - this.semaphore.availablePermits());
    }

    @Test
    void theCloseOfTheGroupLeavesNoCallbackAndConsumesNothingAfterwards() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment inGroup = this.environment.toBuilder().cleanupGroup(group).build();
        AtomicInteger failed = new AtomicInteger();
        AtomicBoolean goOn = new AtomicBoolean(true);
        Thread releaser = new Thread(() -> {
            while (goOn.get()) {
                this.semaphore.release();
                LockSupport.parkNanos(20_000);
            }
        });
        releaser.start();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(700);
        while (System.nanoTime() < end || this.signalled.get() == 0) {
            for (int i = 0; i < 4; i++) {
                inGroup.wait((instance, context, self, result) -> {
                    count(result);
                    try {
                        self.set(this.semaphore);
                    }
                    catch (IllegalStateException ex) {
                        failed.incrementAndGet();
                    }
                }, null).set(this.semaphore);
            }
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(500_000));

            group.closeMembers(ThreadLocalRandom.current().nextBoolean(), null);

            int signalledThen = this.signalled.get();
            assertThat(this.semaphore.waiting()).isZero();
            while (this.semaphore.tryAcquire()) {
                assertThat(this.signalled).hasValue(signalledThen);
            }
        }
        goOn.set(false);
        releaser.join();

        assertThat(failed).as("set again while the group was being closed").hasValue(0);
    }

    @Test
    void eachCallbackHasItsOwnResultInOrder() throws Exception {
        TpPool one = TpPool.builder("one").threadMaximum(1).build();
        List<TpWaitResult> expected = new ArrayList<>();
        List<TpWaitResult> results = new ArrayList<>();
        TpWait wait = TpEnvironment.of(one).wait((instance, context, self, result) -> results.add(result), null);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int round = 0; round < 300; round++) {
            expected.clear();
            results.clear();
            int settings = random.nextInt(1, 200);
            for (int i = 0; i < settings; i++) {
                if (random.nextInt(20) == 0) {
                    wait.set(this.semaphore, Duration.ZERO);
                    expected.add(TpWaitResult.TIMED_OUT);
                }
                else {
                    this.semaphore.release();
                    wait.set(this.semaphore);
                    expected.add(TpWaitResult.SIGNALLED);
                }
            }
            wait.waitForCallbacks(false);

            assertThat(results).isEqualTo(expected);
        }
        wait.close();
        one.close();
        assertThat(one.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void noSettingOfAWaitIsTakenForAnother() throws Exception {
        TpSemaphore other = TpSemaphore.of(0, Integer.MAX_VALUE);
        AtomicInteger mayTimeOut = new AtomicInteger();
        TpWait wait = this.environment.wait((instance, context, self, result) -> {
            count(result);
            if (ThreadLocalRandom.current().nextInt(4) == 0) {
                setAnyhow(self, this.semaphore, other, mayTimeOut);
            }
        }, null);
        int permits = 0;
        // A fast machine may get through many rounds in which nothing times out.
        for (int round = 0; round < 40 || this.timedOut.get() == 0; round++) {
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                threads.add(new Thread(() -> {
                    awaitStart(start);
                    for (int j = 0; j < 1_000; j++) {
                        setAnyhow(wait, this.semaphore, other, mayTimeOut);
                    }
                }));
            }
            threads.add(new Thread(() -> {
                awaitStart(start);
                for (int j = 0; j < 500; j++) {
                    this.semaphore.release();
                    other.release();
                }
            }));
            permits += 1_000;
            threads.forEach(Thread::start);
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            // A callback may set it again, but not for ever. When none has since the
            // count was read, all
            // of them have ended, and what they had set was taken back or is over.
            int before;
            do {
                before = this.set.get();
                this.takenBack.addAndGet(wait.unset() ? 1 : 0);
                wait.waitForCallbacks(false);
            }
            while (this.set.get() != before);

            assertThat(this.signalled.get()).as("signals consumed in round %d", round)
                .isEqualTo(permits - this.semaphore.availablePermits() - other.availablePermits());
            assertThat(this.signalled.get() + this.timedOut.get() + this.takenBack.get()).as("settings")
                .isEqualTo(this.set.get());
            assertThat(this.timedOut.get()).as("only what had a short time-out").isLessThanOrEqualTo(mayTimeOut.get());
            await().pollDelay(Duration.ZERO).until(() -> this.semaphore.waiting() + other.waiting() == 0);
        }
        wait.close();
        assertThat(this.timedOut.get()).isPositive();
        assertThat(this.takenBack.get()).isPositive();
    }

    private void setAnyhow(TpWait wait, TpSemaphore one, TpSemaphore other, AtomicInteger mayTimeOut) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        TpSemaphore semaphore = random.nextBoolean() ? one : other;
        boolean taken;
        switch (random.nextInt(6)) {
            case 0 -> {
                this.takenBack.addAndGet(wait.unset() ? 1 : 0);
                return;
            }
            case 1 -> {
                mayTimeOut.incrementAndGet();
                taken = wait.set(semaphore, Duration.ofNanos(random.nextInt(100_000)));
            }
            case 2, 3 -> taken = wait.set(semaphore, Duration.ofHours(1));
            default -> taken = wait.set(semaphore);
        }
        this.set.incrementAndGet();
        this.takenBack.addAndGet(taken ? 1 : 0);
    }

    private static void awaitStart(CountDownLatch start) {
        try {
            start.await();
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private void count(TpWaitResult result) {
        ((result == TpWaitResult.SIGNALLED) ? this.signalled : this.timedOut).incrementAndGet();
    }

    private void setSomehow(TpWait wait) {
        boolean taken;
        try {
            taken = switch (ThreadLocalRandom.current().nextInt(4)) {
                case 0 -> wait.set(this.semaphore);
                case 1 -> wait.set(this.semaphore, Duration.ZERO);
                default -> wait.set(this.semaphore, Duration.ofNanos(ThreadLocalRandom.current().nextInt(300_000)));
            };
        }
        catch (IllegalStateException ex) {
            // Closed meanwhile.
            return;
        }
        this.set.incrementAndGet();
        this.takenBack.addAndGet(taken ? 1 : 0);
    }

    private void releaseAll() {
        for (int i = 0; i < PERMITS; i++) {
            this.semaphore.release();
            if (i % 16 == 0) {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(40_000));
            }
        }
    }

    private void stop(List<TpWait> waits) throws InterruptedException {
        // A callback may set once more.
        for (int round = 0; round < 2; round++) {
            for (TpWait wait : waits) {
                this.takenBack.addAndGet(wait.unset() ? 1 : 0);
                wait.waitForCallbacks(false);
            }
        }
        waits.forEach(TpWait::close);
    }

}
