package dev.tpool;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The clock of the process outlives pools, and the applications that they belong to.
 */
class ServedPoolTests {

    @Test
    void thePoolWhoseTimersWereServedLastIsNotKept() throws Exception {
        WeakReference<TpPool> served = served();

        Pools.eventually(() -> {
            System.gc();
            return served.get() == null;
        });
    }

    private static WeakReference<TpPool> served() throws Exception {
        TpPool pool = TpPool.builder("served").build();
        CountDownLatch fired = new CountDownLatch(1);
        try (TpTimer timer = TpEnvironment.of(pool).timer(fired::countDown)) {
            timer.set(Duration.ofMillis(1));
            assertThat(fired.await(60, TimeUnit.SECONDS)).isTrue();
        }
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
        return new WeakReference<>(pool);
    }

}
