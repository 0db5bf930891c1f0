package dev.tpool.benchmarks;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * <pre>
 * java -jar tp-benchmarks/target/benchmarks.jar jmh TimerBenchmark -p outstanding=100000 -prof gc
 * </pre>
 *
 * Arming and taking back while many timers are armed that are due in 10 to 20 minutes,
 * like the time-outs of a server. Only ours can be armed anew, so {@link #rearm} and
 * {@link #replace} are the same for the peers. The score is one thread's time: divided by
 * the number of threads ({@code -t}) it is what a timer costs the machine.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = { "-Xms2g", "-Xmx2g" })
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
public class TimerBenchmark {

    @Param
    private TimerImplementation implementation = TimerImplementation.TP_TIMER;

    @Param({ "100000", "1000000" })
    private int outstanding;

    @SuppressWarnings("NullAway.Init")
    private Timers timers;

    /**
     * Starts the timers.
     */
    @Setup
    public void start() {
        this.timers = this.implementation.start();
    }

    /**
     * Stops the timers.
     */
    @TearDown
    public void stop() {
        this.timers.close();
    }

    /**
     * Arms one of the outstanding timers anew.
     * @param owner who owns it
     */
    @Benchmark
    public void rearm(Owner owner) {
        owner.rearm(owner.nextSlot(), this.timers);
    }

    /**
     * Arms the same one of the outstanding timers again and again, whose memory is at
     * hand, as that of a connection is that was just used.
     * @param owner who owns it
     */
    @Benchmark
    public void rearmSame(Owner owner) {
        owner.rearm(0, this.timers);
    }

    /**
     * Takes one of the outstanding timers back for good, and makes and arms another one.
     * @param owner who owns them
     */
    @Benchmark
    public void replace(Owner owner) {
        int slot = owner.nextSlot();
        this.timers.cancel(owner.armed[slot]);
        owner.armed[slot] = this.timers.schedule(Expiry.NOTHING, owner.nextDelay());
    }

    /**
     * A thread with its share of the outstanding timers.
     */
    @State(Scope.Thread)
    public static class Owner {

        private static final int DELAYS = 1024;

        private final SplittableRandom random = new SplittableRandom(42);

        private final Delay[] delays = new Delay[DELAYS];

        private int delay;

        private Object[] armed = {};

        /**
         * Arms this thread's share.
         * @param benchmark has the timers
         * @param threads says how many share
         */
        @Setup
        public void arm(TimerBenchmark benchmark, ThreadParams threads) {
            for (int i = 0; i < DELAYS; i++) {
                this.delays[i] = Delay
                    .ofNanos(this.random.nextLong(Duration.ofMinutes(10).toNanos(), Duration.ofMinutes(20).toNanos()));
            }
            this.armed = new Object[benchmark.outstanding / threads.getThreadCount()];
            for (int i = 0; i < this.armed.length; i++) {
                this.armed[i] = benchmark.timers.schedule(Expiry.NOTHING, nextDelay());
            }
        }

        /**
         * Takes them back.
         * @param benchmark has the timers
         */
        @TearDown
        public void cancel(TimerBenchmark benchmark) {
            for (Object timer : this.armed) {
                benchmark.timers.cancel(timer);
            }
        }

        private void rearm(int slot, Timers timers) {
            Object before = this.armed[slot];
            Object after = timers.rearm(before, Expiry.NOTHING, nextDelay());
            if (after != before) {
                // Who arms the same one again has nothing to remember.
                this.armed[slot] = after;
            }
        }

        private int nextSlot() {
            return this.random.nextInt(this.armed.length);
        }

        private Delay nextDelay() {
            return this.delays[this.delay++ & (DELAYS - 1)];
        }

    }

}
