package dev.tpool.spring.task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpFullPolicy;
import dev.tpool.TpPool;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.SchedulingAwareRunnable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TpTaskExecutor}: the contracts of the executors of the JDK and of
 * Spring.
 */
class TpTaskExecutorTests {

    private final TpPool pool = TpPool.builder("view").threadMaximum(4).build();

    private final TpTaskExecutor executor = new TpTaskExecutor("io", TpEnvironment.of(this.pool));

    private final CountDownLatch gate = new CountDownLatch(1);

    private final CountDownLatch started = new CountDownLatch(1);

    @AfterEach
    void endThePool() throws Exception {
        this.gate.countDown();
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void tasksAreCallbacksOfTheEnvironment() throws Exception {
        AtomicReference<String> name = new AtomicReference<>();
        this.executor.submit(() -> name.set(TpCallbackInstance.current().source().name())).get(60, TimeUnit.SECONDS);

        assertThat(name).hasValue("io");
        assertThat(this.executor.submit(() -> Thread.currentThread().getName()).get(60, TimeUnit.SECONDS))
            .startsWith("view-");
    }

    @Test
    void aSubmittedTaskTellsItsResultOrFailure() throws Exception {
        assertThat(this.executor.submit(() -> "result").get(60, TimeUnit.SECONDS)).isEqualTo("result");
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.executor.submit(() -> {
            throw new IllegalArgumentException("failure");
        }).get(60, TimeUnit.SECONDS)).withCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCompletableTaskTellsItsResultOrFailure() throws Exception {
        assertThat(this.executor.submitCompletable(() -> "result").get(60, TimeUnit.SECONDS)).isEqualTo("result");
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.executor.submitCompletable(() -> {
            throw new IllegalArgumentException("failure");
        }).get(60, TimeUnit.SECONDS)).withCauseInstanceOf(IllegalArgumentException.class);
        AtomicBoolean ran = new AtomicBoolean();
        Runnable runnable = () -> ran.set(true);
        this.executor.submitCompletable(runnable).get(60, TimeUnit.SECONDS);
        assertThat(ran).isTrue();
    }

    @Test
    void aCompletableTaskThatWasCancelledDoesNotBegin() throws Exception {
        TpPool single = TpPool.builder("single").threadMaximum(1).build();
        TpTaskExecutor onSingle = new TpTaskExecutor("io", TpEnvironment.of(single));
        onSingle.execute(this::block);
        AtomicBoolean ran = new AtomicBoolean();
        CompletableFuture<Boolean> future = onSingle.submitCompletable(() -> ran.getAndSet(true));

        future.cancel(true);
        this.gate.countDown();
        onSingle.shutdown();

        assertThat(onSingle.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).isFalse();
        end(single);
    }

    @Test
    void aFailureThatNobodyHasAFutureOfGoesToTheExceptionHandler() throws Exception {
        CompletableFuture<Throwable> handled = new CompletableFuture<>();
        TpTaskExecutor handling = new TpTaskExecutor("io",
                TpEnvironment.builder()
                    .pool(this.pool)
                    .exceptionHandler((source, failure) -> handled.complete(failure))
                    .build());

        handling.execute(() -> {
            throw new IllegalArgumentException("failure");
        });

        assertThat(handled.get(60, TimeUnit.SECONDS)).hasMessage("failure");
        handling.shutdown();
        assertThat(handling.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancellingAFutureInterruptsItsTaskAndNothingElse() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Future<?> future = this.executor.submit(() -> {
            this.started.countDown();
            try {
                this.gate.await();
            }
            catch (InterruptedException ex) {
                interrupted.complete(true);
            }
        });
        this.started.await();

        assertThat(future.cancel(true)).isTrue();

        assertThat(interrupted.get(60, TimeUnit.SECONDS)).isTrue();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
    }

    @Test
    void shutdownRunsWhatWasPostedAndLeavesThePoolAlone() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        this.executor.execute(this::block);
        for (int i = 0; i < 20; i++) {
            this.executor.execute(ran::incrementAndGet);
        }
        this.started.await();

        this.executor.shutdown();
        this.executor.shutdown();

        assertThat(this.executor.isShutdown()).isTrue();
        assertThat(this.executor.isTerminated()).isFalse();
        assertThat(this.executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
        assertThatExceptionOfType(RejectedExecutionException.class)
            .isThrownBy(() -> this.executor.execute(ran::incrementAndGet))
            .isInstanceOf(TaskRejectedException.class)
            .withMessageContaining("task executor 'io'")
            .withMessageContaining("is shut down");
        this.gate.countDown();
        assertThat(this.executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(this.executor.isTerminated()).isTrue();
        assertThat(ran).hasValue(20);
        assertThat(this.pool.isClosed()).isFalse();
        assertThat(TpEnvironment.of(this.pool).submit(() -> "still there").get(60, TimeUnit.SECONDS))
            .isEqualTo("still there");
    }

    @Test
    void aViewWithoutTasksTerminatesAtOnce() throws Exception {
        assertThat(this.executor.isTerminated()).isFalse();

        this.executor.shutdown();

        assertThat(this.executor.isTerminated()).isTrue();
        assertThat(this.executor.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shutdownNowTakesBackWhatHasNotBegunAndInterruptsWhatRuns() throws Exception {
        TpPool single = TpPool.builder("single").threadMaximum(1).build();
        TpTaskExecutor onSingle = new TpTaskExecutor("io", TpEnvironment.of(single));
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        onSingle.execute(() -> {
            this.started.countDown();
            try {
                this.gate.await();
            }
            catch (InterruptedException ex) {
                interrupted.complete(true);
            }
        });
        this.started.await();
        AtomicInteger ran = new AtomicInteger();
        Runnable waiting = ran::incrementAndGet;
        onSingle.execute(waiting);
        Future<Integer> submitted = onSingle.submit(ran::incrementAndGet);

        List<Runnable> neverBegun = onSingle.shutdownNow();

        assertThat(neverBegun).containsExactlyInAnyOrder(waiting, (Runnable) submitted);
        assertThat(interrupted.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(onSingle.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(onSingle.shutdownNow()).isEmpty();
        // The worker is not interrupted any more, and what was taken back does not run.
        assertThat(
                TpEnvironment.of(single).submit(() -> Thread.currentThread().isInterrupted()).get(60, TimeUnit.SECONDS))
            .isFalse();
        assertThat(ran).hasValue(0);
        end(single);
    }

    @Test
    void tasksThatAreNotOfTheViewAreNotInterrupted() throws Exception {
        CompletableFuture<Boolean> other = TpEnvironment.of(this.pool).submit(() -> {
            this.started.countDown();
            return this.gate.await(60, TimeUnit.SECONDS);
        });
        this.started.await();

        this.executor.shutdownNow();
        this.gate.countDown();

        assertThat(other.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void invokeAllTellsHowEachEnded() throws Exception {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            tasks.add(() -> number);
        }

        List<Future<Integer>> futures = this.executor.invokeAll(tasks);

        assertThat(futures).hasSize(50).allMatch(Future::isDone);
        assertThat(futures.get(49).get()).isEqualTo(49);
    }

    @Test
    void invokeAllCancelsWhatIsNotDoneInTime() throws Exception {
        Callable<Boolean> blocking = () -> this.gate.await(60, TimeUnit.SECONDS);

        List<Future<Boolean>> futures = this.executor.invokeAll(List.of(blocking, blocking), 10, TimeUnit.MILLISECONDS);

        assertThat(futures).hasSize(2).allMatch(Future::isCancelled);
    }

    @Test
    void invokeAnyTellsTheFirstResult() throws Exception {
        Collection<Callable<String>> tasks = List.of(() -> {
            throw new IllegalArgumentException();
        }, () -> "result");

        assertThat(this.executor.invokeAny(tasks)).isEqualTo("result");
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> this.executor
            .invokeAny(List.of(() -> this.gate.await(60, TimeUnit.SECONDS)), 10, TimeUnit.MILLISECONDS));
    }

    @Test
    void aFullQueueRejects() throws Exception {
        TpPool bounded = TpPool.builder("bounded").threadMaximum(1).queueCapacity(1).build();
        TpTaskExecutor onBounded = new TpTaskExecutor("io", TpEnvironment.of(bounded));
        onBounded.execute(this::block);
        this.started.await();
        AtomicInteger ran = new AtomicInteger();
        onBounded.execute(ran::incrementAndGet);

        assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> onBounded.execute(ran::incrementAndGet))
            .withMessage("pool 'bounded' refused callback 'io': its queue takes 1 callbacks and 1 are queued; "
                    + "1 of at most 1 threads, 0 idle");

        // What was refused is not counted.
        onBounded.shutdown();
        this.gate.countDown();
        assertThat(onBounded.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasValue(1);
        end(bounded);
    }

    @Test
    void theCallerRunsATaskIfThePoolSaysSo() throws Exception {
        TpPool bounded = TpPool.builder("bounded")
            .threadMaximum(1)
            .queueCapacity(1)
            .whenFull(TpFullPolicy.CALLER_RUNS)
            .build();
        TpTaskExecutor onBounded = new TpTaskExecutor("io", TpEnvironment.of(bounded));
        onBounded.execute(this::block);
        this.started.await();
        onBounded.execute(() -> {
        });

        assertThat(onBounded.submit(Thread::currentThread).get()).isSameAs(Thread.currentThread());

        this.gate.countDown();
        onBounded.shutdown();
        assertThat(onBounded.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        end(bounded);
    }

    @Test
    void aClosedPoolRejectsAndTheViewStillTerminates() throws Exception {
        this.pool.close();

        assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> this.executor.execute(() -> {
        })).withMessageContaining("closed");

        this.executor.shutdown();
        assertThat(this.executor.isTerminated()).isTrue();
    }

    @Test
    void tasksThatTheirCleanupGroupDropsAreCancelled() throws Exception {
        TpPool single = TpPool.builder("single").threadMaximum(1).build();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpTaskExecutor inGroup = new TpTaskExecutor("io",
                TpEnvironment.builder().pool(single).cleanupGroup(group).build());
        TpEnvironment.of(single).trySubmit(this::block);
        this.started.await();
        Future<String> future = inGroup.submit(() -> "result");
        CompletableFuture<String> completable = inGroup.submitCompletable(() -> "result");
        inGroup.execute(() -> {
        });

        group.closeMembers(true, null);

        assertThat(future.isCancelled()).isTrue();
        assertThat(completable.isCancelled()).isTrue();
        inGroup.shutdown();
        assertThat(inGroup.isTerminated()).isTrue();
        this.gate.countDown();
        end(single);
    }

    @Test
    void aDroppedTaskWhoseFutureThrowsIsNotWaitedFor() throws Exception {
        TpPool single = TpPool.builder("single").threadMaximum(1).exceptionHandler((source, failure) -> {
        }).build();
        TpTaskExecutor view = new TpTaskExecutor("io", TpEnvironment.of(single));
        TpEnvironment.of(single).trySubmit(this::block);
        this.started.await();
        view.execute(new FutureTask<>(() -> "result") {

            @Override
            protected void done() {
                throw new IllegalStateException("broken");
            }

        });
        view.shutdown();

        assertThat(single.cancelPendingCallbacks()).containsEntry("io", 1L);

        assertThat(view.isTerminated()).isTrue();
        this.gate.countDown();
        end(single);
    }

    @Test
    void longLivedTasksRunWithTheHint() throws Exception {
        AtomicInteger hinted = new AtomicInteger();
        SchedulingAwareRunnable longLived = new SchedulingAwareRunnable() {

            @Override
            public boolean isLongLived() {
                return true;
            }

            @Override
            public void run() {
                if (TpCallbackInstance.current().source().environment().runsLong()) {
                    hinted.incrementAndGet();
                }
            }

        };
        this.executor.submit(longLived).get(60, TimeUnit.SECONDS);
        this.executor.submitCompletable(longLived).get(60, TimeUnit.SECONDS);
        this.executor.execute(longLived);
        this.executor.submit(() -> {
            longLived.run();
            return null;
        }).get(60, TimeUnit.SECONDS);

        this.executor.shutdown();
        assertThat(this.executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(hinted).hasValue(3);
    }

    @Test
    void aDecoratorIsAroundEachTask() throws Exception {
        AtomicInteger decorated = new AtomicInteger();
        this.executor.setTaskDecorator((task) -> () -> {
            decorated.incrementAndGet();
            task.run();
        });

        assertThat(this.executor.submit(() -> "result").get(60, TimeUnit.SECONDS)).isEqualTo("result");
        assertThat(this.executor.submitCompletable(() -> "result").get(60, TimeUnit.SECONDS)).isEqualTo("result");
        assertThat(decorated).hasValue(2);
    }

    @Test
    void postersAndAShutdownAgreeOnWhatRan() throws Exception {
        for (int round = 0; round < 20; round++) {
            TpTaskExecutor raced = new TpTaskExecutor("io", TpEnvironment.of(this.pool));
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger ran = new AtomicInteger();
            List<Thread> posters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Thread poster = new Thread(() -> {
                    try {
                        while (true) {
                            raced.execute(ran::incrementAndGet);
                            accepted.incrementAndGet();
                        }
                    }
                    catch (TaskRejectedException ex) {
                        // It is over.
                    }
                });
                poster.start();
                posters.add(poster);
            }
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> accepted.get() >= 50);

            int takenBack = (round % 2 == 0) ? raced.shutdownNow().size() : 0;
            raced.shutdown();

            assertThat(raced.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            int ranAtTermination = ran.get();
            for (Thread poster : posters) {
                poster.join();
            }
            assertThat(ran).hasValue(ranAtTermination);
            assertThat(ran.get() + takenBack).isEqualTo(accepted.get());
        }
    }

    private void block() {
        this.started.countDown();
        try {
            this.gate.await();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(TpPool pool) throws InterruptedException {
        pool.close();
        assertThat(pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

}
