package dev.tpool;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callbacks and handlers that misbehave: the pool goes on, and its counters settle.
 */
class FaultTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final List<Throwable> reported = new CopyOnWriteArrayList<>();

    private TpPool single() {
        return this.pools.create((builder) -> builder.threadMaximum(1)
            .keepAlive(Duration.ofMinutes(5))
            .exceptionHandler((source, failure) -> this.reported.add(failure)));
    }

    static Stream<Throwable> failures() {
        return Stream.of(new IllegalStateException("on purpose"), new Exception("on purpose"),
                new AssertionError("on purpose"), new OutOfMemoryError("on purpose"),
                new StackOverflowError("on purpose"), new LinkageError("on purpose"),
                new InterruptedException("on purpose"), new ThrownByNobody(), endOfTheThread());
    }

    /**
     * What {@code Thread.stop()} throws, as long as the platform has it.
     */
    private static Throwable endOfTheThread() {
        try {
            return Class.forName("java.lang.ThreadDeath").asSubclass(Throwable.class).getConstructor().newInstance();
        }
        catch (ReflectiveOperationException ex) {
            return new Error("on purpose");
        }
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whateverACallbackThrowsIsReportedAndTheWorkerGoesOn(Throwable failure) throws Exception {
        TpPool pool = single();
        TpSemaphore semaphore = TpSemaphore.of(0, 10);
        AtomicReference<Thread> thread = new AtomicReference<>();
        TpWork work = this.pools.work(pool, "failing", (instance, context, self) -> {
            thread.set(Thread.currentThread());
            instance.releaseSemaphoreWhenCallbackReturns(semaphore, 1);
            sneak(failure);
        });

        work.submit();
        work.submit();
        work.waitForCallbacks(false);

        assertThat(this.reported).containsExactly(failure, failure);
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(work.pending()).isZero();
        assertThat(work.running()).isZero();
        assertThat(pool.snapshot().failed()).isEqualTo(2);
        assertThat(pool.completed()).isEqualTo(2);
        assertThat(onWorker(pool, Thread::currentThread)).isSameAs(thread.get());
    }

    @Test
    void aCallbackMayUseUpItsStack() throws Exception {
        TpPool pool = single();
        TpSemaphore semaphore = TpSemaphore.of(0, 1);
        TpWork work = this.pools.work(pool, "deep", (instance, context, self) -> {
            instance.releaseSemaphoreWhenCallbackReturns(semaphore, 1);
            descend();
        });

        work.submit();
        work.waitForCallbacks(false);

        assertThat(this.reported).hasSize(1).hasOnlyElementsOfType(StackOverflowError.class);
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(onWorker(pool, () -> 1)).isEqualTo(1);
    }

    @Test
    void anInterruptOfTheWorkerDoesNotReachTheNextCallback() throws Exception {
        TpPool pool = single();
        TpWork work = this.pools.work(pool, Thread.currentThread()::isInterrupted);
        TpWork interrupting = this.pools.work(pool, () -> Thread.currentThread().interrupt());
        interrupting.submit();
        work.submit();
        work.waitForCallbacks(false);

        assertThat(onWorker(pool, () -> Thread.currentThread().isInterrupted())).isFalse();
        assertThat(this.reported).isEmpty();
    }

    @Test
    void anInterruptOfAnIdleWorkerDoesNothing() throws Exception {
        TpPool pool = single();
        Thread worker = onWorker(pool, Thread::currentThread);
        Pools.eventually(() -> pool.snapshot().idle() == 1);

        for (int i = 0; i < 10; i++) {
            worker.interrupt();
        }

        assertThat(onWorker(pool, Thread::currentThread)).isSameAs(worker);
        assertThat(onWorker(pool, () -> Thread.currentThread().isInterrupted())).isFalse();
    }

    @Test
    void whatACallbackChangesOfItsThreadIsPutBack() throws Exception {
        TpPool pool = single();
        ClassLoader loader = onWorker(pool, () -> Thread.currentThread().getContextClassLoader());
        int priority = onWorker(pool, () -> Thread.currentThread().getPriority());
        TpWork work = this.pools.work(pool, "changing", (instance, context, self) -> change(Thread.currentThread()));

        work.submit();
        work.waitForCallbacks(false);

        assertThat(onWorker(pool, () -> Thread.currentThread().getName())).isEqualTo(pool.name() + "-1");
        assertThat(onWorker(pool, () -> Thread.currentThread().getPriority())).isEqualTo(priority);
        assertThat(onWorker(pool, () -> Thread.currentThread().getContextClassLoader())).isSameAs(loader);
    }

    @Test
    void whatTheEndOfAnObjectChangesOfTheThreadIsPutBack() throws Exception {
        TpPool pool = single();
        ClassLoader loader = onWorker(pool, () -> Thread.currentThread().getContextClassLoader());
        int priority = onWorker(pool, () -> Thread.currentThread().getPriority());
        Thread worker = onWorker(pool, Thread::currentThread);
        TpLibrary library = TpLibrary.of("plugin", () -> change(Thread.currentThread()));
        Gate gate = this.pools.occupy(pool);
        TpWork work = TpEnvironment.builder().pool(pool).library(library).build().work(() -> {
        });
        work.submit();
        work.close();
        library.close();
        gate.open();
        assertThat(library.awaitUnloaded(Pools.GENEROUS)).isTrue();

        Pools.eventually(() -> pool.snapshot().idle() == 1);
        assertThat(worker.getName()).as("of an idle worker").isEqualTo(pool.name() + "-1");
        assertThat(worker.getPriority()).isEqualTo(priority);
        assertThat(worker.getContextClassLoader()).isSameAs(loader);

        TpWork freed = this.pools.work(pool, () -> {
        });
        freed.whenFreed(() -> change(Thread.currentThread()));
        Gate second = this.pools.occupy(pool);
        freed.submit();
        freed.close();
        Started<String> next = this.pools.start(() -> onWorker(pool, () -> Thread.currentThread().getName()));
        Pools.eventually(() -> pool.queued() == 2);
        second.open();
        assertThat(next.get()).as("in the next callback").isEqualTo(pool.name() + "-1");
    }

    @Test
    void whatAnEntryThatGoesBackChangesOfTheThreadIsPutBack() throws Exception {
        TpPool pool = single();
        Thread worker = onWorker(pool, Thread::currentThread);
        TpDeferredCallback deferred = TpEnvironment.of(pool).tryDefer(new TpDeferredTask<Object>() {

            @Override
            public String name() {
                return "changing";
            }

            @Override
            public boolean tryEnter() {
                change(Thread.currentThread());
                return false;
            }

            @Override
            public void run(TpCallbackInstance instance, Object context) {
                // It never comes to that.
            }

            @Override
            public void completed(Throwable failure) {
                // Nor to this.
            }

            @Override
            public void cancelled() {
                // Nobody waits for it.
            }

        }, null);
        deferred.postNow();

        Pools.eventually(() -> pool.snapshot().idle() == 1);
        assertThat(worker.getName()).isEqualTo(pool.name() + "-1");
        assertThat(onWorker(pool, () -> Thread.currentThread().getName())).isEqualTo(pool.name() + "-1");
        deferred.cancel();
    }

    @Test
    void whoRunsACallbackHimselfAndHasTooLittleStackLeavesNothingBehind() throws Exception {
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).queueCapacity(1).whenFull(TpFullPolicy.CALLER_RUNS));
        Gate gate = this.pools.occupy(pool);
        TpWork queued = this.pools.work(pool, () -> {
        });
        queued.submit();
        TpWork work = this.pools.work(pool, () -> {
        });
        TpCleanupGroup group = this.pools.closing(TpCleanupGroup.create("group"));
        TpEnvironment member = TpEnvironment.builder().pool(pool).cleanupGroup(group).build();

        onThreadWithoutStack(work::submit);
        onThreadWithoutStack(() -> member.trySubmit(() -> {
        }));

        assertThat(work.running()).isZero();
        assertThat(work.waitForCallbacks(false, Pools.GENEROUS)).isTrue();
        assertThat(group.size()).isZero();
        gate.open();
        queued.waitForCallbacks(false);
    }

    @Test
    void whoRunsCallbacksThatPostThemselvesUntilTheStackEndsLeavesNothingBehind() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1)
            .queueCapacity(1)
            .whenFull(TpFullPolicy.CALLER_RUNS)
            .exceptionHandler((source, failure) -> this.reported.add(failure)));
        Gate gate = this.pools.occupy(pool);
        TpWork queued = this.pools.work(pool, () -> {
        });
        queued.submit();
        TpWork work = this.pools.work(pool, "deeper", (instance, context, self) -> self.submit());
        TpCleanupGroup group = this.pools.closing(TpCleanupGroup.create("group"));
        TpEnvironment member = TpEnvironment.builder().pool(pool).cleanupGroup(group).build();
        AtomicInteger registered = new AtomicInteger();
        TpSemaphore released = TpSemaphore.of(0, Integer.MAX_VALUE);
        TpSimpleCallback<@Nullable Object> oneShot = new TpSimpleCallback<>() {

            @Override
            public void run(TpCallbackInstance instance, @Nullable Object context) {
                instance.releaseSemaphoreWhenCallbackReturns(released, 1);
                registered.incrementAndGet();
                member.trySubmit(this, null);
            }

        };

        // Each of them comes to the end of its stack somewhere else.
        for (int i = 0; i < 100; i++) {
            onStack(256 * 1024 + 512 * i, work::submit);
            onStack(256 * 1024 + 512 * i, () -> member.trySubmit(oneShot, null));
        }

        assertThat(this.reported).isNotEmpty().hasOnlyElementsOfType(StackOverflowError.class);
        assertThat(work.running()).isZero();
        assertThat(work.waitForCallbacks(false, Pools.GENEROUS)).isTrue();
        assertThat(released.availablePermits()).isEqualTo(registered.get());
        assertThat(group.size()).isZero();
        gate.open();
        queued.waitForCallbacks(false);
    }

    private static void onStack(int bytes, Runnable action) throws InterruptedException {
        Thread thread = new Thread(null, action, "deep", bytes);
        thread.setUncaughtExceptionHandler((failed, failure) -> {
        });
        thread.start();
        thread.join();
    }

    /**
     * On a thread whose stack is used up by what begins an execution.
     */
    private static void onThreadWithoutStack(Runnable action) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(action) {

            @Override
            public ClassLoader getContextClassLoader() {
                throw new StackOverflowError("on purpose");
            }

        };
        thread.setUncaughtExceptionHandler((failed, failure) -> thrown.set(failure));
        thread.start();
        thread.join(Pools.GENEROUS.toMillis());
        assertThat(thrown.get()).isInstanceOf(StackOverflowError.class);
    }

    @Test
    void aThreadLocalThatACallbackLeavesBehindStaysWithTheThread() throws Exception {
        TpPool pool = single();
        ThreadLocal<String> left = new ThreadLocal<>();

        onWorker(pool, () -> {
            left.set("behind");
            return null;
        });

        // As on Windows, undoing it is up to the callback, or to an activation context.
        assertThat(onWorker(pool, left::get)).isEqualTo("behind");
        assertThat(TpCallbackInstance.currentOrNull()).isNull();
    }

    @Test
    void whatACallbackChangesOfTheThreadThatPostedItIsPutBack() {
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).queueCapacity(1).whenFull(TpFullPolicy.CALLER_RUNS));
        this.pools.occupy(pool);
        Thread thread = Thread.currentThread();
        String name = thread.getName();
        int priority = thread.getPriority();
        ClassLoader loader = thread.getContextClassLoader();

        for (int i = 0; i < 2; i++) {
            TpEnvironment.of(pool).trySubmit(() -> change(Thread.currentThread()));
        }

        assertThat(thread.getName()).isEqualTo(name);
        assertThat(thread.getPriority()).isEqualTo(priority);
        assertThat(thread.getContextClassLoader()).isSameAs(loader);
    }

    @Test
    void withoutAHandlerAFailureIsLoggedOnceWithTheNameOfTheObject() throws Exception {
        IllegalStateException failure = new IllegalStateException("on purpose");
        try (LogRecords log = new LogRecords()) {
            TpPool pool = this.pools.create();
            TpWork work = this.pools.work(pool, "noisy", (instance, context, self) -> {
                throw failure;
            });
            work.submit();
            work.waitForCallbacks(false);

            assertThat(log.messages()).containsExactly("callback 'noisy' of pool '" + pool.name() + "' failed");
            assertThat(log.failures()).containsExactly(failure);
        }
    }

    @Test
    void aCompletionActionThatFailsIsLoggedAsWhatItIs() throws Exception {
        TpSemaphore full = TpSemaphore.of(1, 1);
        try (LogRecords log = new LogRecords()) {
            TpPool pool = this.pools.create();
            TpWork work = this.pools.work(pool, "generous",
                    (instance, context, self) -> instance.releaseSemaphoreWhenCallbackReturns(full, 1));
            work.submit();
            work.waitForCallbacks(false);

            assertThat(log.messages()).containsExactly("callback 'generous' of pool '" + pool.name()
                    + "' ran, but its completion action RELEASE_SEMAPHORE failed");
        }
    }

    @Test
    void aHandlerThatThrowsIsLoggedTogetherWithWhatItWasToldOf() throws Exception {
        IllegalStateException ofHandler = new IllegalStateException("handler");
        IllegalStateException ofCallback = new IllegalStateException("callback");
        try (LogRecords log = new LogRecords()) {
            TpPool pool = this.pools.create((builder) -> builder.exceptionHandler((source, failure) -> {
                throw ofHandler;
            }));
            TpWork work = this.pools.work(pool, "noisy", (instance, context, self) -> {
                throw ofCallback;
            });
            work.submit();
            work.waitForCallbacks(false);

            assertThat(log.messages()).singleElement().asString().contains("callback 'noisy'");
            assertThat(log.failures()).containsExactly(ofHandler);
            assertThat(ofHandler.getSuppressed()).containsExactly(ofCallback);
            assertThat(onWorker(pool, () -> 1)).isEqualTo(1);
            assertThat(pool.snapshot().failed()).isEqualTo(1);
        }
    }

    @Test
    void aHandlerThatThrowsOnWhatItWasToldOfIsLoggedToo() throws Exception {
        RuntimeException failure = new IllegalStateException("on purpose");
        try (LogRecords log = new LogRecords()) {
            TpPool pool = this.pools.create((builder) -> builder.exceptionHandler((source, told) -> {
                throw (RuntimeException) told;
            }));
            TpWork work = this.pools.work(pool, "noisy", (instance, context, self) -> {
                throw failure;
            });
            work.submit();
            work.waitForCallbacks(false);

            assertThat(log.failures()).containsExactly(failure);
            assertThat(pool.snapshot().failed()).isEqualTo(1);
        }
    }

    @Test
    void aHandlerMayUseUpItsStack() throws Exception {
        try (LogRecords log = new LogRecords()) {
            TpPool pool = this.pools.create((builder) -> builder.exceptionHandler((source, told) -> descend()));
            TpWork work = this.pools.work(pool, "noisy", (instance, context, self) -> {
                throw new IllegalStateException("on purpose");
            });
            work.submit();
            work.waitForCallbacks(false);

            assertThat(log.failures()).hasSize(1).hasOnlyElementsOfType(StackOverflowError.class);
            assertThat(onWorker(pool, () -> 1)).isEqualTo(1);
        }
    }

    @Test
    void manyFailuresLeaveThePoolAsItWas() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.exceptionHandler((source, failure) -> {
            this.reported.add(failure);
            throw new IllegalStateException("handler");
        }).monitor(new TpMonitor() {

            @Override
            public void callbackEnded(TpCallbackSource source, long runNanos, Throwable failure) {
                throw new IllegalStateException("monitor");
            }

        }));
        AtomicInteger executions = new AtomicInteger();
        TpEnvironment environment = TpEnvironment.builder().pool(pool).finalizationCallback((instance, context) -> {
            throw new IllegalStateException("finalization");
        }).build();
        TpWork work = this.pools.closing(environment.work(() -> {
            executions.incrementAndGet();
            throw new IllegalStateException("callback");
        }));
        try (LogRecords log = new LogRecords()) {
            for (int i = 0; i < 200; i++) {
                work.submit();
            }
            work.waitForCallbacks(false);
            assertThat(log.messages()).hasSize(600);
        }

        assertThat(executions).hasValue(200);
        assertThat(this.reported).hasSize(400);
        assertThat(pool.snapshot().failed()).isEqualTo(200);
        assertThat(pool.completed()).isEqualTo(200);
    }

    private static <T> T onWorker(TpPool pool, Callable<T> callable) throws Exception {
        return TpEnvironment.of(pool).submit(callable).get(60, TimeUnit.SECONDS);
    }

    @SuppressWarnings("ThreadPriorityCheck") // It is what has to be put back.
    private static void change(Thread thread) {
        thread.setName("changed");
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.setContextClassLoader(null);
    }

    @SuppressWarnings("InfiniteRecursion") // It is to use up the stack.
    private static void descend() {
        descend();
    }

    @SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    private static final class ThrownByNobody extends Throwable {

        private static final long serialVersionUID = 1L;

    }

}
