package dev.tpool.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpThreadKind;

/**
 * A pool as the {@link ElasticityReport} sees it.
 *
 * @param executor takes the callbacks
 * @param peakThreads the most threads it has had; of virtual threads those that ran
 * callbacks
 * @param end ends it
 */
record ElasticPool(Executor executor, IntSupplier peakThreads, Runnable end) implements AutoCloseable {

    static final int MAXIMUM = 500;

    @Override
    public void close() {
        this.end.run();
    }

    /**
     * Ours with its defaults: it decides itself how many threads it has.
     */
    static ElasticPool ofOurs(TpThreadKind kind) {
        TpPool pool = TpPool.builder("elastic").threadKind(kind).threadMaximum(MAXIMUM).build();
        return new ElasticPool(TpEnvironment.of(pool)::trySubmit, pool::threads, () -> close(pool));
    }

    static ElasticPool ofFixedSize(int size) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(size, size, 0, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>());
        return new ElasticPool(executor, executor::getLargestPoolSize, executor::shutdownNow);
    }

    static ElasticPool ofForkJoin(int parallelism) {
        ForkJoinPool pool = new ForkJoinPool(parallelism, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true);
        return new ElasticPool(pool, pool::getPoolSize, pool::shutdownNow);
    }

    /**
     * A virtual thread for each callback.
     */
    static ElasticPool ofVirtualThreads() {
        ExecutorService executor;
        try {
            executor = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        }
        catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
            throw new IllegalStateException("virtual threads need Java 21 or later", ex);
        }
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        return new ElasticPool((callback) -> executor.execute(() -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            callback.run();
            running.decrementAndGet();
        }), most::get, executor::shutdownNow);
    }

    static boolean hasVirtualThreads() {
        return Runtime.version().feature() >= 21;
    }

    /**
     * The sizes among which the best fixed one is looked for, the largest first.
     */
    static List<Integer> sizes(int processors) {
        List<Integer> sizes = new ArrayList<>();
        sizes.add(MAXIMUM);
        for (int size = 256; size > processors; size /= 2) {
            sizes.add(size);
        }
        sizes.add(processors);
        return sizes;
    }

    private static void close(TpPool pool) {
        pool.close();
        try {
            pool.awaitTermination(Duration.ofSeconds(10));
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

}
