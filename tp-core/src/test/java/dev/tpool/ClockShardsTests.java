package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The clock when others come in between.
 */
class ClockShardsTests {

    private final ManualTime time = new ManualTime();

    private final Clock clock = new Clock(this.time);

    private final List<Entry> served = new ArrayList<>();

    @AfterEach
    void letItsThreadGo() {
        this.time.close();
    }

    @Test
    void servesThoseThatAreLateByPeriodsInTheOrderOfTheirDueTimesAgainAndAgain() {
        List<Entry> set = entriesOfDifferentShards();
        for (int i = 0; i < set.size(); i++) {
            set.get(i).period = Duration.ofMillis(5);
            arm(this.clock, set.get(i), Duration.ofMillis(10 + i));
        }

        // Nothing was served for a while, as after a long pause of the whole process.
        pass(Duration.ofSeconds(1));
        assertThat(this.served).extracting(Entry::shard).containsExactlyElementsOf(shardsOf(set));

        this.served.clear();
        pass(Duration.ofMillis(1));
        assertThat(this.served).extracting(Entry::shard).containsExactlyElementsOf(shardsOf(set));
    }

    @Test
    void isWokenThoughItsThreadIsBeingStarted() throws Exception {
        StillTime still = new StillTime();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ThreadFactory slow = (run) -> {
            Thread thread = new Thread(run, "tp-clock of a test") {
                @Override
                public synchronized void start() {
                    super.start();
                    // Whoever starts it loses the processor here.
                    begun.countDown();
                    awaitUninterruptibly(goOn);
                }
            };
            thread.setDaemon(true);
            return thread;
        };
        Clock own = new Clock(still, slow);
        Entry far = new Entry();
        Thread starter = new Thread(() -> arm(own, far, Duration.ofHours(1)));
        starter.start();
        begun.await();
        await().until(() -> still.parked() > 0);
        Entry near = new Entry();
        Thread other = new Thread(() -> arm(own, near, Duration.ofMillis(10)));
        other.start();
        // It waits for the one who starts the thread, or is done.
        await().until(() -> other.getState() == Thread.State.TIMED_WAITING || !other.isAlive());

        goOn.countDown();
        starter.join();
        other.join();

        try {
            await()
                .untilAsserted(() -> assertThat(still.lastPark()).isLessThanOrEqualTo(Duration.ofMillis(11).toNanos()));
        }
        finally {
            disarm(own, far);
            disarm(own, near);
            still.goOn();
        }
    }

    @Test
    void servesWhatIsDueThoughOthersArmWhatIsFarAwayWheneverItDecides() {
        BusyTime busy = new BusyTime();
        Clock own = new Clock(busy);
        Entry near = new Entry();
        Entry far = new Entry();
        arm(own, far, Duration.ofHours(1));
        await().until(() -> busy.parked.get() > 0);
        busy.meanwhile = () -> arm(own, far, Duration.ofHours(1));

        arm(own, near, Duration.ofMillis(500));

        try {
            await().until(() -> !near.isArmed());
        }
        finally {
            busy.meanwhile = null;
            disarm(own, far);
        }
    }

    /**
     * Two or more, those of the later shards first.
     */
    private List<Entry> entriesOfDifferentShards() {
        List<Entry> entries = new ArrayList<>();
        for (int shard = Shards.COUNT - 1; shard >= 0; shard--) {
            entries.add(OfShard.make(shard, Entry::new));
        }
        return entries;
    }

    private static List<Integer> shardsOf(List<Entry> entries) {
        return entries.stream().map(Entry::shard).toList();
    }

    private static void arm(Clock clock, Entry entry, Duration delay) {
        clock.lock(entry);
        try {
            clock.arm(entry, clock.now() + delay.toNanos(), 0, entry.period.isZero());
        }
        finally {
            clock.unlock(entry);
        }
    }

    private static void disarm(Clock clock, Entry entry) {
        clock.lock(entry);
        try {
            clock.disarm(entry);
        }
        finally {
            clock.unlock(entry);
        }
    }

    private void pass(Duration duration) {
        this.time.pass(duration);
        this.clock.serve();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                latch.await();
                open = true;
            }
            catch (InterruptedException ex) {
                // Nobody is meant to interrupt it.
            }
        }
    }

    private final class Entry extends BareEntry {

        private Duration period = Duration.ZERO;

        @Override
        Post expire(Clock clock, long now) {
            if (!this.period.isZero()) {
                // As a timer does.
                clock.arm(this, Math.max(due() + this.period.toNanos(), now + 1), 0, false);
            }
            return Post.COUNTED;
        }

        @Override
        void afterExpiry(Post post) {
            ClockShardsTests.this.served.add(this);
        }

    }

    /**
     * Real time, of which the clock's thread never gets any in which nobody arms
     * something.
     */
    private static final class BusyTime implements TimeSource {

        private final AtomicInteger parked = new AtomicInteger();

        private volatile Runnable meanwhile;

        private boolean within;

        @Override
        public long nanoTime() {
            Runnable arming = this.meanwhile;
            if (arming != null && Thread.currentThread().getName().equals("tp-clock") && !this.within) {
                this.within = true;
                arming.run();
                this.within = false;
            }
            return System.nanoTime();
        }

        @Override
        public long wallNanos() {
            return TimeSource.SYSTEM.wallNanos();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            this.parked.incrementAndGet();
            LockSupport.parkNanos(blocker, nanos);
        }

    }

}
