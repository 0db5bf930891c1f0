package dev.tpool;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for the one-shot callbacks of {@link TpEnvironment}.
 */
class TpOneShotTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final List<Throwable> reported = new CopyOnWriteArrayList<>();

    private final Recorded recorded = new Recorded();

    private TpPool single() {
        return this.pools.create((builder) -> builder.threadMaximum(1)
            .exceptionHandler((source, failure) -> this.reported.add(failure)));
    }

    private static TpEnvironment in(TpPool pool, TpCleanupGroup group) {
        return TpEnvironment.builder().pool(pool).cleanupGroup(group).build();
    }

    @Test
    void aRunnableRunsOnce() throws Exception {
        TpPool pool = this.pools.create();
        AtomicInteger executions = new AtomicInteger();

        for (int i = 0; i < 1_000; i++) {
            assertThat(TpEnvironment.of(pool).trySubmit(executions::incrementAndGet)).isTrue();
        }
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(executions).hasValue(1_000);
        assertThat(pool.completed()).isEqualTo(1_000);
    }

    @Test
    void aCallbackGetsItsInstanceAndItsContextUnchanged() {
        Object given = new Object();
        AtomicReference<Object> context = new AtomicReference<>();
        AtomicBoolean current = new AtomicBoolean();

        TpEnvironment.of(this.pools.create()).trySubmit((instance, own) -> {
            current.set(instance == TpCallbackInstance.current());
            context.set(own);
        }, given);

        Pools.eventually(() -> context.get() == given);
        assertThat(current).isTrue();
    }

    @Test
    void theCompletionIsToldOnceThatTheCallbackHasRun() {
        assertThat(TpEnvironment.of(single()).trySubmit("named", (instance, context) -> {
        }, null, this.recorded)).isTrue();

        Pools.eventually(() -> this.recorded.told.size() == 1);
        assertThat(this.recorded.told).containsExactly("completed");
    }

    @Test
    void theCompletionOwnsTheFailure() throws Exception {
        TpPool pool = single();
        Exception failure = new Exception("on purpose");

        TpEnvironment.of(pool).trySubmit("named", (instance, context) -> {
            throw failure;
        }, null, this.recorded);
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(this.recorded.told).containsExactly("failed: on purpose");
        assertThat(this.reported).isEmpty();
        assertThat(pool.snapshot().failed()).isEqualTo(1);
    }

    @Test
    void theCompletionIsToldOnceThatTheCallbackWasDropped() throws Exception {
        TpPool pool = single();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        Gate gate = this.pools.occupy(pool);
        in(pool, group).trySubmit("named", (instance, context) -> this.recorded.told.add("ran"), null, this.recorded);

        group.closeMembers(true, null);
        assertThat(this.recorded.told).containsExactly("cancelled");
        gate.open();
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(this.recorded.told).containsExactly("cancelled");
        assertThat(this.recorded.thread).isSameAs(Thread.currentThread());
    }

    @Test
    void theCompletionIsNotToldOfARefusal() {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).queueCapacity(1));
        this.pools.occupy(pool);
        TpEnvironment environment = TpEnvironment.of(pool);
        assertThat(environment.trySubmit(() -> {
        })).isTrue();

        assertThat(environment.trySubmit("named", (instance, context) -> {
        }, null, this.recorded)).isFalse();

        assertThat(this.recorded.told).isEmpty();
    }

    @Test
    void theCompletionSeesWhatTheCompletionActionsDid() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 1);
        CompletableFuture<Integer> seen = new CompletableFuture<>();

        TpEnvironment.of(single())
            .trySubmit("named", (instance, context) -> instance.releaseSemaphoreWhenCallbackReturns(semaphore, 1), null,
                    new TpCompletion() {

                        @Override
                        public void completed(Throwable failure) {
                            seen.complete(semaphore.availablePermits());
                        }

                        @Override
                        public void cancelled() {
                            seen.complete(-1);
                        }

                    });

        assertThat(seen.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void aCompletionThatThrowsIsReportedWithTheFailureItOwned() throws Exception {
        TpPool pool = single();
        RuntimeException ofCallback = new RuntimeException("callback");
        RuntimeException ofCompletion = new RuntimeException("completion");
        TpCompletion failing = new TpCompletion() {

            @Override
            public void completed(Throwable failure) {
                throw ofCompletion;
            }

            @Override
            public void cancelled() {
                throw ofCompletion;
            }

        };
        TpEnvironment.of(pool).trySubmit("named", (instance, context) -> {
            throw ofCallback;
        }, null, failing);
        TpEnvironment.of(pool).trySubmit("named", (instance, context) -> {
        }, null, failing);
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment.of(pool).submit(() -> 1).get(60, TimeUnit.SECONDS);
        Gate gate = this.pools.occupy(pool);
        in(pool, group).trySubmit("named", (instance, context) -> {
        }, null, failing);
        group.closeMembers(true, null);
        gate.open();
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(this.reported).containsExactly(ofCallback, ofCompletion, ofCompletion);
        assertThat(ofCallback.getSuppressed()).containsExactly(ofCompletion);
    }

    @Test
    void theCloseOfTheGroupWaitsForTheCompletion() throws Exception {
        TpPool pool = single();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        Gate gate = this.pools.gate();
        in(pool, group).trySubmit("named", (instance, context) -> {
        }, null, new TpCompletion() {

            @Override
            public void completed(Throwable failure) {
                gate.pass();
            }

            @Override
            public void cancelled() {
            }

        });
        gate.awaitArrivals(1);

        assertThat(group.closeMembers(false, null, Duration.ofMillis(20)).complete()).isFalse();
        gate.open();
        assertThat(group.closeMembers(false, null).complete()).isTrue();
    }

    @Test
    void theFutureHasTheResult() throws Exception {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());

        assertThat(environment.submit(() -> "result").get(60, TimeUnit.SECONDS)).isEqualTo("result");
        assertThat(environment.submit("named", () -> null).get(60, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void theFutureFailsWithWhatTheCallbackThrew() {
        Exception failure = new Exception("on purpose");
        Error error = new AssertionError("on purpose");
        TpEnvironment environment = TpEnvironment.of(single());

        CompletableFuture<Integer> failed = environment.submit(() -> {
            throw failure;
        });
        CompletableFuture<Integer> inError = environment.submit(() -> {
            throw error;
        });

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> failed.get(60, TimeUnit.SECONDS))
            .withCause(failure);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> inError.get(60, TimeUnit.SECONDS))
            .withCause(error);
        assertThat(this.reported).isEmpty();
    }

    @Test
    void theFutureCompletesAfterTheCompletionActions() throws Exception {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        TpSemaphore semaphore = TpSemaphore.of(1, 1);

        for (int i = 0; i < 1_000; i++) {
            assertThat(semaphore.tryAcquire()).isTrue();
            environment.submit(() -> TpCallbackInstance.current().releaseSemaphoreWhenCallbackReturns(semaphore, 1))
                .get(60, TimeUnit.SECONDS);
        }

        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @Test
    void theFutureCompletesAfterTheCompletionActionsOfAFailureToo() {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        TpSemaphore semaphore = TpSemaphore.of(0, 1);

        CompletableFuture<Integer> permits = environment.<Integer>submit(() -> {
            TpCallbackInstance.current().releaseSemaphoreWhenCallbackReturns(semaphore, 1);
            throw new IllegalStateException("on purpose");
        }).exceptionally((failure) -> semaphore.availablePermits());

        assertThat(permits).succeedsWithin(Pools.GENEROUS).isEqualTo(1);
    }

    @Test
    void cancellingTheFutureDropsAQueuedCallback() throws Exception {
        TpPool pool = single();
        AtomicInteger executions = new AtomicInteger();
        Gate gate = this.pools.occupy(pool);
        CompletableFuture<Integer> future = TpEnvironment.of(pool).submit(executions::incrementAndGet);

        assertThat(future.cancel(true)).isTrue();
        assertThat(future).isCancelled();
        assertThat(pool.queued()).isZero();
        assertThat(pool.snapshot().dropped()).isEqualTo(1);
        gate.open();
        pool.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(executions).hasValue(0);
        assertThat(pool.completed()).isEqualTo(1);
    }

    @Test
    void cancellingTheFutureDoesNotInterruptARunningCallback() throws Exception {
        TpPool pool = single();
        Gate gate = this.pools.gate();
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Integer> future = TpEnvironment.of(pool).submit(() -> {
            gate.pass();
            interrupted.set(Thread.currentThread().isInterrupted());
            ended.set(true);
            return 1;
        });
        gate.awaitArrivals(1);

        assertThat(future.cancel(true)).isTrue();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
        gate.open();
        Pools.eventually(ended::get);

        assertThat(interrupted).isFalse();
        assertThat(pool.snapshot().dropped()).isZero();
    }

    @Test
    void cancellingAFutureThatIsDoneDoesNothing() throws Exception {
        TpPool pool = single();
        CompletableFuture<Integer> future = TpEnvironment.of(pool).submit(() -> 1);
        assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo(1);

        assertThat(future.cancel(true)).isFalse();

        assertThat(future).isCompletedWithValue(1);
    }

    @Test
    void theCloseOfTheGroupCancelsTheFuture() throws Exception {
        TpPool pool = single();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        this.pools.occupy(pool);
        CompletableFuture<Integer> future = in(pool, group).submit(() -> 1);

        TpCloseReport report = group.closeMembers(true, null);

        assertThat(future).isCancelled();
        assertThat(report.dropped()).isEqualTo(1);
    }

    @Test
    void aOneShotThatWasCancelledLeavesItsGroupAndItsLibrary() {
        TpPool pool = single();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpLibrary library = TpLibrary.of("lib", () -> {
        });
        this.pools.occupy(pool);
        CompletableFuture<Integer> future = in(pool, group).toBuilder().library(library).build().submit(() -> 1);
        assertThat(group.size()).isEqualTo(1);
        assertThat(library.references()).isEqualTo(2);

        future.cancel(false);

        assertThat(group.size()).isZero();
        assertThat(library.references()).isEqualTo(1);
    }

    @Test
    void dependentsOfTheFutureDoNotInheritItsPowers() {
        TpPool pool = single();
        Gate gate = this.pools.occupy(pool);
        CompletableFuture<Integer> future = TpEnvironment.of(pool).submit(() -> 1);
        CompletableFuture<Integer> dependent = future.thenApply((result) -> result + 1);

        assertThat(dependent.cancel(true)).isTrue();
        assertThat(future).isNotDone();
        gate.open();

        assertThat(future).succeedsWithin(Pools.GENEROUS).isEqualTo(1);
    }

    @Test
    void queuedOneShotsAreCounted() {
        TpPool pool = single();
        Gate gate = this.pools.occupy(pool);
        TpEnvironment environment = TpEnvironment.of(pool);
        environment.trySubmit(() -> {
        });
        CompletableFuture<Integer> kept = environment.submit(() -> 1);
        CompletableFuture<Integer> cancelled = environment.submit(() -> 1);
        assertThat(pool.queued()).isEqualTo(3);

        cancelled.cancel(false);

        assertThat(pool.queued()).isEqualTo(2);
        assertThat(pool.snapshot().objects()).isEmpty();
        gate.open();
        assertThat(kept).succeedsWithin(Pools.GENEROUS).isEqualTo(1);
    }

    @Test
    void nullsAreRefused() {
        TpPool pool = this.pools.create();
        TpEnvironment environment = TpEnvironment.of(pool);

        assertThatNullPointerException().isThrownBy(() -> environment.trySubmit(null));
        assertThatNullPointerException().isThrownBy(() -> environment.trySubmit(null, null));
        assertThatNullPointerException().isThrownBy(() -> environment.trySubmit("named", null, null, this.recorded));
        assertThatNullPointerException().isThrownBy(() -> environment.trySubmit("named", (instance, context) -> {
        }, null, null));
        assertThatNullPointerException().isThrownBy(() -> environment.submit(null));
        assertThat(pool.threads()).isZero();
    }

    private static final class Recorded implements TpCompletion {

        private final List<String> told = new CopyOnWriteArrayList<>();

        private volatile Thread thread;

        @Override
        public void completed(Throwable failure) {
            this.thread = Thread.currentThread();
            this.told.add((failure != null) ? "failed: " + failure.getMessage() : "completed");
        }

        @Override
        public void cancelled() {
            this.thread = Thread.currentThread();
            this.told.add("cancelled");
        }

    }

}
