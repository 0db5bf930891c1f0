package dev.tpool.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import com.sun.management.OperatingSystemMXBean;
import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpThreadKind;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.Blackhole;

/**
 * <pre>
 * java -cp tp-benchmarks/target/benchmarks.jar dev.tpool.benchmarks.ElasticityReport [part]...
 * </pre>
 *
 * How the pool gets on with callbacks that block, compute, or do both, beside a
 * {@code ThreadPoolExecutor} of the best fixed size, which is found by trying, a
 * {@code ForkJoinPool} and virtual threads; and what that costs. Prints Markdown tables.
 * A part is the name of an {@link ElasticLoad} in lower case, {@code burst},
 * {@code nested}, {@code shrink} or {@code governor}; without any all are done.
 */
public final class ElasticityReport {

    private static final PrintStream out = System.out;

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static final int RUNS = 3;

    private static final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    private static final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory
        .getOperatingSystemMXBean();

    private ElasticityReport() {
    }

    /**
     * Prints the parts.
     * @param args which, by default all
     * @throws IOException if there are no sockets
     */
    public static void main(String[] args) throws IOException {
        List<String> parts = Arrays.asList(args);
        out.printf(Locale.ROOT, "Java %s, %d processors%n%n", Runtime.version(), PROCESSORS);
        try (ElasticLoad.Connections connections = new ElasticLoad.Connections(ElasticPool.MAXIMUM)) {
            List<ElasticLoad> loads = Arrays.stream(ElasticLoad.values())
                .filter((load) -> parts.isEmpty() || parts.contains(nameOf(load)))
                .toList();
            if (!loads.isEmpty()) {
                out.println("| load | pool | time, ms | peak threads | processor time, s |");
                out.println("|---|---|---:|---:|---:|");
                loads.forEach((load) -> compare(load, connections));
                out.println();
            }
        }
        if (parts.isEmpty() || parts.contains("burst")) {
            burst();
        }
        if (parts.isEmpty() || parts.contains("nested")) {
            nested();
        }
        if (parts.isEmpty() || parts.contains("shrink")) {
            shrink();
        }
        if (parts.isEmpty() || parts.contains("governor")) {
            governor();
        }
        System.exit(0);
    }

    private static String nameOf(ElasticLoad load) {
        return load.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void compare(ElasticLoad load, ElasticLoad.Connections connections) {
        for (Contender contender : contenders()) {
            print(load, contender.name(), median(load, connections, contender.pool()));
        }
        Outcome best = new Outcome(0, Double.MAX_VALUE, 0, 0);
        for (int size : ElasticPool.sizes(PROCESSORS)) {
            Outcome outcome = run(load, connections, () -> ElasticPool.ofFixedSize(size)).of(size);
            if (outcome.millis() > 3 * best.millis()) {
                // Fewer threads still would take longer still.
                break;
            }
            best = (outcome.millis() < best.millis()) ? outcome : best;
        }
        int bestSize = best.size();
        print(load, "ThreadPoolExecutor, best fixed size (" + bestSize + ")",
                median(load, connections, () -> ElasticPool.ofFixedSize(bestSize)));
    }

    private static List<Contender> contenders() {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(new Contender("TpPool", () -> ElasticPool.ofOurs(TpThreadKind.PLATFORM)));
        if (ElasticPool.hasVirtualThreads()) {
            contenders.add(new Contender("TpPool, virtual", () -> ElasticPool.ofOurs(TpThreadKind.VIRTUAL)));
        }
        contenders.add(new Contender("ForkJoinPool", () -> ElasticPool.ofForkJoin(PROCESSORS)));
        if (ElasticPool.hasVirtualThreads()) {
            contenders.add(new Contender("virtual threads", ElasticPool::ofVirtualThreads));
        }
        return contenders;
    }

    private static Outcome median(ElasticLoad load, ElasticLoad.Connections connections, Supplier<ElasticPool> pool) {
        List<Outcome> outcomes = new ArrayList<>();
        Outcome first = run(load, connections, pool);
        if (first.millis() > 5_000) {
            return first;
        }
        for (int i = 0; i < RUNS; i++) {
            outcomes.add(run(load, connections, pool));
        }
        outcomes.sort(Comparator.comparingDouble(Outcome::millis));
        return outcomes.get(RUNS / 2);
    }

    private static Outcome run(ElasticLoad load, ElasticLoad.Connections connections, Supplier<ElasticPool> factory) {
        List<Runnable> callbacks = load.callbacks(connections);
        CountDownLatch ended = new CountDownLatch(callbacks.size());
        try (ElasticPool pool = factory.get()) {
            long cpu = process.getProcessCpuTime();
            long begin = System.nanoTime();
            for (Runnable callback : callbacks) {
                pool.executor().execute(() -> {
                    callback.run();
                    ended.countDown();
                });
            }
            ElasticLoad.await(ended);
            double millis = millisSince(begin);
            double cpuSeconds = (process.getProcessCpuTime() - cpu) / 1e9;
            return new Outcome(0, millis, pool.peakThreads().getAsInt(), cpuSeconds);
        }
    }

    private static void print(ElasticLoad load, String pool, Outcome outcome) {
        out.printf(Locale.ROOT, "| %s | %s | %.0f | %d | %.2f |%n", nameOf(load), pool, outcome.millis(),
                outcome.peakThreads(), outcome.cpuSeconds());
    }

    /**
     * From the post to the beginning of a callback on a pool whose workers are parked.
     */
    private static void burst() {
        out.println("| burst after 20 ms of idleness | first begins after, µs | all 16 have begun after, µs |");
        out.println("|---|---:|---:|");
        List<Contender> contenders = contenders();
        contenders.add(new Contender("ThreadPoolExecutor, fixed size " + PROCESSORS,
                () -> ElasticPool.ofFixedSize(PROCESSORS)));
        for (Contender contender : contenders) {
            int rounds = 200;
            double[] first = new double[rounds];
            double[] all = new double[rounds];
            try (ElasticPool pool = contender.pool().get()) {
                for (int round = -50; round < rounds; round++) {
                    ElasticLoad.sleep(20);
                    long[] begun = new long[16];
                    CountDownLatch ended = new CountDownLatch(begun.length);
                    long begin = System.nanoTime();
                    for (int i = 0; i < begun.length; i++) {
                        int index = i;
                        pool.executor().execute(() -> {
                            begun[index] = System.nanoTime() - begin;
                            ended.countDown();
                        });
                    }
                    ElasticLoad.await(ended);
                    if (round >= 0) {
                        first[round] = Arrays.stream(begun).min().orElseThrow() / 1e3;
                        all[round] = Arrays.stream(begun).max().orElseThrow() / 1e3;
                    }
                }
            }
            Arrays.sort(first);
            Arrays.sort(all);
            out.printf(Locale.ROOT, "| %s | %.0f | %.0f |%n", contender.name(), first[rounds / 2], all[rounds / 2]);
        }
        out.println();
    }

    /**
     * Callbacks that post to their own pool and wait, deeper and deeper.
     */
    private static void nested() {
        out.println("| callbacks that wait for callbacks of their own pool, 100 deep | time, ms | peak threads |");
        out.println("|---|---:|---:|");
        List<Contender> contenders = contenders();
        contenders.add(new Contender("ThreadPoolExecutor, fixed size " + ElasticPool.MAXIMUM,
                () -> ElasticPool.ofFixedSize(ElasticPool.MAXIMUM)));
        for (Contender contender : contenders) {
            Outcome outcome = null;
            for (int i = 0; i < RUNS; i++) {
                try (ElasticPool pool = contender.pool().get()) {
                    long begin = System.nanoTime();
                    dive(pool, 100).join();
                    outcome = new Outcome(0, millisSince(begin), pool.peakThreads().getAsInt(), 0);
                }
            }
            if (outcome != null) {
                out.printf(Locale.ROOT, "| %s | %.1f | %d |%n", contender.name(), outcome.millis(),
                        outcome.peakThreads());
            }
        }
        out.println();
    }

    private static CompletableFuture<Integer> dive(ElasticPool pool, int depth) {
        return CompletableFuture.supplyAsync(() -> (depth == 1) ? 1 : 1 + dive(pool, depth - 1).join(),
                pool.executor());
    }

    /**
     * What is left of 200 threads after the keep-alive time.
     */
    private static void shrink() {
        out.println("| minimum | keep-alive | threads at the peak | after the keep-alive time and 100 ms | governor |");
        out.println("|---:|---:|---:|---:|---|");
        for (int minimum : new int[] { 0, 4 }) {
            TpPool pool = TpPool.builder("shrink").threadMinimum(minimum).keepAlive(Duration.ofSeconds(1)).build();
            CountDownLatch ended = new CountDownLatch(200);
            for (int i = 0; i < 200; i++) {
                TpEnvironment.of(pool).trySubmit(() -> {
                    ElasticLoad.sleep(500);
                    ended.countDown();
                });
            }
            ElasticLoad.await(ended);
            int peak = pool.threads();
            ElasticLoad.sleep(1_100);
            out.printf(Locale.ROOT, "| %d | 1 s | %d | %d | %s |%n", minimum, peak, pool.threads(),
                    (governorOf(pool) != null) ? "there" : "gone");
            pool.close();
        }
        out.println();
    }

    /**
     * The processor time of the governor while 500 callbacks are blocked, as many compute
     * as there are processors, and others are queued, so that it goes on looking.
     */
    private static void governor() throws IOException {
        out.println(
                "| 500 workers blocked in | of at most | have come after, ms | processor time of the governor until then,"
                        + " ms | from then on, percent of one processor |");
        out.println("|---|---:|---:|---:|---:|");
        try (ElasticLoad.Connections connections = new ElasticLoad.Connections(500)) {
            CountDownLatch over = new CountDownLatch(1);
            governor("park", 1_000, () -> ElasticLoad.await(over));
            governor("park", 500, () -> ElasticLoad.await(over));
            governor("sleep of 10 ms, again and again", 1_000, () -> {
                while (over.getCount() > 0) {
                    ElasticLoad.sleep(10);
                }
            });
            governor("read of a socket", 1_000, () -> connections.read(60_000));
            over.countDown();
        }
    }

    private static void governor(String block, int maximum, Runnable callback) {
        TpPool pool = TpPool.builder("governed").threadMaximum(maximum).exceptionHandler((source, failure) -> {
            // Its connection was closed, which is how this ends.
        }).build();
        TpEnvironment environment = TpEnvironment.of(pool);
        long start = System.nanoTime();
        CountDownLatch begun = new CountDownLatch(500);
        AtomicBoolean over = new AtomicBoolean();
        for (int i = 0; i < 500; i++) {
            environment.trySubmit(() -> {
                begun.countDown();
                callback.run();
            });
        }
        for (int i = 0; i < PROCESSORS + 10; i++) {
            environment.trySubmit(() -> {
                while (!over.get()) {
                    Blackhole.consumeCPU(1_000);
                }
            });
        }
        ElasticLoad.await(begun);
        double came = millisSince(start);
        ElasticLoad.sleep(500);
        Thread governor = governorOf(pool);
        if (governor == null) {
            throw new IllegalStateException("nobody watches");
        }
        long cpu = cpuTimeOf(governor);
        long begin = System.nanoTime();
        ElasticLoad.sleep(4_000);
        double share = 100.0 * (cpuTimeOf(governor) - cpu) / (System.nanoTime() - begin);
        out.printf(Locale.ROOT, "| %s | %d | %.0f | %.1f | %.2f |%n", block, maximum, came, cpu / 1e6, share);
        over.set(true);
        pool.close();
    }

    private static @Nullable Thread governorOf(TpPool pool) {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().equals(pool.name() + "-governor"))
            .findFirst()
            .orElse(null);
    }

    @SuppressWarnings("deprecation") // getId() is what Java 17 has
    private static long cpuTimeOf(Thread thread) {
        return threads.getThreadCpuTime(thread.getId());
    }

    private static double millisSince(long begin) {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin) / 1e3;
    }

    private record Contender(String name, Supplier<ElasticPool> pool) {
    }

    private record Outcome(int size, double millis, int peakThreads, double cpuSeconds) {

        Outcome of(int ofSize) {
            return new Outcome(ofSize, this.millis, this.peakThreads, this.cpuSeconds);
        }

    }

}
