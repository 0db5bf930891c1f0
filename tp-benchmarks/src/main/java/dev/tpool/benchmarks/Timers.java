package dev.tpool.benchmarks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpTimer;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;

/**
 * A timer facility as the benchmarks see it.
 */
interface Timers extends AutoCloseable {

    /**
     * Makes a timer and arms it.
     * @param expiry what it calls
     * @param delay when
     * @return the timer
     */
    Object schedule(Expiry expiry, Delay delay);

    /**
     * Takes an armed timer back for good.
     * @param timer the timer
     */
    void cancel(Object timer);

    /**
     * Arms an armed timer anew.
     * @param timer the timer
     * @param expiry what it calls
     * @param delay when
     * @return the timer, or what came in its place
     */
    default Object rearm(Object timer, Expiry expiry, Delay delay) {
        cancel(timer);
        return schedule(expiry, delay);
    }

    @Override
    void close();

    /**
     * Timers of ours.
     */
    final class OfPool implements Timers {

        private final TpPool pool;

        private final TpEnvironment environment;

        OfPool(TpPool pool) {
            this.pool = pool;
            this.environment = TpEnvironment.of(pool);
        }

        @Override
        public Object schedule(Expiry expiry, Delay delay) {
            TpTimer timer = this.environment.timer((instance, context, self) -> context.run(), expiry);
            timer.set(delay.duration());
            return timer;
        }

        @Override
        public void cancel(Object timer) {
            ((TpTimer) timer).close();
        }

        @Override
        public Object rearm(Object timer, Expiry expiry, Delay delay) {
            ((TpTimer) timer).set(delay.duration());
            return timer;
        }

        @Override
        public void close() {
            this.pool.close();
        }

    }

    /**
     * The tasks of a scheduler of the JDK.
     */
    final class OfExecutor implements Timers {

        private final ScheduledExecutorService executor;

        OfExecutor(ScheduledExecutorService executor) {
            this.executor = executor;
        }

        // the timer is the future
        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public Object schedule(Expiry expiry, Delay delay) {
            return this.executor.schedule((Runnable) expiry, delay.nanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(Object timer) {
            ((Future<?>) timer).cancel(false);
        }

        @Override
        public void close() {
            this.executor.shutdownNow();
        }

    }

    /**
     * Words that say when something is due, each in an object as large as a timer of
     * ours. Nobody ever looks at them.
     */
    final class Least implements Timers {

        @Override
        public Object schedule(Expiry expiry, Delay delay) {
            return new Word(System.nanoTime() + delay.nanos());
        }

        @Override
        public void cancel(Object timer) {
            ((Word) timer).change(0);
        }

        @Override
        public Object rearm(Object timer, Expiry expiry, Delay delay) {
            ((Word) timer).change(System.nanoTime() + delay.nanos());
            return timer;
        }

        @Override
        public void close() {
            // there is nothing to stop
        }

        private static final class Word {

            private static final AtomicLongFieldUpdater<Word> DUE = AtomicLongFieldUpdater.newUpdater(Word.class,
                    "due");

            private volatile long due;

            @SuppressWarnings("unused")
            private long gap0, gap1, gap2, gap3, gap4, gap5;

            Word(long due) {
                DUE.lazySet(this, due);
            }

            void change(long due) {
                DUE.compareAndSet(this, this.due, due);
            }

        }

    }

    /**
     * The time-outs of Netty's wheel, which ticks every 10 ms and hands over to an
     * executor.
     */
    final class OfWheel implements Timers {

        private final HashedWheelTimer wheel;

        private final ExecutorService executor;

        OfWheel(ExecutorService executor) {
            this.executor = executor;
            this.wheel = new HashedWheelTimer(Executors.defaultThreadFactory(), 10, TimeUnit.MILLISECONDS, 512, false,
                    0, executor);
        }

        @Override
        public Object schedule(Expiry expiry, Delay delay) {
            return this.wheel.newTimeout(expiry, delay.nanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void cancel(Object timer) {
            ((Timeout) timer).cancel();
        }

        @Override
        public void close() {
            this.wheel.stop();
            this.executor.shutdownNow();
        }

    }

}
