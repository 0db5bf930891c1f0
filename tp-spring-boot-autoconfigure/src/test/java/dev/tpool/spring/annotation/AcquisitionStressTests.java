package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpPool;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Random paths through {@link Acquisition} and {@link Turns}, without a pool in between:
 * calls that wait, are withdrawn and go back while others take the locks and end without
 * letting go of them. Whatever happens, each call gets what it needs or is withdrawn,
 * nobody is in another's way, and everything comes back.
 */
@Timeout(300)
class AcquisitionStressTests {

    private static final int POSTERS = 3;

    private static final int RUNNERS = 2;

    private static final int CALLS = Integer.getInteger("tpool.stress.calls", 2_000);

    private static final int PERMITS = 3;

    private final Turns turns = new Turns((key) -> new EntryLock.OfMutex(TpMutex.named(key)));

    private final TpMutex[] mutexes = { TpMutex.named("a"), TpMutex.named("b") };

    private final AtomicInteger[] inside = { new AtomicInteger(), new AtomicInteger(), new AtomicInteger() };

    private final TpSemaphore semaphore = TpSemaphore.of(PERMITS, PERMITS);

    private final AtomicInteger inUse = new AtomicInteger();

    private final BlockingQueue<Call> complete = new LinkedBlockingQueue<>();

    private final AtomicInteger ran = new AtomicInteger();

    private final AtomicInteger ended = new AtomicInteger();

    private final AtomicInteger retried = new AtomicInteger();

    private final List<Throwable> unexpected = new CopyOnWriteArrayList<>();

    private volatile boolean over;

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 5, 8, 13 })
    void eachCallGetsWhatItNeedsOrIsWithdrawnAndEverythingComesBack(long seed) throws Exception {
        TpPool pool = TpPool.builder("watch").threadMaximum(2).build();
        List<Thread> posters = new ArrayList<>();
        for (int i = 0; i < POSTERS; i++) {
            Random random = new Random(seed * 100 + i);
            posters.add(start("poster-" + i, () -> post(random, pool)));
        }
        List<Thread> others = new ArrayList<>();
        for (int i = 0; i < RUNNERS; i++) {
            others.add(start("runner-" + i, this::run));
        }
        others.add(start("meddler", () -> meddle(new Random(-seed))));
        for (Thread poster : posters) {
            poster.join();
        }
        try {
            await().atMost(Duration.ofMinutes(2))
                .until(() -> this.ended.get() == POSTERS * CALLS || !this.unexpected.isEmpty());
        }
        finally {
            this.over = true;
            for (Thread other : others) {
                other.join();
            }
        }

        assertThat(this.unexpected).isEmpty();
        assertThat(this.ran).hasPositiveValue();
        assertThat(this.semaphore.availablePermits()).isEqualTo(PERMITS);
        assertThat(this.semaphore.waiting()).isZero();
        assertThat(this.turns.size()).isZero();
        pool.close();
        // Those that looked after owners are closed.
        assertThat(pool.awaitTermination(Duration.ofMinutes(1))).as(pool.snapshot().toString()).isTrue();
        System.out.println("seed " + seed + ": " + this.ended + " calls, " + this.ran + " ran, " + this.retried
                + " went back with a lock taken");
    }

    private Thread start(String name, Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            }
            catch (Throwable ex) {
                this.unexpected.add(ex);
            }
        }, name);
        // What a waiter throws would come out here.
        thread.setUncaughtExceptionHandler((same, ex) -> this.unexpected.add(ex));
        thread.start();
        return thread;
    }

    private void post(Random random, TpPool pool) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            Call call = new Call(random.nextInt(this.inside.length), random.nextInt(PERMITS) + 1, pool);
            if (random.nextInt(5) > 0) {
                calls.add(call);
                call.acquisition.begin();
            }
            else if (!call.acquisition.tryBegin()) {
                this.ended.incrementAndGet();
            }
            if (!calls.isEmpty() && random.nextInt(3) == 0) {
                calls.remove(random.nextInt(calls.size())).withdraw();
            }
        }
    }

    private void run() throws InterruptedException {
        while (!this.over) {
            Call call = this.complete.poll(10, TimeUnit.MILLISECONDS);
            if (call != null) {
                call.run();
            }
        }
    }

    private void meddle(Random random) throws InterruptedException {
        for (int i = 0; !this.over && this.ended.get() < POSTERS * CALLS; i++) {
            TpMutex mutex = this.mutexes[random.nextInt(this.mutexes.length)];
            if (i % 100 == 50 && i < 300) {
                Thread careless = start("careless", mutex::lock);
                careless.join();
            }
            else {
                mutex.lock();
                Thread.sleep(0, random.nextInt(200_000));
                mutex.unlock();
            }
            Thread.sleep(0, random.nextInt(900_000));
        }
    }

    @FunctionalInterface
    private interface Step {

        void run() throws InterruptedException;

    }

    /**
     * One that needs the turn for a lock, that it is free, and permits.
     */
    private final class Call {

        private final int place;

        private final int count;

        private final TurnStep turn;

        private final Acquisition acquisition;

        private final AtomicBoolean claimed = new AtomicBoolean();

        Call(int place, int count, TpPool pool) {
            this.place = place;
            this.count = count;
            TpMutex[] named = AcquisitionStressTests.this.mutexes;
            Object key = (place < named.length) ? new EntryLock.OfMutex(named[place]) : "key";
            this.turn = new TurnStep(AcquisitionStressTests.this.turns, key);
            this.acquisition = new Acquisition(
                    List.of(this.turn, new FreeStep(this.turn, pool),
                            new PermitStep(AcquisitionStressTests.this.semaphore, count)),
                    1, 1, () -> AcquisitionStressTests.this.complete.add(this));
        }

        void withdraw() {
            if (this.claimed.compareAndSet(false, true)) {
                this.acquisition.withdraw();
                AcquisitionStressTests.this.ended.incrementAndGet();
            }
        }

        void run() {
            EntryLock lock = this.turn.lock();
            if (!lock.tryTake()) {
                AcquisitionStressTests.this.retried.incrementAndGet();
                this.acquisition.retry();
                return;
            }
            boolean runs = this.claimed.compareAndSet(false, true);
            if (runs) {
                enter();
            }
            lock.letGo();
            if (runs) {
                this.acquisition.withdraw();
                AcquisitionStressTests.this.ran.incrementAndGet();
                AcquisitionStressTests.this.ended.incrementAndGet();
            }
        }

        private void enter() {
            AtomicInteger others = AcquisitionStressTests.this.inside[this.place];
            AtomicInteger used = AcquisitionStressTests.this.inUse;
            if (others.incrementAndGet() > 1 || used.addAndGet(this.count) > PERMITS) {
                AcquisitionStressTests.this.unexpected.add(new AssertionError("two at a time"));
            }
            Thread.onSpinWait();
            used.addAndGet(-this.count);
            others.decrementAndGet();
        }

    }

}
