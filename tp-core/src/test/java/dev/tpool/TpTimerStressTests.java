package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Timers in real time, set, stopped and closed while they fire.
 */
class TpTimerStressTests {

    private static final Duration SHORT = Duration.ofNanos(150_000);

    private final TpPool pool = TpPool.builder("timer-stress").threadMaximum(8).build();

    private final TpEnvironment environment = TpEnvironment.of(this.pool);

    @AfterEach
    void thePoolEndsClean() throws Exception {
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void unsetAndCancellingWaitAndCloseLeaveNoCallback() throws Exception {
        AtomicInteger late = new AtomicInteger();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);
        while (System.nanoTime() < end) {
            AtomicBoolean over = new AtomicBoolean();
            TpTimer timer = this.environment.timer(() -> {
                if (over.get()) {
                    late.incrementAndGet();
                }
            });
            timer.set(SHORT, SHORT, Duration.ZERO);
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(600_000));

            timer.unset();
            timer.waitForCallbacks(true);
            over.set(true);
            timer.close();

            assertThat(timer.pending() + timer.running()).isZero();
            assertThat(timer.isFreed()).isTrue();
        }

        assertThat(late).hasValue(0);
    }

    @Test
    void theCloseOfTheGroupLeavesNoCallback() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment inGroup = this.environment.toBuilder().cleanupGroup(group).build();
        AtomicInteger late = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1000);
        while (System.nanoTime() < end) {
            AtomicBoolean over = new AtomicBoolean();
            for (int i = 0; i < 4; i++) {
                TpTimer timer = inGroup.timer((instance, context, self) -> {
                    if (over.get()) {
                        late.incrementAndGet();
                    }
                    try {
                        self.set(SHORT);
                    }
                    catch (IllegalStateException ex) {
                        failed.incrementAndGet();
                    }
                }, null);
                timer.set(SHORT);
            }
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(600_000));

            group.closeMembers(ThreadLocalRandom.current().nextBoolean(), null);
            over.set(true);
        }

        assertThat(late).hasValue(0);
        assertThat(failed).as("set again while the group was being closed").hasValue(0);
        assertThat(group.size()).isZero();
    }

    @Test
    void noCallbackBeginsBeforeItsDueTime() throws Exception {
        AtomicInteger early = new AtomicInteger();
        List<TpTimer> timers = new ArrayList<>();
        CountDownLatch left = new CountDownLatch(2000);
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            AtomicLong due = new AtomicLong();
            Duration delay = Duration.ofNanos(random.nextInt(1_000_000_000));
            if (i % 2 == 0) {
                TpTimer timer = this.environment.timer(() -> {
                    early.addAndGet((System.nanoTime() - due.get() < 0) ? 1 : 0);
                    left.countDown();
                });
                timers.add(timer);
                due.set(System.nanoTime() + delay.toNanos());
                timer.set(delay, Duration.ZERO, Duration.ofMillis(random.nextInt(20)));
            }
            else {
                Instant moment = Instant.now().plus(delay);
                TpTimer timer = this.environment.timer(() -> {
                    early.addAndGet(Instant.now().isBefore(moment) ? 1 : 0);
                    left.countDown();
                });
                timers.add(timer);
                timer.set(moment);
            }
        }

        assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        timers.forEach(TpTimer::close);
        assertThat(early).hasValue(0);
    }

    @Test
    void everyExpiryIsEitherTakenBackOrRunsOnce() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        TpTimer timer = this.environment.timer(runs::incrementAndGet);
        int set = 0;
        int takenBack = 0;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);
        while (System.nanoTime() < end || takenBack == 0 || runs.get() == 0) {
            takenBack += timer.set(SHORT) ? 1 : 0;
            set++;
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(400_000));
        }
        takenBack += timer.unset() ? 1 : 0;
        timer.waitForCallbacks(false);
        timer.close();

        assertThat(runs.get() + takenBack).isEqualTo(set);
    }

    @Test
    void whatIsArmedAnewWhileOthersAreServedComesInTime() throws Exception {
        CountDownLatch last = new CountDownLatch(1);
        AtomicBoolean isLast = new AtomicBoolean();
        TpTimer busy = this.environment.timer(() -> {
        });
        busy.set(SHORT, SHORT, Duration.ZERO);
        TpTimer timer = this.environment.timer(() -> {
            if (isLast.get()) {
                last.countDown();
            }
        });
        Random random = new Random(42);
        for (int i = 0; i < 200_000; i++) {
            // From within a slot of the wheel to several levels up.
            timer.set(Duration.ofNanos(100_000L << random.nextInt(24)));
        }
        timer.set(Duration.ofHours(1));
        isLast.set(true);
        timer.set(SHORT);

        assertThat(last.await(15, TimeUnit.SECONDS)).isTrue();
        timer.close();
        busy.close();
    }

    @Test
    void manyThreadsMaySetAndUnsetOneTimer() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger atOnce = new AtomicInteger();
        TpTimer timer = this.environment.timer(runs::incrementAndGet);
        List<Thread> threads = new ArrayList<>();
        AtomicInteger takenBack = new AtomicInteger();
        AtomicInteger armed = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                ThreadLocalRandom random = ThreadLocalRandom.current();
                for (int k = 0; k < 20_000; k++) {
                    boolean taken = switch (random.nextInt(3)) {
                        case 0 -> {
                            armed.incrementAndGet();
                            yield timer.set(SHORT);
                        }
                        case 1 -> {
                            atOnce.incrementAndGet();
                            yield timer.set(Duration.ZERO);
                        }
                        default -> timer.unset();
                    };
                    takenBack.addAndGet(taken ? 1 : 0);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        takenBack.addAndGet(timer.unset() ? 1 : 0);
        timer.waitForCallbacks(false);
        timer.close();

        assertThat(runs.get()).isEqualTo(atOnce.get() + armed.get() - takenBack.get());
    }

}
