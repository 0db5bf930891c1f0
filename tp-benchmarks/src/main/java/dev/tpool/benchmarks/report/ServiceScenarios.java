package dev.tpool.benchmarks.report;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.tpool.benchmarks.CallImplementation;
import dev.tpool.benchmarks.TimerFootprint;
import dev.tpool.benchmarks.TimerImplementation;
import dev.tpool.benchmarks.WaitFootprint;
import dev.tpool.benchmarks.WaitImplementation;
import dev.tpool.benchmarks.report.BenchmarkSubject.Plan;

/**
 * Timers, waits and annotated calls, beside what else does this.
 */
final class ServiceScenarios {

    private static final int MANY = 100_000;

    private static final int MILLION = 1_000_000;

    private ServiceScenarios() {
    }

    static List<Scenario> all() {
        return List.of(rearm(), rearmSame(), replaceAmongMillion(), replaceByTwoThreads(), timerFootprint(), timeout(),
                registerAndSignal(), registerAndCancel(), broadcast(), waitFootprint(), annotatedCalls());
    }

    private static Subject timer(TimerImplementation implementation, String method, int outstanding, int threads) {
        boolean both = implementation == TimerImplementation.TP_TIMER || implementation == TimerImplementation.LEAST;
        String name = implementation.name() + ((both && method.equals("replace")) ? ", new" : "");
        return new BenchmarkSubject(name, implementation.since(), "TimerBenchmark." + method,
                Map.of("implementation", implementation.name(), "outstanding", "" + outstanding), threads, Plan.SHORT);
    }

    private static Scenario rearm() {
        String method = "rearm";
        Subject rearmed = timer(TimerImplementation.TP_TIMER, method, MANY, 1);
        Subject replaced = timer(TimerImplementation.TP_TIMER, "replace", MANY, 1);
        Subject forkJoin = timer(TimerImplementation.FORK_JOIN_POOL, method, MANY, 1);
        Subject wheel = timer(TimerImplementation.HASHED_WHEEL_TIMER, method, MANY, 1);
        Subject heap = timer(TimerImplementation.SCHEDULED_EXECUTOR, method, MANY, 1);
        return new Scenario("timer-100k", "Timers, 100,000 outstanding",
                List.of(rearmed, replaced, forkJoin, wheel, heap, timer(TimerImplementation.LEAST, method, MANY, 1),
                        timer(TimerImplementation.LEAST, "replace", MANY, 1)),
                List.of(Target.faster("the same timer: ForkJoinPool", rearmed, 1.6, 2, forkJoin),
                        Target.faster("the same timer: HashedWheelTimer", rearmed, 1.7, 2.2, wheel),
                        Target.faster("the same timer: ScheduledThreadPoolExecutor", rearmed, 8, 13, heap),
                        Target.atMost("the same timer: allocation", Metric.ALLOCATION, rearmed, 0, 0),
                        Target.faster("a new timer: ForkJoinPool", replaced, 1.2, 1.5, forkJoin),
                        Target.faster("a new timer: HashedWheelTimer", replaced, 1.4, 1.4, wheel),
                        Target.faster("a new timer: ScheduledThreadPoolExecutor", replaced, 6, 6, heap)));
    }

    private static Scenario rearmSame() {
        return new Scenario("timer-same", "Timers, 100,000 outstanding, the same one armed again and again",
                Arrays.stream(TimerImplementation.values())
                    .map((implementation) -> timer(implementation, "rearmSame", MANY, 1))
                    .toList(),
                List.of());
    }

    private static Scenario replaceAmongMillion() {
        String method = "replace";
        Subject ours = timer(TimerImplementation.TP_TIMER, method, MILLION, 1);
        Subject forkJoin = timer(TimerImplementation.FORK_JOIN_POOL, method, MILLION, 1);
        Subject wheel = timer(TimerImplementation.HASHED_WHEEL_TIMER, method, MILLION, 1);
        Subject heap = timer(TimerImplementation.SCHEDULED_EXECUTOR, method, MILLION, 1);
        Subject amongMany = timer(TimerImplementation.TP_TIMER, method, MANY, 1);
        return new Scenario("timer-1m", "Timers, 1,000,000 outstanding",
                List.of(ours, forkJoin, wheel, heap, timer(TimerImplementation.LEAST, method, MILLION, 1)),
                List.of(Target.faster("a new timer: HashedWheelTimer", ours, 1.2, 1.2, wheel),
                        Target.faster("a new timer: ForkJoinPool", ours, 1.4, 1.4, forkJoin),
                        Target.faster("a new timer: ScheduledThreadPoolExecutor", ours, 5, 5, heap), Target
                            .share("a new timer, of its time among 100,000", Metric.TIME, ours, 1.5, 1.5, amongMany)));
    }

    private static Scenario replaceByTwoThreads() {
        String method = "replace";
        Subject ours = timer(TimerImplementation.TP_TIMER, method, MANY, 2);
        Subject forkJoin = timer(TimerImplementation.FORK_JOIN_POOL, method, MANY, 2);
        Subject wheel = timer(TimerImplementation.HASHED_WHEEL_TIMER, method, MANY, 2);
        Subject heap = timer(TimerImplementation.SCHEDULED_EXECUTOR, method, MANY, 2);
        return new Scenario("timer-2-threads", "Timers, 100,000 outstanding, 2 threads",
                List.of(ours, forkJoin, wheel, heap, timer(TimerImplementation.LEAST, method, MANY, 2)),
                List.of(Target.faster("a new timer: ForkJoinPool", ours, 0.9, 1.5, forkJoin),
                        Target.faster("a new timer: HashedWheelTimer", ours, 2.5, 2.5, wheel)));
    }

    private static Subject footprint(TimerImplementation implementation) {
        return new ProgramSubject(implementation.name(), implementation.since(), TimerFootprint.class);
    }

    private static Scenario timerFootprint() {
        Subject ours = footprint(TimerImplementation.TP_TIMER);
        Subject forkJoin = footprint(TimerImplementation.FORK_JOIN_POOL);
        return new Scenario("timer-footprint", "Timers, 1,000,000 outstanding; how late; 100,000 together",
                Arrays.stream(TimerImplementation.values())
                    // which never expires
                    .filter((implementation) -> implementation != TimerImplementation.LEAST)
                    .map(ServiceScenarios::footprint)
                    .toList(),
                List.of(Target.atMost("heap", Metric.BYTES, ours, 72, 56),
                        Target.atMost("idle processor time", Metric.IDLE, ours, 3, 0.5),
                        Target.atMost("late, p50", Metric.LATE_P50, ours, 600, 100),
                        Target.atMost("late, p99", Metric.LATE_P99, ours, 1200, 200),
                        Target.atMost("due together, each", Metric.BURST, ours, 80, 80),
                        Target.share("due together, of ForkJoinPool's", Metric.BURST, ours, 0.25, 0.25, forkJoin)));
    }

    private static Subject wait(WaitImplementation implementation, String method) {
        return new BenchmarkSubject(implementation.name(), 17, "WaitBenchmark." + method,
                Map.of("implementation", implementation.name()), 1, Plan.SHORT);
    }

    private static Scenario timeout() {
        String method = "registerWithTimeoutAndSignal";
        Subject ours = wait(WaitImplementation.TP_WAIT, method);
        Subject future = wait(WaitImplementation.COMPLETABLE_FUTURE, method);
        return new Scenario("wait-timeout", "Waits: register with a time-out, signal",
                List.of(ours, future, wait(WaitImplementation.COMPLETABLE_FUTURE_CALLBACK, method)),
                List.of(Target.share("of CompletableFuture.orTimeout", Metric.TIME, ours, 0.7, 0.5, future),
                        Target.atMost("allocation", Metric.ALLOCATION, ours, 0, 0)));
    }

    private static Scenario registerAndSignal() {
        String method = "registerAndSignal";
        Subject ours = wait(WaitImplementation.TP_WAIT, method);
        Subject future = wait(WaitImplementation.COMPLETABLE_FUTURE, method);
        return new Scenario("wait-signal", "Waits: register, signal, callback", List.of(ours, future),
                List.of(Target.share("of CompletableFuture.whenCompleteAsync", Metric.TIME, ours, 0.8, 0.6, future)));
    }

    private static Scenario registerAndCancel() {
        String method = "registerAndCancel";
        Subject ours = wait(WaitImplementation.TP_WAIT, method);
        return new Scenario("wait-cancel", "Waits: register, take back",
                List.of(ours, wait(WaitImplementation.COMPLETABLE_FUTURE, method)),
                List.of(Target.atMost("time", Metric.TIME, ours, 25, 25),
                        Target.atMost("allocation", Metric.ALLOCATION, ours, 0, 0)));
    }

    private static Scenario broadcast() {
        String method = "broadcast";
        return new Scenario("wait-broadcast", "Waits: 4096 for one event",
                List.of(wait(WaitImplementation.TP_WAIT, method), wait(WaitImplementation.COMPLETABLE_FUTURE, method)),
                List.of());
    }

    private static Scenario waitFootprint() {
        Subject ours = new ProgramSubject(WaitImplementation.TP_WAIT.name(), 17, WaitFootprint.class);
        Subject future = new ProgramSubject(WaitImplementation.COMPLETABLE_FUTURE.name(), 17, WaitFootprint.class);
        return new Scenario("wait-footprint", "Waits with a time-out, 1,000,000 outstanding", List.of(ours, future),
                List.of(Target.atMost("heap", Metric.BYTES, ours, 128, 96)));
    }

    private static Subject call(CallImplementation implementation) {
        return new BenchmarkSubject(implementation.name(), 17, "AnnotatedCallBenchmark.batch",
                Map.of("implementation", implementation.name()), 1, Plan.LONG);
    }

    private static Scenario annotatedCalls() {
        Subject ours = call(CallImplementation.TP_CALLBACK);
        Subject async = call(CallImplementation.ASYNC);
        return new Scenario("annotated", "Annotated calls",
                Arrays.stream(CallImplementation.values()).map(ServiceScenarios::call).toList(),
                List.of(Target.share("void: time of @Async's", Metric.TIME, ours, 1, 0.7, async),
                        Target.share("void: allocation of @Async's", Metric.ALLOCATION, ours, 0.85, 0.5, async)));
    }

}
