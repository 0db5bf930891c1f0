package dev.tpool;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Objects that come and go, and what is done to them.
 */
final class Turmoil {

    private static final int PERMITS = 50;

    private static final List<TpPriority> PRIORITIES = List.of(TpPriority.values());

    private final Stress stress;

    private final TpPool pool;

    private final TpCleanupGroup group = TpCleanupGroup.create("turmoil");

    private final AtomicReferenceArray<Counted> current = new AtomicReferenceArray<>(6);

    private final Map<String, Counted> objects = new ConcurrentHashMap<>();

    private final AtomicInteger names = new AtomicInteger();

    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger mostRunning = new AtomicInteger();

    private final Semaphore permits = new Semaphore(PERMITS);

    private final AtomicLong oneShots = new AtomicLong();

    private final AtomicLong oneShotsTold = new AtomicLong();

    private final AtomicLong oneShotsRun = new AtomicLong();

    Turmoil(TpPool pool, Stress stress) {
        this.pool = pool;
        this.stress = stress;
        for (int i = 0; i < this.current.length(); i++) {
            create(i, new Random(i));
        }
    }

    Void act(Random random) throws Exception {
        while (this.stress.goesOn()) {
            int index = random.nextInt(this.current.length());
            Counted object = this.current.get(index);
            int step = random.nextInt(100);
            if (step < 60) {
                object.submit();
            }
            else if (step < 75) {
                postOneShot(random);
            }
            else if (step < 85) {
                await(object, random);
            }
            else if (step < 95) {
                object.cancel();
            }
            else if (step < 98) {
                object.work.close();
                create(index, random);
            }
            else {
                LockSupport.parkNanos(random.nextInt(500_000));
            }
        }
        return null;
    }

    Void closeGroups(Random random) throws Exception {
        while (this.stress.goesOn()) {
            TpCloseReport report = random.nextBoolean() ? this.group.closeMembers(true, null)
                    : this.group.closeMembers(true, null, Duration.ofNanos(random.nextInt(1_000_000)));
            report.members().forEach(this::cancelledByGroup);
            for (int i = 0; i < this.current.length(); i++) {
                if (this.current.get(i).work.isClosed()) {
                    create(i, random);
                }
            }
            LockSupport.parkNanos(random.nextInt(10_000_000));
        }
        return null;
    }

    Void resize(Random random, int most) {
        while (this.stress.goesOn()) {
            if (random.nextBoolean()) {
                this.pool.setThreadMaximum(1 + random.nextInt(most));
            }
            else {
                this.pool.setThreadMinimum(random.nextInt(most / 2));
            }
            TpPoolSnapshot snapshot = this.pool.snapshot();
            assertThat(snapshot.queued()).isNotNegative();
            assertThat(this.group.snapshot().members()).isNotNull();
            LockSupport.parkNanos(random.nextInt(5_000_000));
        }
        return null;
    }

    /**
     * Ends what is left, and looks at what must be true whatever happened.
     */
    void assertAccountedFor(int most) throws InterruptedException {
        this.group.closeMembers(true, null).members().forEach(this::cancelledByGroup);
        this.pool.close();

        assertThat(this.pool.awaitTermination(Pools.GENEROUS)).as(() -> this.pool.snapshot().toString()).isTrue();
        assertThat(this.objects).hasSizeGreaterThan(this.current.length());
        assertThat(this.objects.values()).allSatisfy(Counted::assertAccountedFor);
        assertThat(this.mostRunning.get()).isBetween(2, most);
        assertThat(this.permits.availablePermits()).isEqualTo(PERMITS);
        assertThat(this.oneShotsTold).hasValue(this.oneShots.get());
        long executions = this.objects.values().stream().mapToLong((each) -> each.executions.get()).sum();
        assertThat(executions).isPositive();
        assertThat(this.pool.completed()).isEqualTo(executions + this.oneShotsRun.get());
    }

    private void cancelledByGroup(TpCloseReport.Member member) {
        Counted object = this.objects.get(member.name());
        if (object != null) {
            object.cancellations.addAndGet(member.dropped());
        }
    }

    private static void await(Counted object, Random random) throws InterruptedException {
        try {
            if (random.nextInt(4) == 0) {
                object.work.waitForCallbacks(false, Duration.ofMillis(20));
            }
            else {
                object.work.waitForCallbacks(false, Duration.ofNanos(random.nextInt(100_000)));
            }
        }
        catch (IllegalStateException ex) {
            // It was closed.
        }
    }

    private void create(int index, Random random) {
        Counted object = new Counted();
        String name = "w" + this.names.incrementAndGet();
        this.objects.put(name, object);
        object.work = environment(random).work(name, (instance, context, work) -> run(object, instance), null);
        this.current.set(index, object);
    }

    private TpEnvironment environment(Random random) {
        return TpEnvironment.builder()
            .pool(this.pool)
            .cleanupGroup(this.group)
            .priority(PRIORITIES.get(random.nextInt(3)))
            .runsLong(random.nextInt(5) == 0)
            .build();
    }

    private void postOneShot(Random random) throws InterruptedException {
        if (!this.permits.tryAcquire(5, TimeUnit.MILLISECONDS)) {
            return;
        }
        TpEnvironment environment = random.nextBoolean() ? environment(random) : TpEnvironment.of(this.pool);
        this.oneShots.incrementAndGet();
        assertThat(environment.trySubmit("one-shot", (instance, context) -> {
            instance.releaseSemaphoreWhenCallbackReturns(this.permits, 1);
            this.oneShotsRun.incrementAndGet();
            runs(() -> misbehave(instance));
        }, null, new TpCompletion() {

            @Override
            public void completed(Throwable failure) {
                Turmoil.this.oneShotsTold.incrementAndGet();
            }

            @Override
            public void cancelled() {
                Turmoil.this.permits.release();
                Turmoil.this.oneShotsTold.incrementAndGet();
            }

        })).isTrue();
    }

    private void run(Counted object, TpCallbackInstance instance) {
        object.executions.incrementAndGet();
        runs(() -> misbehave(instance));
    }

    private void runs(Runnable callback) {
        this.mostRunning.accumulateAndGet(this.running.incrementAndGet(), Math::max);
        try {
            callback.run();
        }
        finally {
            this.running.decrementAndGet();
        }
    }

    private static void misbehave(TpCallbackInstance instance) {
        int what = ThreadLocalRandom.current().nextInt(200);
        if (what < 10) {
            LockSupport.parkNanos(200_000);
        }
        else if (what < 15) {
            instance.disassociateCurrentThreadFromCallback();
            LockSupport.parkNanos(1);
        }
        else if (what < 20) {
            instance.callbackMayRunLong();
            LockSupport.parkNanos(1_000_000);
        }
        else if (what < 25) {
            Thread.currentThread().interrupt();
        }
        else if (what < 30) {
            throw new IllegalStateException("on purpose");
        }
        else if (what == 30) {
            LockSupport.parkNanos(15_000_000);
        }
    }

}
