package dev.tpool;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What the engine makes of those around it that fail where nobody expects it, or leave
 * things behind: tickers, loggers, thread factories, locks, handlers, libraries.
 */
class FailingSurroundingsTests {

    @RegisterExtension
    final Pools pools = new Pools();

    @Test
    void aTickerThatThrowsLosesNoCallback() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2).monitor(new TpMonitor() {
        }).ticker(() -> {
            throw new IllegalStateException("no time");
        }));
        AtomicInteger executions = new AtomicInteger();
        try (LogRecords log = new LogRecords()) {
            TpWork work = this.pools.work(pool, executions::incrementAndGet);
            for (int i = 0; i < 3; i++) {
                work.submit();
            }
            work.waitForCallbacks(false);
            assertThat(log.messages()).contains("the ticker of pool '" + pool.name() + "' failed");
        }

        assertThat(executions).hasValue(3);
    }

    @Test
    void aLoggerThatThrowsCostsNoWorker() throws Exception {
        AtomicBoolean failing = new AtomicBoolean(true);
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1)
            .threadFactory((worker) -> failing.getAndSet(false) ? null : new Thread(worker, "worker")));
        Handler handler = new Handler() {

            @Override
            public void publish(LogRecord logRecord) {
                throw new IllegalStateException("no log");
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }

        };
        Logger logger = Logger.getLogger(TpPool.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            assertThat(TpEnvironment.of(pool).trySubmit(() -> {
            })).isFalse();
        }
        finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }

        assertThat(TpEnvironment.of(pool).submit(() -> 1).get(60, TimeUnit.SECONDS)).isOne();
        assertThat(pool.threads()).isOne();
    }

    @Test
    void aFactoryThatStartsItsThreadsGetsNoWorkerTwice() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).threadFactory((worker) -> {
            Thread thread = new Thread(worker, "worker");
            thread.start();
            Pools.eventually(() -> thread.getState() == Thread.State.TIMED_WAITING);
            return thread;
        }));

        for (int i = 0; i < 3; i++) {
            assertThat(TpEnvironment.of(pool).submit(() -> 1).get(60, TimeUnit.SECONDS)).isOne();
        }

        assertThat(pool.threads()).isOne();
    }

    @Test
    void aLookOfTheGovernorThatFailsIsNotItsLast() {
        AtomicInteger failures = new AtomicInteger(3);
        TpPool pool = this.pools.create(
                (builder) -> builder.threadMaximum(Pools.PROCESSORS + 1).threadFactory((worker) -> new Thread(worker) {

                    @Override
                    public State getState() {
                        if (currentThread().getName().endsWith("-governor") && failures.getAndDecrement() > 0) {
                            throw new IllegalStateException("no state");
                        }
                        return super.getState();
                    }

                }));
        try (LogRecords log = new LogRecords()) {
            for (int i = 0; i < Pools.PROCESSORS; i++) {
                this.pools.occupy(pool);
            }
            AtomicBoolean ran = new AtomicBoolean();
            this.pools.work(pool, () -> ran.set(true)).submit();

            Pools.eventually(ran::get);

            assertThat(log.messages()).containsOnly("the governor of pool '" + pool.name() + "' failed");
        }
    }

    @Test
    void anActionThatFailsBeyondWordsKeepsNoOtherFromBeingCarriedOut() throws Exception {
        TpPool pool = this.pools.single();
        Semaphore permits = new Semaphore(0);
        try (LogRecords log = new LogRecords()) {
            CompletableFuture<Integer> future = TpEnvironment.of(pool).submit(() -> {
                TpCallbackInstance instance = TpCallbackInstance.current();
                instance.leaveCriticalSectionWhenCallbackReturns(new UnspeakableLock());
                instance.releaseSemaphoreWhenCallbackReturns(permits, 1);
                return 1;
            });
            assertThat(future.get(60, TimeUnit.SECONDS)).isOne();
            assertThat(log.failures()).hasSize(1);
        }

        assertThat(permits.availablePermits()).isOne();
        assertThat(TpEnvironment.of(pool)
            .submit(() -> TpCallbackInstance.current().releaseSemaphoreWhenCallbackReturns(permits, 1))
            .get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aHandlerThatThrowsWhatItWasToldOfIsHeardOf() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.exceptionHandler((source, failure) -> {
            throw (RuntimeException) failure;
        }));
        RuntimeException failure = new IllegalStateException("of the callback");
        try (LogRecords log = new LogRecords()) {
            TpWork work = this.pools.work(pool, () -> {
                throw failure;
            });
            work.submit();
            work.waitForCallbacks(false);
            assertThat(log.failures()).containsExactly(failure);
        }

        assertThat(pool.snapshot().failed()).isOne();
    }

    @Test
    void aClockWithoutAThreadLeavesNobodyHalfDone() throws Exception {
        AtomicInteger started = new AtomicInteger();
        ThreadFactory threads = (run) -> {
            if (started.getAndIncrement() == 0) {
                throw new OutOfMemoryError("unable to create native thread (not really)");
            }
            Thread thread = new Thread(run, "clock");
            thread.setDaemon(true);
            return thread;
        };
        TpPool pool = this.pools.create((builder) -> builder.clock(new Clock(TimeSource.SYSTEM, threads)));
        CountDownLatch fired = new CountDownLatch(2);
        TpTimer timer = this.pools.closing(TpEnvironment.of(pool).timer(fired::countDown));

        timer.set(Duration.ZERO, Duration.ofMillis(1), Duration.ZERO);
        timer.waitForCallbacks(false);
        assertThat(fired.getCount()).isOne();
        // Whoever uses the clock next starts it.
        this.pools.closing(TpEnvironment.of(pool).timer(() -> {
        })).unset();

        assertThat(fired.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCallbackThatWasDroppedBeforeItsPosterRanItDoesNotCountAsCompleted() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        AtomicBoolean closing = new AtomicBoolean();
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1)
            .queueCapacity(1)
            .whenFull(TpFullPolicy.CALLER_RUNS)
            .monitor(new TpMonitor() {
            })
            .ticker(() -> {
                if (closing.getAndSet(false)) {
                    close(group);
                }
                return System.nanoTime();
            }));
        Gate gate = this.pools.occupy(pool);
        TpWork filler = this.pools.work(pool, () -> {
        });
        filler.submit();
        AtomicBoolean ran = new AtomicBoolean();
        closing.set(true);

        TpEnvironment.of(pool).toBuilder().cleanupGroup(group).build().trySubmit(() -> ran.set(true));

        assertThat(ran).isFalse();
        assertThat(pool.snapshot().dropped()).isOne();
        gate.open();
        filler.waitForCallbacks(false);
        assertThat(pool.completed()).isEqualTo(2);
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // It is what the test is about.
    void workersHaveNothingOfThePriorityOfWhoPosts() throws Exception {
        TpPool pool = this.pools.create();

        int priority = this.pools.start(() -> {
            Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
            return TpEnvironment.of(pool).submit(() -> Thread.currentThread().getPriority()).get(60, TimeUnit.SECONDS);
        }).get();

        assertThat(priority).isEqualTo(Thread.NORM_PRIORITY);
    }

    @Test
    void theDefaultPoolKeepsNothingOfWhoAsksForItFirst() throws Exception {
        URL classes = TpPool.class.getProtectionDomain().getCodeSource().getLocation();
        ClassLoader mine = Thread.currentThread().getContextClassLoader();
        // Not closed: the worker goes on after the callback, and may need more of its
        // classes.
        @SuppressWarnings("resource")
        URLClassLoader fresh = new URLClassLoader(new URL[] { classes }, ClassLoader.getPlatformClassLoader());
        try (URLClassLoader ofWhoAsks = new URLClassLoader(new URL[0])) {
            Class<?> environment = fresh.loadClass(TpEnvironment.class.getName());
            Callable<ClassLoader> callable = () -> Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(ofWhoAsks);

            Object seen = environment.getMethod("submit", Callable.class)
                .invoke(environment.getMethod("defaults").invoke(null), callable);

            assertThat(((CompletableFuture<?>) seen).get(60, TimeUnit.SECONDS)).isSameAs(fresh);
        }
        finally {
            Thread.currentThread().setContextClassLoader(mine);
        }
    }

    @Test
    void aPosterThatWaitsForRoomIsRefusedIfThePoolIsClosedMeanwhile() throws Exception {
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).queueCapacity(1).whenFull(TpFullPolicy.BLOCK));
        Gate gate = this.pools.occupy(pool);
        assertThat(TpEnvironment.of(pool).trySubmit(() -> {
        })).isTrue();
        AtomicBoolean ran = new AtomicBoolean();
        Started<Boolean> poster = this.pools.start(() -> TpEnvironment.of(pool).trySubmit(() -> ran.set(true)))
            .awaitBlocked();

        pool.close();
        gate.open();

        assertThatIllegalStateException().isThrownBy(poster::get).withMessageContaining("closed");
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
        assertThat(ran).isFalse();
    }

    @Test
    void anInterruptOutOfTheCloseOfALibraryIsMeantForNoCallback() throws Exception {
        TpPool pool = this.pools.single();
        TpLibrary library = TpLibrary.of("library", () -> {
            throw new InterruptedException("while closing");
        });
        Gate gate = this.pools.gate();
        try (LogRecords log = new LogRecords()) {
            TpEnvironment.of(pool).toBuilder().library(library).build().trySubmit(gate::pass);
            CompletableFuture<Boolean> next = TpEnvironment.of(pool)
                .submit(() -> Thread.currentThread().isInterrupted());
            library.close();
            gate.open();

            assertThat(next.get(60, TimeUnit.SECONDS)).isFalse();
            assertThat(library.isUnloaded()).isTrue();
            assertThat(log.failures()).hasSize(1);
        }
    }

    @Test
    void whoWaitsForTheEndIsToldOfAWorkerThatCouldNotBeStarted() throws Exception {
        Gate gate = this.pools.gate();
        TpPool pool = this.pools.create((builder) -> builder.threadFactory((worker) -> {
            gate.pass();
            return null;
        }));
        try (LogRecords log = new LogRecords()) {
            Started<Boolean> poster = this.pools.start(() -> TpEnvironment.of(pool).trySubmit(() -> {
            }));
            gate.awaitArrivals(1);
            pool.close();
            Started<Boolean> waiter = this.pools.start(() -> pool.awaitTermination(Duration.ofMinutes(5)))
                .awaitBlocked();

            gate.open();

            assertThatIllegalStateException().isThrownBy(poster::get).withMessageContaining("is closed");
            assertThat(waiter.get()).isTrue();
            assertThat(log.messages()).hasSize(1);
        }
    }

    private static void close(TpCleanupGroup group) {
        try {
            group.closeMembers(true, null, Duration.ZERO);
        }
        catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    /**
     * Cannot be unlocked, and does not say why.
     */
    private static final class UnspeakableLock extends ReentrantLock {

        @Override
        public void unlock() {
            throw new IllegalMonitorStateException() {

                @Override
                public String getMessage() {
                    throw new IllegalStateException("no words");
                }

            };
        }

    }

}
