package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.TpRejectedException;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.boot.autoconfigure.annotation.TpCallbackAutoConfiguration;
import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Random paths through the entry of callbacks: whatever happens, every permit and every
 * lock comes back, and each call is executed, cancelled or rejected.
 */
@Timeout(300)
class TpCallbackEntryStressTests {

    private static final int CALLERS = 3;

    private static final int CALLS = 400;

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 5, 8, 13, 21, 34 })
    void everythingComesBackWhateverHappens(long seed) throws Exception {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues
                .of("tp.pools.wide.max-threads=4", "tp.pools.bounded.max-threads=2",
                        "tp.pools.bounded.queue-capacity=6", "tp.pools.helped.max-threads=2",
                        "tp.pools.helped.queue-capacity=4", "tp.pools.helped.when-full=caller-runs",
                        "tp.semaphores.slots.maximum=3", "tp.mutexes.book=", "tp.sections.index=")
                .applyTo(context);
            context.register(Config.class, TpAutoConfiguration.class, TpCallbackAutoConfiguration.class);
            context.refresh();
            new Run(context, seed).check();
        }
    }

    /**
     * One context and those who call into it.
     */
    private static final class Run {

        private final AnnotationConfigApplicationContext context;

        private final TpRegistry registry;

        private final Subject subject;

        private final long seed;

        private final TpCleanupGroup group = TpCleanupGroup.create("stress");

        private final AtomicInteger executed = new AtomicInteger();

        private final AtomicInteger rejected = new AtomicInteger();

        private final List<Throwable> unexpected = new ArrayList<>();

        Run(AnnotationConfigApplicationContext context, long seed) {
            this.context = context;
            this.registry = context.getBean(TpRegistry.class);
            this.subject = context.getBean(Subject.class);
            this.seed = seed;
        }

        void check() throws Exception {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                Random random = new Random(this.seed * 100 + i);
                callers.add(new Thread(() -> call(random), "caller-" + i));
            }
            Thread meddler = new Thread(() -> meddle(new Random(-this.seed)), "meddler");
            callers.add(meddler);
            callers.forEach(Thread::start);
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(this.unexpected).isEmpty();
            await().atMost(Duration.ofMinutes(2)).until(this::isQuiet);
            this.group.closeMembers(false, null);

            long dropped = sum(TpPoolSnapshot::dropped);
            assertThat(this.executed.get() + dropped + this.rejected.get()).isEqualTo(CALLERS * CALLS);
            assertThat(sum(TpPoolSnapshot::rejected)).isEqualTo(this.rejected.get());
            assertThat(this.executed.get()).isPositive();
            assertThat(this.subject.overlaps()).isZero();
            // Those of a stage come back when it completes.
            await().atMost(Duration.ofMinutes(1)).until(() -> this.registry.semaphore("slots").availablePermits() == 3);
            assertThat(this.registry.semaphore("slots").waiting()).isZero();
            assertThat(this.registry.mutex("book").owner()).isNull();
            assertThat(this.registry.section("index").owner()).isNull();
            EntryLocks locks = this.context.getBean(TpCallbackAnnotationBeanPostProcessor.class).methods().locks();
            assertThat(locks.mutexes().size()).isZero();
            assertThat(locks.sections().size()).isZero();
        }

        private boolean isQuiet() {
            return this.registry.pools().values().stream().allMatch((pool) -> {
                TpPoolSnapshot now = pool.snapshot();
                return now.queued() == 0 && now.running() == 0;
            });
        }

        private long sum(ToLongFunction<TpPoolSnapshot> count) {
            return this.registry.pools().values().stream().map((pool) -> pool.snapshot()).mapToLong(count).sum();
        }

        private void call(Random random) {
            try {
                List<CompletableFuture<Integer>> results = new ArrayList<>();
                for (int i = 0; i < CALLS; i++) {
                    CompletableFuture<Integer> result = post(random);
                    results.add(result);
                    if (random.nextInt(6) == 0) {
                        results.get(random.nextInt(results.size())).cancel(true);
                    }
                }
                results.forEach(this::count);
            }
            catch (Throwable ex) {
                synchronized (this.unexpected) {
                    this.unexpected.add(ex);
                }
            }
        }

        private CompletableFuture<Integer> post(Random random) {
            Work work = new Work(random.nextInt(4) == 0, random.nextInt(50), this.executed);
            TpCleanupGroup joined = (random.nextInt(3) == 0) ? this.group : null;
            String key = "key-" + random.nextInt(3);
            return switch (random.nextInt(8)) {
                case 0 -> this.subject.later(work, joined);
                case 1 -> this.subject.rejecting(work, joined);
                case 2 -> this.subject.waiting(work, joined);
                case 3 -> this.subject.bounded(work, joined);
                case 4 -> this.subject.keyed(work, key, joined);
                case 5 -> this.subject.keyedInBounded(work, key, joined);
                case 6 -> this.subject.helped(work, key, joined);
                default -> this.subject.stage(work, joined);
            };
        }

        private void count(CompletableFuture<Integer> result) {
            try {
                result.join();
            }
            catch (CancellationException ex) {
                // Executed all the same, if it had begun.
            }
            catch (CompletionException ex) {
                if (ex.getCause() instanceof TpRejectedException) {
                    this.rejected.incrementAndGet();
                }
                else if (!(ex.getCause() instanceof Broken)) {
                    throw ex;
                }
            }
        }

        private void meddle(Random random) {
            try {
                for (int i = 0; i < 60; i++) {
                    switch (random.nextInt(4)) {
                        case 0 -> this.group.closeMembers(true, null);
                        case 1 -> this.group.closeMembers(false, null, Duration.ofMillis(1));
                        case 2 -> {
                            this.registry.mutex("book").lock();
                            Thread.sleep(0, random.nextInt(500_000));
                            this.registry.mutex("book").unlock();
                        }
                        default -> {
                            this.registry.section("index").enter();
                            Thread.onSpinWait();
                            this.registry.section("index").leave();
                        }
                    }
                    Thread.sleep(0, random.nextInt(900_000));
                }
            }
            catch (Throwable ex) {
                synchronized (this.unexpected) {
                    this.unexpected.add(ex);
                }
            }
        }

    }

    /**
     * What one callback does.
     *
     * @param fails whether it throws
     * @param micros how long it takes
     * @param executed counts it
     */
    record Work(boolean fails, int micros, AtomicInteger executed) {

        CompletableFuture<Integer> run() {
            this.executed.incrementAndGet();
            long end = System.nanoTime() + this.micros * 1000L;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            if (this.fails) {
                throw new Broken();
            }
            return CompletableFuture.completedFuture(1);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Config {

        @Bean
        Subject subject() {
            return new Subject();
        }

    }

    static class Broken extends RuntimeException {

        private static final long serialVersionUID = 1L;

    }

    static class Subject {

        private final Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();

        private final AtomicInteger overlaps = new AtomicInteger();

        int overlaps() {
            return this.overlaps.get();
        }

        private CompletableFuture<Integer> alone(String lock, Work work) {
            AtomicInteger inside = this.inside.computeIfAbsent(lock, (key) -> new AtomicInteger());
            if (inside.incrementAndGet() > 1) {
                this.overlaps.incrementAndGet();
            }
            try {
                return work.run();
            }
            finally {
                inside.decrementAndGet();
            }
        }

        @TpCallback(environment = "wide", acquireSemaphore = "slots", acquireCount = 2, acquireMutex = "book",
                enterSection = "index", releaseSemaphore = "slots", releaseCount = 2, releaseMutex = "book",
                leaveSection = "index")
        CompletableFuture<Integer> later(Work work, @Nullable TpCleanupGroup group) {
            return alone("book", work);
        }

        @TpCallback(environment = "wide", acquireSemaphore = "slots", enterSection = "index",
                releaseSemaphore = "slots", leaveSection = "index", whenUnavailable = TpWhenUnavailable.REJECT)
        CompletableFuture<Integer> rejecting(Work work, @Nullable TpCleanupGroup group) {
            return work.run();
        }

        @TpCallback(environment = "wide", acquireSemaphore = "slots", acquireCount = 3, acquireMutex = "book",
                releaseSemaphore = "slots", releaseCount = 3, releaseMutex = "book",
                whenUnavailable = TpWhenUnavailable.WAIT, waitAtMost = "1ms")
        CompletableFuture<Integer> waiting(Work work, @Nullable TpCleanupGroup group) {
            return alone("book", work);
        }

        @TpCallback(environment = "bounded", acquireSemaphore = "slots", acquireMutex = "book",
                releaseSemaphore = "slots", releaseMutex = "book")
        CompletableFuture<Integer> bounded(Work work, @Nullable TpCleanupGroup group) {
            return alone("book", work);
        }

        @TpCallback(environment = "wide", acquireMutex = "#{#key}", releaseMutex = "#{#key}")
        CompletableFuture<Integer> keyed(Work work, String key, @Nullable TpCleanupGroup group) {
            return alone(key, work);
        }

        @TpCallback(environment = "bounded", acquireSemaphore = "slots", releaseSemaphore = "slots",
                acquireMutex = "#{#key}", releaseMutex = "#{#key}", enterSection = "s-#{#key}",
                leaveSection = "s-#{#key}")
        CompletableFuture<Integer> keyedInBounded(Work work, String key, @Nullable TpCleanupGroup group) {
            return alone(key, work);
        }

        @TpCallback(environment = "helped", acquireMutex = "#{#key}", releaseMutex = "#{#key}")
        CompletableFuture<Integer> helped(Work work, String key, @Nullable TpCleanupGroup group) {
            return alone(key, work);
        }

        @TpCallback(environment = "wide", acquireSemaphore = "slots", releaseSemaphore = "slots",
                completion = TpCompletionPoint.STAGE)
        CompletableFuture<Integer> stage(Work work, @Nullable TpCleanupGroup group) {
            return work.run().thenApplyAsync((value) -> value);
        }

    }

}
