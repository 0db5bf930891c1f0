package dev.tpool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The lock of what takes a few instructions.
 */
class BriefLockTests {

    private final BriefLock lock = new BriefLock();

    private int count;

    @Test
    void letsOneInAtATime() throws InterruptedException {
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                for (int j = 0; j < 50_000; j++) {
                    this.lock.lock();
                    this.count++;
                    this.lock.unlock();
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(this.count).isEqualTo(200_000);
    }

    @Test
    void sleepsForALockThatIsHeldForLongThoughItIsInterrupted() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        this.lock.lock();
        Thread waiting = new Thread(() -> {
            Thread.currentThread().interrupt();
            interrupted.countDown();
            this.lock.lock();
            this.lock.unlock();
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        waiting.start();
        try {
            interrupted.await();
            // As long as it is, it cannot sleep.
            await().atMost(Duration.ofMinutes(1)).until(() -> !waiting.isInterrupted());
        }
        finally {
            this.lock.unlock();
        }
        waiting.join();
        assertThat(stillInterrupted).isTrue();
    }

}
