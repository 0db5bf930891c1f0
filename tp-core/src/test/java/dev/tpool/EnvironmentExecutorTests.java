package dev.tpool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An environment as an executor.
 */
class EnvironmentExecutorTests {

    private final TpPool pool = TpPool.builder("executor").threadMaximum(2).exceptionHandler((source, failure) -> {
    }).build();

    private final EnvironmentExecutor executor = new EnvironmentExecutor(TpEnvironment.of(this.pool));

    @AfterEach
    void thePoolEndsClean() throws Exception {
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void runsTasksOnThePool() throws Exception {
        assertThat(this.executor.submit(() -> Thread.currentThread().getName()).get(20, TimeUnit.SECONDS))
            .contains("executor");
    }

    @Test
    void endsWhenTheLastTaskHasEnded() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        this.executor.execute(() -> {
            awaitUninterruptibly(free);
            ran.incrementAndGet();
        });
        this.executor.execute(() -> {
            ran.incrementAndGet();
            throw new IllegalStateException("failed");
        });

        this.executor.shutdown();
        assertThat(this.executor.isShutdown()).isTrue();
        assertThat(this.executor.isTerminated()).isFalse();
        assertThat(this.executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
        free.countDown();

        assertThat(this.executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(this.executor.isTerminated()).isTrue();
        assertThat(ran).hasValue(2);
        assertThat(this.pool.isClosed()).isFalse();
    }

    @Test
    void refusesTasksOnceItIsShutDown() {
        assertThat(this.executor.shutdownNow()).isEmpty();

        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> this.executor.execute(() -> {
        }));
    }

    @Test
    void saysAsExecutorsDoThatThePoolIsClosedAndCountsNothing() throws Exception {
        this.pool.close();

        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> this.executor.execute(() -> {
        })).withMessageContaining("closed");

        this.executor.shutdown();
        assertThat(this.executor.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        }
        catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

}
