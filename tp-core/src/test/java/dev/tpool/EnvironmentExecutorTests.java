package dev.tpool;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * An environment as an executor.
 */
class EnvironmentExecutorTests {

    private final TpPool pool = TpPool.builder("executor").threadMaximum(2).exceptionHandler((source, failure) -> {
    }).build();

    private final EnvironmentExecutor executor = new EnvironmentExecutor(TpEnvironment.of(this.pool));

    @AfterEach
    void thePoolEndsClean() throws Exception {
        this.executor.shutdown();
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void runsTasksOnThePool() throws Exception {
        assertThat(this.executor.submit(() -> Thread.currentThread().getName()).get(60, TimeUnit.SECONDS))
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

        assertThat(this.executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
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
    void refusesNothingBecauseItsPoolIsClosedAndThePoolEndsAfterIt() throws Exception {
        this.pool.close();

        assertThat(this.executor.submit(() -> "ran").get(60, TimeUnit.SECONDS)).isEqualTo("ran");
        assertThat(this.pool.awaitTermination(Duration.ZERO)).isFalse();
    }

    @Test
    void losesNoTaskToAPoolThatDropsWhatIsQueued() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(2);
        List<String> ran = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            this.executor.execute(() -> {
                blocked.countDown();
                awaitUninterruptibly(free);
            });
        }
        awaitUninterruptibly(blocked);
        this.executor.execute(() -> ran.add("before"));

        assertThat(this.pool.cancelPendingCallbacks()).isEmpty();

        this.executor.execute(() -> ran.add("after"));
        free.countDown();
        this.executor.shutdown();
        assertThat(this.executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).containsExactlyInAnyOrder("before", "after");
    }

    @Test
    void whatIsRefusedSinceThePoolHasClosedItsObjectsIsNotWaitedFor() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        this.executor.execute(() -> {
            awaitUninterruptibly(free);
            ran.incrementAndGet();
        });
        assertThat(this.pool.closeObjects()).containsExactly("executor");

        assertThatExceptionOfType(RejectedExecutionException.class)
            .isThrownBy(() -> this.executor.execute(() -> ran.addAndGet(10)))
            .withMessageContaining("executor");

        free.countDown();
        this.executor.shutdown();
        assertThat(this.executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasValue(1);
    }

    @Test
    void waitsForNothingThatIsNoTask() {
        assertThatNullPointerException().isThrownBy(() -> this.executor.execute(null));

        this.executor.shutdown();
        assertThat(this.executor.isTerminated()).isTrue();
    }

    @Test
    void isNotMadeOnAPoolThatIsClosed() {
        TpPool closed = TpPool.create("closed");
        closed.close();

        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> TpIo.channelGroup(TpEnvironment.of(closed)))
            .withMessageContaining("closed");
    }

    @Test
    void isNotMadeForChannelsOnAPoolThatCouldRefuseOrNeverRunThem() {
        TpPool bounded = TpPool.builder("bounded").queueCapacity(10).build();
        TpPool single = TpPool.builder("single").threadMaximum(1).build();

        for (TpPool unfit : List.of(bounded, single)) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> TpIo.channelGroup(TpEnvironment.of(unfit)))
                .withMessageContaining(unfit.name());
        }
        bounded.close();
        single.close();
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
