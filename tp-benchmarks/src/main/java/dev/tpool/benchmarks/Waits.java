package dev.tpool.benchmarks;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpWait;
import dev.tpool.sync.TpEvent;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks that follow a signal, as the benchmarks see them.
 */
interface Waits extends AutoCloseable {

    /** How many wait for one signal in a broadcast. */
    int CROWD = 4096;

    /** Registers and takes back, without a time-out. */
    void registerAndCancel();

    /** Registers without a time-out and signals. */
    void registerAndSignal();

    /** Registers with a time-out that does not come, and signals. */
    void registerWithTimeoutAndSignal();

    /**
     * Registers with a time-out, and stays so.
     * @return what a user keeps
     */
    Object waiting();

    /** Registers a crowd with one event and signals it. */
    void broadcast();

    /** Makes the event of the broadcast ready for the next one. */
    default void reset() {
    }

    /**
     * How many callbacks follow a wait with a time-out.
     * @return one or none
     */
    default int callbacksOfTimeout() {
        return 1;
    }

    @Override
    void close();

    /**
     * Wait objects of ours, which are used again, on events of ours.
     */
    final class OfPool implements Waits {

        private static final Duration TIMEOUT = Duration.ofMinutes(10);

        private final TpPool pool;

        private final TpEnvironment environment;

        private final Batch batch;

        private final TpEvent event = TpEvent.autoReset();

        private final TpEvent gate = TpEvent.manualReset();

        private final TpWait wait;

        private final TpWait[] crowd = new TpWait[CROWD];

        OfPool(TpPool pool, Batch batch) {
            this.pool = pool;
            this.environment = TpEnvironment.of(pool);
            this.batch = batch;
            this.wait = wait(this.environment, batch);
            for (int i = 0; i < CROWD; i++) {
                this.crowd[i] = wait(this.environment, batch);
            }
        }

        private static TpWait wait(TpEnvironment environment, Batch batch) {
            return environment.wait((instance, counter, self, result) -> counter.run(), batch);
        }

        @Override
        public void registerAndCancel() {
            this.wait.set(this.event);
            this.wait.unset();
        }

        @Override
        public void registerAndSignal() {
            this.wait.set(this.event);
            this.event.set();
        }

        @Override
        public void registerWithTimeoutAndSignal() {
            this.wait.set(this.event, TIMEOUT);
            this.event.set();
        }

        @Override
        public Object waiting() {
            TpWait waiting = wait(this.environment, this.batch);
            waiting.set(this.gate, TIMEOUT);
            return waiting;
        }

        @Override
        public void broadcast() {
            for (TpWait member : this.crowd) {
                member.set(this.gate);
            }
            this.gate.set();
        }

        @Override
        public void reset() {
            this.gate.reset();
        }

        @Override
        public void close() {
            this.pool.close();
        }

    }

    /**
     * Futures that are completed, with callbacks on an executor. Nobody waits for the
     * future of a callback.
     */
    @SuppressWarnings("FutureReturnValueIgnored")
    final class OfFuture implements Waits {

        private final ExecutorService executor;

        private final BiConsumer<@Nullable Void, @Nullable Throwable> callback;

        private final boolean callbackOfTimeout;

        OfFuture(ExecutorService executor, Batch batch, boolean callbackOfTimeout) {
            this.executor = executor;
            this.callback = (value, failure) -> batch.run();
            this.callbackOfTimeout = callbackOfTimeout;
        }

        private CompletableFuture<Void> register(CompletableFuture<Void> event) {
            return event.whenCompleteAsync(this.callback, this.executor);
        }

        // cancel() would cost an exception with a stack trace
        @Override
        public void registerAndCancel() {
            register(new CompletableFuture<>()).complete(null);
        }

        @Override
        public void registerAndSignal() {
            CompletableFuture<Void> event = new CompletableFuture<>();
            register(event);
            event.complete(null);
        }

        @Override
        public void registerWithTimeoutAndSignal() {
            CompletableFuture<Void> event = new CompletableFuture<Void>().orTimeout(10, TimeUnit.MINUTES);
            if (this.callbackOfTimeout) {
                register(event);
            }
            event.complete(null);
        }

        @Override
        public Object waiting() {
            CompletableFuture<Void> waiting = new CompletableFuture<Void>().orTimeout(10, TimeUnit.MINUTES);
            register(waiting);
            return waiting;
        }

        @Override
        public void broadcast() {
            CompletableFuture<Void> gate = new CompletableFuture<>();
            for (int i = 0; i < CROWD; i++) {
                register(gate);
            }
            gate.complete(null);
        }

        @Override
        public int callbacksOfTimeout() {
            return this.callbackOfTimeout ? 1 : 0;
        }

        @Override
        public void close() {
            this.executor.shutdownNow();
        }

    }

}
