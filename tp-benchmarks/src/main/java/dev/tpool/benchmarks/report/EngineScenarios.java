package dev.tpool.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.tpool.benchmarks.Implementation;
import dev.tpool.benchmarks.OverheadBenchmark.Feature;
import dev.tpool.benchmarks.report.BenchmarkSubject.Plan;

/**
 * Submissions, waits for them, fan-out and pings, beside the other pools.
 */
final class EngineScenarios {

    private static final int WORKERS = 2;

    private EngineScenarios() {
    }

    static List<Scenario> all() {
        return List.of(submit(1, 2), submit(2, 2), submitSame(1, 1, 2, 2.8, 2, 3, 5, 10),
                submitSame(4, 2, 1.5, 2.3, 2.5, 4, 2.5, 4), submitSame(2, 8, 4, 7, 8, 15, 4, 7), await(), overhead(),
                fanOut(), spin(), park(), cold());
    }

    private static Subject submit(Implementation implementation, int producers, int workers) {
        return subject(implementation, "SubmitBenchmark.batch", producers, workers, Plan.LONG);
    }

    private static Subject await(Implementation implementation) {
        return subject(implementation, "AwaitBenchmark.batch", 1, WORKERS, Plan.LONG);
    }

    private static Subject subject(Implementation implementation, String benchmark, int threads, int workers,
            Plan plan) {
        return new BenchmarkSubject(implementation.name(), implementation.since(), benchmark,
                Map.of("implementation", implementation.name(), "workers", "" + workers), threads, plan);
    }

    private static Scenario submit(int producers, int workers) {
        Subject work = submit(Implementation.TP_WORK, producers, workers);
        Subject distinct = submit(Implementation.TP_DISTINCT, producers, workers);
        Subject oneShot = submit(Implementation.TP_ONE_SHOT, producers, workers);
        Subject threads = submit(Implementation.THREAD_POOL_EXECUTOR, producers, workers);
        Subject forkJoin = submit(Implementation.FORK_JOIN_POOL, producers, workers);
        Subject enhanced = submit(Implementation.ENHANCED_QUEUE_EXECUTOR, producers, workers);
        Subject spring = submit(Implementation.SPRING_TASK_EXECUTOR, producers, workers);
        Subject virtual = submit(Implementation.VIRTUAL_THREADS, producers, workers);
        Subject least = submit(Implementation.LEAST, producers, workers);
        boolean one = producers == 1;
        List<Target> targets = new ArrayList<>();
        targets.addAll(one ? same(work, forkJoin, 2.5, 3.2, enhanced, 2.5, 4, threads, 3, 4)
                : same(work, forkJoin, 4, 6, enhanced, 4, 7, threads, 4, 6));
        targets.add(Target.atMost("the same work object: allocation", Metric.ALLOCATION, work, 0.5, 0));
        targets.add(Target.faster("distinct work objects: ForkJoinPool", distinct, one ? 1.8 : 1.25, one ? 3 : 2,
                forkJoin));
        targets.add(Target.faster("distinct work objects: EnhancedQueueExecutor", distinct, one ? 1.4 : 1.8,
                one ? 2 : 3, enhanced));
        targets.add(Target.faster("distinct work objects: ThreadPoolExecutor", distinct, one ? 1.8 : 1.1, one ? 3 : 2,
                threads));
        targets.add(Target.faster("one-shot: the best peer", oneShot, 1.2, 2, threads, forkJoin, enhanced, spring,
                virtual));
        targets.add(Target.atMost("one-shot: allocation", Metric.ALLOCATION, oneShot, 24, 0));
        return new Scenario("submit-" + producers + "x" + workers, title(producers, workers),
                List.of(work, distinct, oneShot, forkJoin, threads, enhanced, spring, virtual, least), targets);
    }

    private static Scenario submitSame(int producers, int workers, double forkJoinGate, double forkJoinGoal,
            double enhancedGate, double enhancedGoal, double threadsGate, double threadsGoal) {
        Subject work = submit(Implementation.TP_WORK, producers, workers);
        Subject forkJoin = submit(Implementation.FORK_JOIN_POOL, producers, workers);
        Subject enhanced = submit(Implementation.ENHANCED_QUEUE_EXECUTOR, producers, workers);
        Subject threads = submit(Implementation.THREAD_POOL_EXECUTOR, producers, workers);
        Subject least = submit(Implementation.LEAST, producers, workers);
        return new Scenario("submit-" + producers + "x" + workers, title(producers, workers),
                List.of(work, forkJoin, threads, enhanced, least), same(work, forkJoin, forkJoinGate, forkJoinGoal,
                        enhanced, enhancedGate, enhancedGoal, threads, threadsGate, threadsGoal));
    }

    private static String title(int producers, int workers) {
        return "Submissions, " + count(producers, "producer") + " and " + count(workers, "worker");
    }

    private static String count(int count, String noun) {
        return count + " " + noun + ((count != 1) ? "s" : "");
    }

    private static List<Target> same(Subject work, Subject forkJoin, double forkJoinGate, double forkJoinGoal,
            Subject enhanced, double enhancedGate, double enhancedGoal, Subject threads, double threadsGate,
            double threadsGoal) {
        return List.of(Target.faster("the same work object: ForkJoinPool", work, forkJoinGate, forkJoinGoal, forkJoin),
                Target.faster("the same work object: EnhancedQueueExecutor", work, enhancedGate, enhancedGoal,
                        enhanced),
                Target.faster("the same work object: ThreadPoolExecutor", work, threadsGate, threadsGoal, threads));
    }

    private static Scenario await() {
        Subject work = await(Implementation.TP_WORK);
        Subject counter = new BenchmarkSubject("TP_WORK_COUNTER", Implementation.TP_WORK.since(),
                "AwaitBenchmark.batch",
                Map.of("implementation", Implementation.TP_WORK.name(), "workers", "" + WORKERS, "counter", "true"), 1,
                Plan.LONG);
        Subject forkJoin = await(Implementation.FORK_JOIN_POOL);
        Subject threads = await(Implementation.THREAD_POOL_EXECUTOR);
        Subject enhanced = await(Implementation.ENHANCED_QUEUE_EXECUTOR);
        return new Scenario("await", "Submissions whose producer parks until all have run, 1 producer and 2 workers",
                List.of(work, counter, forkJoin, threads, enhanced),
                same(work, forkJoin, 2, 2.5, enhanced, 1.7, 2, threads, 3, 3.6));
    }

    private static Scenario overhead() {
        Subject none = overhead(Feature.NONE);
        Subject action = overhead(Feature.COMPLETION_ACTION);
        Subject monitor = overhead(Feature.MONITOR);
        Subject oneShot = overhead(Feature.ONE_SHOT);
        Subject member = overhead(Feature.ONE_SHOT_IN_GROUP);
        Subject clock = new BenchmarkSubject("reading the clock", 17, "ClockBenchmark.read", Map.of(), 1, Plan.SHORT);
        return new Scenario("overhead", "What our features add, 1 producer and 1 worker",
                List.of(none, action, monitor, oneShot, member, clock),
                List.of(Target.adds("one completion action adds", action, none, 20, (measured) -> 10),
                        Target.adds("a monitor that records adds (goal: two clock reads)", monitor, none, 100,
                                (measured) -> 2 * measured.median(clock, Metric.TIME)),
                        Target.addsPercent("membership in a group adds to a one-shot", member, oneShot, 50, 25)));
    }

    private static Subject overhead(Feature feature) {
        return new BenchmarkSubject(feature.name(), 17, "OverheadBenchmark.batch", Map.of("feature", feature.name()), 1,
                Plan.LONG);
    }

    private static Scenario fanOut() {
        Subject work = fanOut(Implementation.TP_WORK);
        Subject oneShot = fanOut(Implementation.TP_ONE_SHOT);
        Subject lifo = fanOut(Implementation.FORK_JOIN_POOL_LIFO);
        Subject forkJoin = fanOut(Implementation.FORK_JOIN_POOL);
        Subject threads = fanOut(Implementation.THREAD_POOL_EXECUTOR);
        Subject enhanced = fanOut(Implementation.ENHANCED_QUEUE_EXECUTOR);
        Subject virtual = fanOut(Implementation.VIRTUAL_THREADS);
        return new Scenario("fan-out", "Fan-out from inside callbacks",
                List.of(work, oneShot, lifo, forkJoin, threads, enhanced, virtual),
                List.of(Target.faster("work objects: ForkJoinPool, LIFO", work, 0.7, 1.2, lifo),
                        Target.faster("work objects: ForkJoinPool, async", work, 1.5, 3, forkJoin),
                        Target.faster("work objects: EnhancedQueueExecutor", work, 2, 4, enhanced),
                        Target.faster("work objects: ThreadPoolExecutor", work, 2.5, 5, threads),
                        Target.atMost("work objects: allocation", Metric.ALLOCATION, work, 0.5, 0),
                        Target.faster("one-shots: ForkJoinPool, LIFO", oneShot, 0.7, 1.2, lifo),
                        Target.faster("one-shots: ForkJoinPool, async", oneShot, 1.5, 3, forkJoin)));
    }

    private static Subject fanOut(Implementation implementation) {
        return subject(implementation, "FanOutBenchmark.tree", 1, WORKERS, Plan.LONG);
    }

    private static Subject ping(Implementation implementation, String method) {
        return subject(implementation, "PingBenchmark." + method, 1, WORKERS, Plan.SHORT);
    }

    private static List<Subject> pings(String method, Implementation... implementations) {
        return Arrays.stream(implementations).map((implementation) -> ping(implementation, method)).toList();
    }

    private static Scenario spin() {
        String method = "spin";
        Subject work = ping(Implementation.TP_WORK, method);
        Subject forkJoin = ping(Implementation.FORK_JOIN_POOL, method);
        Subject threads = ping(Implementation.THREAD_POOL_EXECUTOR, method);
        Subject enhanced = ping(Implementation.ENHANCED_QUEUE_EXECUTOR, method);
        Subject virtual = ping(Implementation.VIRTUAL_THREADS, method);
        return new Scenario("ping-spin", "From submission to start, the submitter spins",
                List.of(work, ping(Implementation.TP_ONE_SHOT, method), forkJoin, threads, enhanced, virtual),
                List.of(Target.share("p50 of ForkJoinPool's", Metric.P50, work, 1.2, 0.6, forkJoin),
                        Target.share("p50 of EnhancedQueueExecutor's", Metric.P50, work, 1.2, 0.6, enhanced),
                        Target.share("p50 of ThreadPoolExecutor's", Metric.P50, work, 0.1, 0.1, threads),
                        Target.share("p50 of the best peer's", Metric.P50, work, Double.NaN, 0.6, forkJoin, threads,
                                enhanced, virtual),
                        Target.share("p99 of ForkJoinPool's", Metric.P99, work, 1, 1, forkJoin),
                        Target.share("p99 of ThreadPoolExecutor's", Metric.P99, work, 0.5, 0.5, threads),
                        Target.share("p99 of the best peer's", Metric.P99, work, Double.NaN, 1, forkJoin, threads,
                                enhanced, virtual)));
    }

    private static Scenario park() {
        String method = "park";
        Subject work = ping(Implementation.TP_WORK, method);
        Subject forkJoin = ping(Implementation.FORK_JOIN_POOL, method);
        Subject threads = ping(Implementation.THREAD_POOL_EXECUTOR, method);
        Subject enhanced = ping(Implementation.ENHANCED_QUEUE_EXECUTOR, method);
        return new Scenario("ping-park", "From submission to the end, the submitter parks",
                List.of(work, ping(Implementation.TP_ONE_SHOT, method), forkJoin, threads, enhanced,
                        ping(Implementation.VIRTUAL_THREADS, method)),
                List.of(Target.share("p50 of ThreadPoolExecutor's", Metric.P50, work, 1, 0.1, threads),
                        Target.share("p99 of ThreadPoolExecutor's", Metric.P99, work, 1, 1, threads),
                        Target.share("p50 of ForkJoinPool's", Metric.P50, work, 0.5, 0.5, forkJoin),
                        Target.share("p99 of ForkJoinPool's", Metric.P99, work, 1, 1, forkJoin),
                        Target.share("p50 of EnhancedQueueExecutor's", Metric.P50, work, 0.5, 0.5, enhanced),
                        Target.share("p99 of EnhancedQueueExecutor's", Metric.P99, work, 1, 1, enhanced)));
    }

    private static Scenario cold() {
        return new Scenario(
                "ping-cold", "From submission to start, after a pause of 150 us", pings("cold", Implementation.TP_WORK,
                        Implementation.TP_ONE_SHOT, Implementation.FORK_JOIN_POOL, Implementation.THREAD_POOL_EXECUTOR),
                List.of());
    }

}
