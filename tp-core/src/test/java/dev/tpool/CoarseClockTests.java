package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.tpool.sync.TpEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Timers and waits that are set anew so often that the clock is not read each time, in
 * real time.
 */
class CoarseClockTests {

    private static final int MANY = 100_000;

    @RegisterExtension
    final Pools pools = new Pools();

    private final CountingTime time = new CountingTime();

    private final Clock clock = new Clock(this.time);

    private final TpEnvironment environment = TpEnvironment
        .of(this.pools.create((builder) -> builder.clock(this.clock)));

    @Test
    void theClockIsHardlyReadIfTimersAreSetAnewOverAndOver() {
        setAnewUntilTheClockIsHardlyRead().close();
    }

    @Test
    void theClockIsReadForWhatIsDueSoon() {
        TpTimer timer = setAnewUntilTheClockIsHardlyRead();

        assertThat(readingsForMany(timer, Duration.ofMillis(1_900))).isGreaterThanOrEqualTo(MANY);
        timer.close();
    }

    @Test
    void theClocksThreadIsNotAskedForWhatIsDueSoon() {
        TpTimer timer = this.environment.timer(() -> {
        });
        timer.set(Duration.ofMillis(1_900));
        for (int i = 0; i < 20; i++) {
            readingsForMany(timer, Duration.ofMillis(1_900));
        }

        assertThat(this.time.parks.get()).isLessThan(50);
        timer.close();
    }

    /**
     * Once timers have asked for it: how fast waits are is not for a test.
     */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void theClockIsHardlyReadForTimeoutsWhileTimersAreSetAnewOverAndOver(boolean signalled) {
        TpEvent event = TpEvent.autoReset();
        TpWait wait = this.environment.wait((instance, context, self, result) -> {
        }, null);

        Pools.eventually(() -> {
            TpTimer timer = setAnewUntilTheClockIsHardlyRead();
            long before = this.time.readings.get();
            for (int i = 0; i < 1_000; i++) {
                wait.set(event, Duration.ofMinutes(10));
                if (signalled) {
                    event.set();
                }
            }
            long readings = this.time.readings.get() - before;
            timer.close();
            return readings < 500;
        });
        wait.close();
    }

    @Test
    void noWaitTimesOutEarlyAndEachDoesSoOnce() {
        Duration timeout = Duration.ofSeconds(2);
        TpEvent event = TpEvent.manualReset();
        int count = 64;
        long[] begun = new long[count];
        AtomicLong[] fired = new AtomicLong[count];
        AtomicInteger total = new AtomicInteger();
        TpWait[] waits = new TpWait[count];
        for (int i = 0; i < count; i++) {
            AtomicLong moment = new AtomicLong();
            fired[i] = moment;
            waits[i] = this.environment.wait((instance, context, self, result) -> {
                moment.set(System.nanoTime());
                total.incrementAndGet();
            }, null);
        }
        int expected = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        do {
            for (int i = 0; i < count; i++) {
                begun[i] = System.nanoTime();
                if (!waits[i].set(event, timeout)) {
                    // The first time, or it has timed out, since the process was held up.
                    expected++;
                }
            }
        }
        while (System.nanoTime() < end);

        int settings = expected;
        Pools.eventually(() -> total.get() >= settings);
        for (int i = 0; i < count; i++) {
            assertThat(fired[i].get() - begun[i]).isGreaterThanOrEqualTo(timeout.toNanos());
            waits[i].close();
        }
        assertThat(total).hasValue(settings);
    }

    @Test
    void theClocksThreadSleepsAgainOnceThatIsOver() {
        TpTimer timer = setAnewUntilTheClockIsHardlyRead();
        Pools.eventually(() -> this.time.lastPark.get() > TimeUnit.SECONDS.toNanos(1));
        timer.close();
    }

    /**
     * It is held up at one of its readings, long after the last moment that it wrote
     * down, and a timer is set by that moment.
     */
    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })
    void nothingIsEarlyWhereverTheThreadIsHeldUp(int reading) throws Exception {
        TpTimer timer = setAnewUntilTheClockIsHardlyRead();
        AtomicInteger fired = new AtomicInteger();
        TpTimer other = this.environment.timer(fired::incrementAndGet);
        other.set(Duration.ofMinutes(10));
        // So that it serves something all the time, and is held up there, too.
        TpTimer periodic = this.environment.timer(() -> {
        });
        periodic.set(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO);
        CountDownLatch held = this.time.holdThread(reading);
        while (held.getCount() > 0) {
            readingsForMany(timer, Duration.ofMinutes(10));
        }

        this.time.pass(Duration.ofMillis(300));
        other.set(Duration.ofSeconds(2));
        this.time.pass(Duration.ofMillis(1_900));
        long parks = this.time.parks.get();
        this.time.letThreadGo();
        // It decides what is due before it parks.
        periodic.close();
        while (this.time.parks.get() < parks + 2) {
            readingsForMany(timer, Duration.ofMinutes(10));
        }
        assertThat(fired.get() + other.pending() + other.running()).isZero();

        this.time.pass(Duration.ofSeconds(1));
        Pools.eventually(() -> fired.get() == 1);
        timer.close();
        other.close();
    }

    @Test
    void noneOfThemIsEarlyAndEachFiresOnce() throws Exception {
        Duration delay = Duration.ofSeconds(2);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        List<Started<Integer>> setters = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            setters.add(this.pools.start(() -> setAnewUntil(end, delay)));
        }
        for (Started<Integer> setter : setters) {
            assertThat(setter.get()).isZero();
        }
    }

    /**
     * Sets timers anew, and waits until all have fired.
     * @return how many have fired too early, or not once
     */
    private int setAnewUntil(long end, Duration delay) {
        int count = 64;
        long[] begun = new long[count];
        AtomicLong[] fired = new AtomicLong[count];
        AtomicInteger total = new AtomicInteger();
        TpTimer[] timers = new TpTimer[count];
        for (int i = 0; i < count; i++) {
            AtomicLong moment = new AtomicLong();
            fired[i] = moment;
            timers[i] = this.environment.timer(() -> {
                moment.set(System.nanoTime());
                total.incrementAndGet();
            });
        }
        do {
            for (int i = 0; i < count; i++) {
                begun[i] = System.nanoTime();
                timers[i].set(delay);
            }
        }
        while (System.nanoTime() < end);
        Pools.eventually(() -> total.get() >= count);
        int wrong = Math.abs(total.get() - count);
        for (int i = 0; i < count; i++) {
            if (fired[i].get() - begun[i] < delay.toNanos()) {
                wrong++;
            }
            timers[i].close();
        }
        return wrong;
    }

    private TpTimer setAnewUntilTheClockIsHardlyRead() {
        TpTimer timer = this.environment.timer(() -> {
        });
        timer.set(Duration.ofMinutes(10));
        Pools.eventually(() -> readingsForMany(timer, Duration.ofMinutes(10)) < MANY / 2);
        return timer;
    }

    private long readingsForMany(TpTimer timer, Duration delay) {
        long before = this.time.readings.get();
        for (int i = 0; i < MANY; i++) {
            timer.set(delay);
        }
        return this.time.readings.get() - before;
    }

    /**
     * Real time, of which more may pass than does, and at a reading of which the clock's
     * thread can be held up.
     */
    private static final class CountingTime implements TimeSource {

        final AtomicLong readings = new AtomicLong();

        final AtomicLong parks = new AtomicLong();

        final AtomicLong lastPark = new AtomicLong();

        private final AtomicLong passed = new AtomicLong();

        private final AtomicInteger readingsLeft = new AtomicInteger();

        private final CountDownLatch held = new CountDownLatch(1);

        private final CountDownLatch go = new CountDownLatch(1);

        void pass(Duration duration) {
            this.passed.addAndGet(duration.toNanos());
        }

        /**
         * Holds up the clock's thread at one of its next readings.
         */
        CountDownLatch holdThread(int reading) {
            this.readingsLeft.set(reading);
            return this.held;
        }

        void letThreadGo() {
            this.go.countDown();
        }

        @Override
        public long nanoTime() {
            this.readings.incrementAndGet();
            if (this.readingsLeft.get() > 0 && Thread.currentThread().getName().equals("tp-clock")
                    && this.readingsLeft.decrementAndGet() == 0) {
                this.held.countDown();
                await(this.go);
            }
            return SYSTEM.nanoTime() + this.passed.get();
        }

        private static void await(CountDownLatch latch) {
            boolean interrupted = false;
            while (latch.getCount() > 0) {
                try {
                    latch.await();
                }
                catch (InterruptedException ex) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public long wallNanos() {
            return SYSTEM.wallNanos();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            this.parks.incrementAndGet();
            this.lastPark.set(nanos);
            SYSTEM.parkNanos(blocker, nanos);
        }

    }

}
