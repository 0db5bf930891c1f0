package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Workers that let timers of their pool expire, while the thread that serves the clock
 * does not get on.
 */
class DueServiceTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    /** More than the thread that serves hands over at once. */
    private static final int MANY = 2_000;

    private final HeldTime time = new HeldTime();

    private final Clock clock = new Clock(this.time);

    private final TpPool pool = TpPool.builder("helping").clock(this.clock).threadMaximum(1).build();

    private final TpPool other = TpPool.builder("other").clock(this.clock).threadMaximum(1).build();

    private final List<TpTimer> timers = new ArrayList<>();

    private final List<Integer> ran = Collections.synchronizedList(new ArrayList<>());

    private final Thread serving = new Thread(() -> this.clock.serve(), "serving");

    @AfterEach
    void allEndsClean() throws Exception {
        this.time.goOn.countDown();
        this.serving.join(60_000);
        assertThat(this.serving.isAlive()).isFalse();
        this.timers.forEach(TpTimer::close);
        for (TpPool each : List.of(this.pool, this.other)) {
            each.close();
            assertThat(each.awaitTermination(Duration.ofMinutes(1))).isTrue();
        }
        assertThat(this.clock.serve()).as("nothing is left armed").isEqualTo(Long.MAX_VALUE);
        this.time.manual.close();
    }

    @Test
    void workersGoOnWithWhatIsDueInTheOrderOfTheDueTimes() {
        set(this.pool, MANY, SECOND);

        serveUntilHeld();

        await().until(() -> this.ran.size() == MANY);
        assertThat(this.ran).isSorted();
        assertThat(this.serving.isAlive()).as("the thread that serves is still held").isTrue();
    }

    @Test
    void workersLeaveTimersOfOtherPoolsAlone() throws Exception {
        set(this.pool, MANY, SECOND);
        set(this.other, 10, SECOND.multipliedBy(2));
        set(this.pool, 10, SECOND.multipliedBy(3));

        serveUntilHeld();

        await().until(() -> this.ran.size() == MANY);
        for (int i = 0; i < 2; i++) {
            CountDownLatch hadNothingElse = new CountDownLatch(1);
            TpEnvironment.of(this.pool).trySubmit((instance, context) -> hadNothingElse.countDown(), null);
            assertThat(hadNothingElse.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(this.ran).hasSize(MANY);
        assertThat(this.timers.subList(MANY, MANY + 20)).allMatch(TpTimer::isSet);

        this.time.goOn.countDown();
        await().until(() -> this.ran.size() == MANY + 20);
    }

    @Test
    void workersKeepToThePriorityOfATimer() {
        set(this.pool, MANY, SECOND);
        TpEnvironment low = TpEnvironment.builder().pool(this.pool).priority(TpPriority.LOW).build();
        TpEnvironment high = TpEnvironment.builder().pool(this.pool).priority(TpPriority.HIGH).build();
        for (int i = 0; i < 3; i++) {
            set(low, SECOND.plusMillis(100));
            set(high, SECOND.plusMillis(100));
        }

        serveUntilHeld();

        await().until(() -> this.ran.size() == MANY + 6);
        assertThat(this.ran).as("low ones after all others").endsWith(MANY, MANY + 2, MANY + 4);
    }

    @Test
    void whatIsTakenBackOrClosedMeanwhileDoesNotRun() {
        set(this.pool, MANY, SECOND);
        List<TpTimer> dropped = this.timers.subList(MANY - 50, MANY);
        AtomicInteger cancelled = new AtomicInteger();
        TpTimer dropping = TpEnvironment.of(this.pool).timer(() -> {
            dropped.subList(0, 25).forEach((timer) -> cancelled.addAndGet(timer.unset() ? 1 : 0));
            dropped.subList(25, 50).forEach(TpTimer::close);
        });
        dropping.set(SECOND.minusMillis(1));

        serveUntilHeld();

        await().until(() -> this.ran.size() >= MANY - 50);
        this.time.goOn.countDown();
        await().until(() -> !this.serving.isAlive());
        assertThat(this.ran).hasSize(MANY - 50);
        assertThat(cancelled).hasValue(25);
        dropping.close();
    }

    @Test
    void theThreadThatServesGoesOnWithoutHelp() throws Exception {
        CountDownLatch occupied = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        TpEnvironment.of(this.pool).trySubmit((instance, context) -> {
            occupied.countDown();
            free.await();
        }, null);
        assertThat(occupied.await(60, TimeUnit.SECONDS)).isTrue();
        set(this.pool, MANY, SECOND);
        set(this.other, 1, SECOND.multipliedBy(2));
        this.time.goOn.countDown();

        serveUntilHeld();

        await().until(() -> this.ran.size() == 1);
        assertThat(this.ran).as("that of the other pool, behind all the others").containsExactly(MANY);
        free.countDown();
        await().until(() -> this.ran.size() == MANY + 1);
    }

    @Test
    void aPoolEndsThoughTheMonitorOfAnotherHoldsWhoeverServes() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TpMonitor holding = new TpMonitor() {

            @Override
            public void callbackQueued(TpCallbackSource source) {
                told.countDown();
                try {
                    goOn.await();
                }
                catch (InterruptedException ex) {
                    throw new IllegalStateException(ex);
                }
            }

        };
        TpPool watched = TpPool.builder("watched").clock(this.clock).threadMaximum(1).monitor(holding).build();
        // As many as are handed over at once, so that those of the other pool are next.
        set(watched, ExpiredEntries.MOST, SECOND);
        set(this.pool, 10, SECOND.multipliedBy(2));
        serveUntilHeld();
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
        CountDownLatch hadSomethingElse = new CountDownLatch(1);
        TpEnvironment.of(this.pool).trySubmit((instance, context) -> hadSomethingElse.countDown(), null);
        assertThat(hadSomethingElse.await(60, TimeUnit.SECONDS)).isTrue();

        this.timers.subList(ExpiredEntries.MOST, ExpiredEntries.MOST + 10).forEach(TpTimer::close);
        this.pool.close();

        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
        assertThat(this.ran).as("the monitor still holds it").isEmpty();
        goOn.countDown();
        this.time.goOn.countDown();
        await().until(() -> this.ran.size() == ExpiredEntries.MOST);
        this.timers.forEach(TpTimer::close);
        watched.close();
        assertThat(watched.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    private void set(TpPool of, int count, Duration due) {
        TpEnvironment environment = TpEnvironment.of(of);
        for (int i = 0; i < count; i++) {
            set(environment, due.plusNanos(i));
        }
    }

    private void set(TpEnvironment environment, Duration due) {
        int number = this.timers.size();
        TpTimer timer = environment.timer(() -> this.ran.add(number));
        this.timers.add(timer);
        timer.set(due);
    }

    private void serveUntilHeld() {
        this.time.manual.pass(Duration.ofMinutes(1));
        this.serving.start();
    }

    /**
     * Holds the thread that serves once it has handed over for the first time: it reads
     * the time to put in line what is due, then to hand over, and then to go on.
     */
    private final class HeldTime implements TimeSource {

        private final ManualTime manual = new ManualTime();

        private final CountDownLatch goOn = new CountDownLatch(1);

        private int readings;

        @Override
        public long nanoTime() {
            if (Thread.currentThread() == DueServiceTests.this.serving && ++this.readings > 2) {
                awaitUninterruptibly();
            }
            return this.manual.nanoTime();
        }

        @Override
        public long wallNanos() {
            return this.manual.wallNanos();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            this.manual.parkNanos(blocker, nanos);
        }

        private void awaitUninterruptibly() {
            try {
                this.goOn.await();
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        }

    }

}
