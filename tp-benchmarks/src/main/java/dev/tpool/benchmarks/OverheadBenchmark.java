package dev.tpool.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import dev.tpool.TpCallbackSource;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpMonitor;
import dev.tpool.TpPool;
import dev.tpool.TpWork;
import dev.tpool.sync.TpEvent;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar jmh OverheadBenchmark -prof gc
 * </pre>
 *
 * What our own features add to a callback. One producer and one worker, so that the cost
 * is not spread over several.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OverheadBenchmark {

    private static final int BATCH = 8192;

    private final Batch batch = Batch.create();

    @Param
    private Feature feature = Feature.NONE;

    @SuppressWarnings("NullAway.Init")
    private TpPool pool;

    @SuppressWarnings("NullAway.Init")
    private Runnable submit;

    /**
     * Starts the pool.
     */
    @Setup
    public void start() {
        TpPool.Builder builder = TpPool.builder("benchmark").threadMinimum(1).threadMaximum(1);
        if (this.feature == Feature.MONITOR) {
            builder.monitor(new Recorder());
        }
        this.pool = builder.build();
        this.submit = this.feature.submitter(TpEnvironment.of(this.pool), this.batch);
    }

    /**
     * Stops the pool.
     */
    @TearDown
    public void stop() {
        this.pool.close();
    }

    /**
     * Submits a batch and waits for it.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batch() {
        for (int i = 0; i < BATCH; i++) {
            this.submit.run();
        }
        this.batch.await(BATCH);
    }

    /**
     * What a callback uses.
     */
    public enum Feature {

        /** A work object, and nothing more. */
        NONE,

        /** One completion action, which sets an event. */
        COMPLETION_ACTION {
            @Override
            Runnable submitter(TpEnvironment environment, Batch batch) {
                TpEvent event = TpEvent.manualReset();
                TpWork work = environment.work((instance, counter, self) -> {
                    instance.setEventWhenCallbackReturns(event);
                    counter.run();
                }, batch);
                return work::submit;
            }
        },

        /** A monitor that adds up times. */
        MONITOR,

        /** A one-shot callback. */
        ONE_SHOT {
            @Override
            Runnable submitter(TpEnvironment environment, Batch batch) {
                return () -> environment.trySubmit(batch);
            }
        },

        /** A one-shot callback that is a member of a cleanup group. */
        ONE_SHOT_IN_GROUP {
            @Override
            Runnable submitter(TpEnvironment environment, Batch batch) {
                TpCleanupGroup group = TpCleanupGroup.create("benchmark");
                return ONE_SHOT.submitter(environment.toBuilder().cleanupGroup(group).build(), batch);
            }
        };

        Runnable submitter(TpEnvironment environment, Batch batch) {
            return environment.work((instance, counter, self) -> counter.run(), batch)::submit;
        }

    }

    /**
     * Records what a dashboard shows: counts and total times.
     */
    private static final class Recorder implements TpMonitor {

        // apart from what the producer reads, as in Batch
        @SuppressWarnings("unused")
        private final long[] before = new long[Batch.GAP];

        private final LongAdder queueTime = new LongAdder();

        private final LongAdder runTime = new LongAdder();

        private final LongAdder ended = new LongAdder();

        @SuppressWarnings("unused")
        private final long[] after = new long[Batch.GAP];

        @Override
        public void callbackStarted(TpCallbackSource source, long queueNanos) {
            this.queueTime.add(queueNanos);
        }

        @Override
        public void callbackEnded(TpCallbackSource source, long runNanos, @Nullable Throwable failure) {
            this.runTime.add(runNanos);
            this.ended.increment();
        }

    }

}
