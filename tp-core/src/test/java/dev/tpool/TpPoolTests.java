package dev.tpool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for {@link TpPool}.
 */
class TpPoolTests {

    @RegisterExtension
    final Pools pools = new Pools();

    /**
     * Posts so many callbacks that block at the gate, each of an object of its own.
     */
    private Gate block(TpPool pool, int count) {
        Gate gate = this.pools.gate();
        for (int i = 0; i < count; i++) {
            this.pools.work(pool, gate::pass).submit();
        }
        return gate;
    }

    @Nested
    class Threads {

        @Test
        void creatingAPoolStartsNone() {
            TpPool pool = pools.create();

            assertThat(pool.threads()).isZero();
            assertThat(Pools.threadsOf(pool)).isEmpty();
        }

        @Test
        void theFirstObjectStartsOne() {
            TpPool pool = pools.create();
            pools.work(pool, () -> {
            });
            pools.work(pool, () -> {
            });

            assertThat(pool.threads()).isEqualTo(1);
            assertThat(Pools.threadsOf(pool)).hasSize(1);
        }

        @Test
        void theMinimumIsStartedByTheCall() {
            TpPool pool = pools.create();

            assertThat(pool.setThreadMinimum(3)).isTrue();

            assertThat(pool.threads()).isEqualTo(3);
            assertThat(Pools.threadsOf(pool)).hasSize(3);
            assertThat(pool.threadMinimum()).isEqualTo(3);
        }

        @Test
        void theMinimumOfTheBuilderIsStartedWithThePool() {
            TpPool pool = pools.create((builder) -> builder.threadMinimum(2));

            assertThat(Pools.threadsOf(pool)).hasSize(2);
        }

        @Test
        void aMaximumOfZeroIsTakenAsOne() {
            TpPool pool = pools.create();

            pool.setThreadMaximum(0);

            assertThat(pool.threadMaximum()).isEqualTo(1);
        }

        @Test
        void aMinimumAboveTheMaximumRaisesIt() {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(2));

            assertThat(pool.setThreadMinimum(4)).isTrue();

            assertThat(pool.threadMaximum()).isEqualTo(4);
        }

        @Test
        void aMaximumBelowTheMinimumLowersIt() {
            TpPool pool = pools.create((builder) -> builder.threadMinimum(4).threadMaximum(8));

            pool.setThreadMaximum(2);

            assertThat(pool.threadMinimum()).isEqualTo(2);
            assertThat(pool.threadMaximum()).isEqualTo(2);
        }

        @Test
        void bothLimitsCanBeChangedAtOnceInAnyDirection() {
            TpPool pool = pools.create((builder) -> builder.threadMinimum(10).threadMaximum(10));

            assertThat(pool.setThreadLimits(2, 5)).isTrue();
            assertThat(pool.threadMinimum()).isEqualTo(2);
            assertThat(pool.threadMaximum()).isEqualTo(5);

            assertThat(pool.setThreadLimits(10, 12)).isTrue();
            assertThat(pool.threadMinimum()).isEqualTo(10);
            assertThat(pool.threadMaximum()).isEqualTo(12);
            assertThat(pool.threads()).isGreaterThanOrEqualTo(10);
        }

        @Test
        void limitsThatContradictEachOtherAreRefusedWhole() {
            TpPool pool = pools.create((builder) -> builder.threadMinimum(1).threadMaximum(3));

            assertThatIllegalArgumentException().isThrownBy(() -> pool.setThreadLimits(5, 4))
                .withMessage("threadMinimum is 5, must be between 0 and 4");
            assertThatIllegalArgumentException().isThrownBy(() -> pool.setThreadLimits(0, 0))
                .withMessage("threadMaximum is 0, must be between 1 and 1048575");
            assertThat(pool.threadMinimum()).isEqualTo(1);
            assertThat(pool.threadMaximum()).isEqualTo(3);
        }

        @Test
        void aHigherMaximumOfBothLimitsHelpsWhatIsQueued() {
            TpPool pool = pools.single();
            Gate gate = block(pool, 4).awaitArrivals(1);

            pool.setThreadLimits(0, 4);

            gate.awaitArrivals(4);
            gate.open();
        }

        @Test
        void numbersOutOfRangeAreRefused() {
            TpPool pool = pools.create();

            assertThatIllegalArgumentException().isThrownBy(() -> pool.setThreadMaximum(-1))
                .withMessage("threadMaximum is -1, must be between 0 and 1048575");
            assertThatIllegalArgumentException().isThrownBy(() -> pool.setThreadMinimum(1_048_576))
                .withMessage("threadMinimum is 1048576, must be between 0 and 1048575");
            assertThat(pool.threadMaximum()).isEqualTo(16);
            assertThat(pool.threadMinimum()).isZero();
        }

        @Test
        void loweringTheMaximumStopsNobody() {
            TpPool pool = pools.create();
            Gate gate = block(pool, 5).awaitArrivals(5);

            pool.setThreadMaximum(1);

            // More than five, if one that was to help came too late to find anything.
            assertThat(pool.threads()).isGreaterThanOrEqualTo(5);
            gate.open();
        }

        @Test
        void raisingTheMaximumHelpsWhatIsQueued() {
            TpPool pool = pools.single();
            Gate gate = block(pool, 4).awaitArrivals(1);
            assertThat(pool.queued()).isEqualTo(3);

            pool.setThreadMaximum(4);

            gate.awaitArrivals(4);
        }

        @Test
        void idleWorkersAboveTheMinimumLeave() {
            TpPool pool = pools
                .create((builder) -> builder.threadMinimum(2).threadMaximum(8).keepAlive(Duration.ofMillis(20)));
            Gate gate = block(pool, 6).awaitArrivals(6);
            assertThat(pool.threads()).isGreaterThanOrEqualTo(6);

            gate.open();

            Pools.eventually(() -> Pools.threadsOf(pool).size() == 2);
            assertThat(pool.threads()).isEqualTo(2);
        }

        @Test
        void oneWorkerStaysWhileThereIsAnObject() throws Exception {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(8).keepAlive(Duration.ofMillis(1)));
            TpWork work = pools.work(pool, () -> {
            });
            Gate gate = block(pool, 4).awaitArrivals(4);
            gate.open();
            Pools.eventually(() -> Pools.threadsOf(pool).size() == 1);

            for (int i = 0; i < 200; i++) {
                work.submit();
                work.waitForCallbacks(false);
            }

            assertThat(pool.threads()).isPositive();
        }

        @Test
        void theLastWorkerLeavesAfterTheLastObject() {
            TpPool pool = pools.create((builder) -> builder.keepAlive(Duration.ofMillis(5)));
            TpWork work = pools.work(pool, () -> {
            });
            assertThat(pool.threads()).isEqualTo(1);

            work.close();

            Pools.eventually(() -> Pools.threadsOf(pool).isEmpty());
            assertThat(pool.threads()).isZero();
        }

        @Test
        void noWorkerLeavesWhileAPersistentObjectLives() throws Exception {
            TpPool pool = pools.create((builder) -> builder.keepAlive(Duration.ofMillis(5)));
            TpWork persistent = pools.closing(TpEnvironment.builder().pool(pool).persistent(true).build().work(() -> {
            }));
            block(pool, 4).awaitArrivals(4).open();
            Pools.eventually(() -> pool.snapshot().idle() == pool.threads());
            List<Thread> before = Pools.threadsOf(pool);
            // Many times the keep-alive time, in which somebody would leave.
            assertThat(persistent.waitForCallbacks(false, Duration.ZERO)).isTrue();
            assertThat(new CountDownLatch(1).await(60, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(Pools.threadsOf(pool)).containsExactlyInAnyOrderElementsOf(before);

            persistent.close();

            Pools.eventually(() -> Pools.threadsOf(pool).size() == 1);
        }

        @Test
        void areNamedAfterThePoolAndLetTheProcessEnd() {
            TpPool pool = pools.create((builder) -> builder.threadMinimum(2));

            assertThat(Pools.threadsOf(pool)).extracting(Thread::getName)
                .containsExactlyInAnyOrder(pool.name() + "-1", pool.name() + "-2");
            assertThat(Pools.threadsOf(pool)).allMatch(Thread::isDaemon);
        }

        @Test
        void keepTheProcessAliveIfTheBuilderSaysSo() {
            TpPool pool = pools.create((builder) -> builder.threadMinimum(1).daemon(false));

            assertThat(Pools.threadsOf(pool)).hasSize(1).noneMatch(Thread::isDaemon);
        }

        @Test
        void haveTheClassLoaderOfWhoMadeThePoolAndNotOfWhoPosts() throws Exception {
            ClassLoader own = new ClassLoader(getClass().getClassLoader()) {
            };
            Thread poster = Thread.currentThread();
            ClassLoader before = poster.getContextClassLoader();
            TpPool pool = pools.create();
            AtomicReference<ClassLoader> seen = new AtomicReference<>();
            poster.setContextClassLoader(own);
            try {
                TpEnvironment.of(pool).submit(() -> {
                    seen.set(Thread.currentThread().getContextClassLoader());
                    return null;
                }).get(60, TimeUnit.SECONDS);
            }
            finally {
                poster.setContextClassLoader(before);
            }

            assertThat(seen).hasValue(before);
        }

    }

    @Nested
    class Growth {

        @Test
        void callbacksThatComputeDoNotMakeItGrowPastTheProcessors() throws Exception {
            TpPool pool = pools.create();
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicBoolean enough = new AtomicBoolean();
            TpWork work = pools.work(pool, () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                for (long i = 0; i < 20_000_000 && !enough.get(); i++) {
                    Thread.onSpinWait();
                }
                running.decrementAndGet();
            });
            // Once alone, so that no callback waits for another to load or link
            // something.
            enough.set(true);
            work.submit();
            work.waitForCallbacks(false);

            enough.set(false);
            for (int i = 0; i < 12; i++) {
                work.submit();
            }
            work.waitForCallbacks(false, Duration.ofMillis(400));
            enough.set(true);
            work.waitForCallbacks(false);

            assertThat(most.get()).isLessThanOrEqualTo(Pools.PROCESSORS);
            assertThat(pool.threads()).isLessThanOrEqualTo(Pools.PROCESSORS);
        }

        @Test
        void callbacksThatBlockAreReplacedUpToTheMaximum() {
            int maximum = Pools.PROCESSORS + 6;
            TpPool pool = pools.create((builder) -> builder.threadMaximum(maximum));

            Gate gate = block(pool, maximum + 3).awaitArrivals(maximum);

            assertThat(pool.threads()).isEqualTo(maximum);
            assertThat(gate.arrivals()).isEqualTo(maximum);
            assertThat(pool.queued()).isEqualTo(3);
        }

        @Test
        void postsOfOneObjectThatBlockAreReplacedLikeOthers() {
            int maximum = Pools.PROCESSORS + 6;
            TpPool pool = pools.create((builder) -> builder.threadMaximum(maximum));
            Gate gate = pools.gate();
            TpWork work = pools.work(pool, gate::pass);

            for (int i = 0; i < maximum; i++) {
                work.submit();
            }

            gate.awaitArrivals(maximum);
        }

        @Test
        void callbacksThatBlockAtAMonitorAreReplaced() {
            TpPool pool = pools.create();
            Object monitor = new Object();
            AtomicInteger arrivals = new AtomicInteger();
            AtomicBoolean ran = new AtomicBoolean();
            synchronized (monitor) {
                for (int i = 0; i < Pools.PROCESSORS; i++) {
                    pools.work(pool, () -> {
                        arrivals.incrementAndGet();
                        synchronized (monitor) {
                            arrivals.decrementAndGet();
                        }
                    }).submit();
                }
                Pools.eventually(() -> arrivals.get() == Pools.PROCESSORS);

                pools.work(pool, () -> ran.set(true)).submit();

                Pools.eventually(ran::get);
            }
        }

        @Test
        void callbacksThatBlockInNativeCodeAreReplaced() throws Exception {
            TpPool pool = pools.create();
            AtomicInteger arrivals = new AtomicInteger();
            AtomicBoolean ran = new AtomicBoolean();
            List<Socket> sockets = new ArrayList<>();
            try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                for (int i = 0; i < Pools.PROCESSORS; i++) {
                    Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                    sockets.add(socket);
                    pools.work(pool, () -> {
                        arrivals.incrementAndGet();
                        read(socket);
                    }).submit();
                }
                Pools.eventually(() -> arrivals.get() == Pools.PROCESSORS);

                pools.work(pool, () -> ran.set(true)).submit();

                Pools.eventually(ran::get);
            }
            finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }

        private static void read(Socket socket) {
            try {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            catch (IOException ex) {
                // It was closed, which is how the test ends.
            }
        }

        @Test
        void callbacksThatRunLongAreReplacedAtOnce() {
            TpPool pool = pools.create();
            Gate gate = pools.gate();
            TpEnvironment environment = TpEnvironment.builder().pool(pool).runsLong(true).build();
            for (int i = 1; i <= Pools.PROCESSORS + 4; i++) {
                pools.closing(environment.work(gate::pass)).submit();
                gate.awaitArrivals(i);
            }

            assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .doesNotContain(pool.name() + "-governor");
        }

        @Test
        void aCallbackThatSaysItMayRunLongIsReplacedAtOnce() {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(Pools.PROCESSORS + 1));
            Gate gate = pools.gate();
            List<Boolean> answers = new CopyOnWriteArrayList<>();
            TpWork work = pools.work(pool, "long", (instance, context, self) -> {
                answers.add(instance.callbackMayRunLong());
                gate.pass();
            });
            for (int i = 0; i < Pools.PROCESSORS + 1; i++) {
                work.submit();
                gate.awaitArrivals(i + 1);
            }

            assertThat(answers).hasSize(Pools.PROCESSORS + 1);
            assertThat(answers.subList(0, Pools.PROCESSORS)).containsOnly(true);
            assertThat(answers.get(Pools.PROCESSORS)).isFalse();
            assertThat(pool.threads()).isEqualTo(Pools.PROCESSORS + 1);
        }

        @Test
        void nobodyElseCanBeHadWithOneThread() throws Exception {
            TpPool pool = pools.single();
            List<Boolean> answers = new CopyOnWriteArrayList<>();
            TpWork work = pools.work(pool, "long", (instance, context, self) -> {
                answers.add(instance.callbackMayRunLong());
                answers.add(instance.callbackMayRunLong());
            });

            work.submit();
            work.waitForCallbacks(false);

            assertThat(answers).containsExactly(false, true);
            assertThat(pool.threadMaximum()).isEqualTo(1);
        }

        @Test
        void aCallbackKnownToRunLongMaySoWithoutFurtherAdo() throws Exception {
            TpPool pool = pools.single();
            AtomicReference<Boolean> answer = new AtomicReference<>();
            TpWork work = pools.closing(TpEnvironment.builder()
                .pool(pool)
                .runsLong(true)
                .build()
                .work((instance, context, self) -> answer.set(instance.callbackMayRunLong()), null));

            work.submit();
            work.waitForCallbacks(false);

            assertThat(answer).hasValue(true);
        }

        @Test
        void neverRunsMoreThanTheMaximumAtOnce() throws Exception {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(3));
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            List<TpWork> works = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                works.add(pools.work(pool, "short", (instance, context, self) -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    instance.callbackMayRunLong();
                    Thread.onSpinWait();
                    running.decrementAndGet();
                }));
            }

            for (int i = 0; i < 500; i++) {
                works.forEach(TpWork::submit);
            }
            for (TpWork work : works) {
                work.waitForCallbacks(false);
            }

            assertThat(most.get()).isBetween(1, 3);
            assertThat(pool.threads()).isLessThanOrEqualTo(3);
        }

        @Test
        void aBlockedCallbackDoesNotStopAnotherObject() {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(2));
            Gate gate = block(pool, 1).awaitArrivals(1);
            AtomicBoolean ran = new AtomicBoolean();

            pools.work(pool, () -> ran.set(true)).submit();

            Pools.eventually(ran::get);
            gate.open();
        }

        @Test
        void aBlockedExecutionDoesNotHoldBackOtherPostsOfItsObject() {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(2));
            Gate gate = pools.gate();
            AtomicInteger executions = new AtomicInteger();
            TpWork work = pools.work(pool, () -> {
                if (executions.getAndIncrement() == 0) {
                    gate.pass();
                }
            });

            for (int i = 0; i < 50; i++) {
                work.submit();
            }

            Pools.eventually(() -> executions.get() == 50);
            // The last of them has counted, but may not have settled.
            Pools.eventually(() -> work.running() == 1);
        }

        @Test
        void aPoolWithOneThreadRunsOneAfterTheOther() throws Exception {
            TpPool pool = pools.single();
            int[] plain = new int[1];
            TpWork first = pools.work(pool, () -> plain[0]++);
            TpWork second = pools.work(pool, () -> plain[0]++);

            for (int i = 0; i < 2_000; i++) {
                first.submit();
                second.submit();
            }
            first.waitForCallbacks(false);
            second.waitForCallbacks(false);

            assertThat(plain[0]).isEqualTo(4_000);
            assertThat(pool.threads()).isEqualTo(1);
        }

        @Test
        void whoWatchesForBlockedCallbacksLeavesWithTheBacklog() {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(Pools.PROCESSORS + 2));
            Gate gate = block(pool, Pools.PROCESSORS + 1).awaitArrivals(Pools.PROCESSORS + 1);
            gate.open();

            Pools.eventually(() -> Thread.getAllStackTraces()
                .keySet()
                .stream()
                .noneMatch((thread) -> thread.getName().equals(pool.name() + "-governor")));
        }

    }

    @Nested
    class Order {

        private final List<String> order = new CopyOnWriteArrayList<>();

        private TpWork work(TpPool pool, TpPriority priority, String name) {
            TpEnvironment environment = TpEnvironment.builder().pool(pool).priority(priority).build();
            return pools.closing(environment.work(name, () -> this.order.add(name)));
        }

        @Test
        void higherPrioritiesGoFirst() {
            TpPool pool = pools.single();
            TpWork low = work(pool, TpPriority.LOW, "low");
            TpWork normal = work(pool, TpPriority.NORMAL, "normal");
            TpWork high = work(pool, TpPriority.HIGH, "high");
            Gate gate = pools.occupy(pool);
            for (int i = 0; i < 2; i++) {
                low.submit();
                normal.submit();
                high.submit();
            }

            gate.open();

            Pools.eventually(() -> this.order.size() == 6);
            assertThat(this.order).containsExactly("high", "high", "normal", "normal", "low", "low");
        }

        @Test
        void oneShotsHaveTheirPriorityToo() {
            TpPool pool = pools.single();
            Gate gate = pools.occupy(pool);
            for (TpPriority priority : List.of(TpPriority.LOW, TpPriority.NORMAL, TpPriority.HIGH)) {
                TpEnvironment environment = TpEnvironment.builder().pool(pool).priority(priority).build();
                environment.trySubmit(() -> this.order.add(priority.name()));
            }

            gate.open();

            Pools.eventually(() -> this.order.size() == 3);
            assertThat(this.order).containsExactly("HIGH", "NORMAL", "LOW");
        }

        @Test
        void objectsOfOnePriorityTakeTurns() {
            TpPool pool = pools.single();
            TpWork first = work(pool, TpPriority.NORMAL, "A");
            TpWork second = work(pool, TpPriority.NORMAL, "B");
            Gate gate = pools.occupy(pool);
            for (int i = 0; i < 4; i++) {
                first.submit();
            }
            for (int i = 0; i < 3; i++) {
                second.submit();
            }

            gate.open();

            Pools.eventually(() -> this.order.size() == 7);
            assertThat(this.order).containsExactly("A", "B", "A", "B", "A", "B", "A");
        }

        @Test
        void oneShotsRunInTheOrderOfTheirPosting() {
            TpPool pool = pools.single();
            Gate gate = pools.occupy(pool);
            for (String name : List.of("1", "2", "3", "4", "5")) {
                TpEnvironment.of(pool).trySubmit(() -> this.order.add(name));
            }

            gate.open();

            Pools.eventually(() -> this.order.size() == 5);
            assertThat(this.order).containsExactly("1", "2", "3", "4", "5");
        }

    }

    @Nested
    class Closing {

        @Test
        void objectsGoOnWorkingOnAClosedPool() throws Exception {
            TpPool pool = pools.create((builder) -> builder.keepAlive(Duration.ofMillis(1)));
            AtomicInteger executions = new AtomicInteger();
            TpWork work = pools.work(pool, executions::incrementAndGet);

            pool.close();
            for (int i = 0; i < 100; i++) {
                work.submit();
                work.waitForCallbacks(false);
            }

            assertThat(executions).hasValue(100);
            assertThat(pool.isClosed()).isTrue();
            assertThat(pool.isTerminated()).isFalse();
            work.close();
            assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
            assertThat(pool.isTerminated()).isTrue();
        }

        @Test
        void noQueuedCallbackIsLost() throws Exception {
            TpPool pool = pools.single();
            AtomicInteger executions = new AtomicInteger();
            Gate gate = pools.occupy(pool);
            TpWork work = pools.work(pool, executions::incrementAndGet);
            for (int i = 0; i < 100; i++) {
                TpEnvironment.of(pool).trySubmit(executions::incrementAndGet);
                work.submit();
            }

            work.close();
            pool.close();
            gate.open();
            assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

            assertThat(executions).hasValue(200);
            assertThat(pool.completed()).isEqualTo(201);
        }

        @Test
        void aOneShotThatWasAcceptedWhileThePoolWasClosedRuns() throws Exception {
            for (int round = 0; round < 300; round++) {
                TpPool pool = pools.create((builder) -> builder.threadMinimum(1));
                AtomicInteger executions = new AtomicInteger();
                CountDownLatch posted = new CountDownLatch(1);
                Started<Integer> poster = pools.start(() -> {
                    int accepted = 0;
                    try {
                        // Not for ever: it may have the only processor.
                        while (accepted < 5_000 && TpEnvironment.of(pool).trySubmit(executions::incrementAndGet)) {
                            accepted++;
                            posted.countDown();
                        }
                    }
                    catch (IllegalStateException ex) {
                        // It is closed.
                    }
                    return accepted;
                });
                posted.await();

                pool.close();

                int accepted = poster.get();
                Pools.eventually(() -> executions.get() == accepted);
                assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
            }
        }

        @Test
        void newObjectsAndOneShotsAreRefused() {
            TpPool pool = pools.create();
            TpEnvironment environment = TpEnvironment.of(pool);
            pool.close();
            String message = "pool '" + pool.name() + "' is closed";

            assertThatIllegalStateException().isThrownBy(() -> environment.work(() -> {
            })).withMessage(message);
            assertThatIllegalStateException().isThrownBy(() -> environment.trySubmit(() -> {
            })).withMessage(message);
            assertThatIllegalStateException().isThrownBy(() -> environment.submit(() -> 1)).withMessage(message);
            assertThat(pool.snapshot().objects()).isEmpty();
            assertThat(pool.isTerminated()).isTrue();
        }

        @Test
        void anUnusedPoolEndsAtOnce() throws Exception {
            TpPool pool = pools.create();

            assertThat(pool.awaitTermination(Duration.ZERO)).isFalse();
            pool.close();

            assertThat(pool.awaitTermination(Duration.ZERO)).isTrue();
        }

        @Test
        void closingTwiceDoesNothing() throws Exception {
            TpPool pool = pools.create((builder) -> builder.threadMinimum(2));

            pool.close();
            pool.close();

            assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
        }

        @Test
        void waitingForTheEndIsBounded() throws Exception {
            TpPool pool = pools.create();
            pools.work(pool, () -> {
            });
            pool.close();

            long began = System.nanoTime();
            boolean ended = pool.awaitTermination(Duration.ofMillis(20));

            assertThat(ended).isFalse();
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(20_000_000);
        }

        @Test
        void waitingForTheEndCanBeInterrupted() throws Exception {
            TpPool pool = pools.create();
            pools.work(pool, () -> {
            });
            Started<Boolean> waiter = pools.start(() -> pool.awaitTermination(Pools.GENEROUS)).awaitBlocked();

            waiter.thread().interrupt();

            assertThatExceptionOfType(InterruptedException.class).isThrownBy(waiter::get);
        }

        @Test
        void aPoolMayBeClosedFromItsOwnCallback() throws Exception {
            TpPool pool = pools.create();

            TpEnvironment.of(pool).trySubmit(pool::close);

            assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
        }

        @Test
        void idleWorkersDoNotWaitForTheirKeepAliveTime() throws Exception {
            for (int round = 0; round < 50; round++) {
                TpPool pool = pools.create((builder) -> builder.threadMinimum(4).keepAlive(Duration.ofDays(1)));
                TpWork work = pools.work(pool, () -> {
                });
                for (int i = 0; i < 4; i++) {
                    work.submit();
                    TpEnvironment.of(pool).trySubmit(() -> {
                    });
                }

                work.close();
                pool.close();

                assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();
            }
        }

        @Test
        void theDefaultPoolCannotBeClosed() {
            assertThat(TpPool.processDefault()).isSameAs(TpPool.processDefault());
            assertThat(TpPool.processDefault().name()).isEqualTo("process-default");
            assertThat(TpPool.processDefault().threadMinimum()).isZero();
            assertThat(TpPool.processDefault().threadMaximum()).isEqualTo(500);
            assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> TpPool.processDefault().close());
        }

    }

    @Nested
    class BoundedQueue {

        private TpPool bounded(int capacity, TpFullPolicy whenFull) {
            return pools.create((builder) -> builder.threadMaximum(1).queueCapacity(capacity).whenFull(whenFull));
        }

        @Test
        void refusesWhatIsTooMuch() {
            TpPool pool = bounded(2, TpFullPolicy.REJECT);
            TpWork work = pools.work(pool, "much", (instance, context, self) -> {
            });
            pools.occupy(pool);
            work.submit();
            work.submit();

            assertThatExceptionOfType(TpRejectedException.class).isThrownBy(work::submit)
                .withMessage("pool '" + pool.name() + "' refused callback 'much': its queue takes 2 callbacks"
                        + " and 2 are queued; 1 of at most 1 threads, 0 idle");
            assertThat(TpEnvironment.of(pool).trySubmit(() -> {
            })).isFalse();
            assertThatExceptionOfType(TpRejectedException.class)
                .isThrownBy(() -> TpEnvironment.of(pool).submit(() -> 1));
            assertThat(work.pending()).isEqualTo(2);
            assertThat(pool.snapshot().rejected()).isEqualTo(3);
            assertThat(pool.snapshot().queued()).isEqualTo(2);
        }

        @Test
        void hasRoomAgainWhenACallbackBegins() throws Exception {
            TpPool pool = bounded(1, TpFullPolicy.REJECT);
            AtomicInteger executions = new AtomicInteger();
            TpWork work = pools.work(pool, executions::incrementAndGet);

            for (int i = 0; i < 100; i++) {
                work.submit();
                work.waitForCallbacks(false);
                assertThat(TpEnvironment.of(pool).submit(executions::incrementAndGet).get(60, TimeUnit.SECONDS))
                    .isPositive();
            }

            assertThat(executions).hasValue(200);
        }

        @Test
        void hasRoomAgainWhenCallbacksAreCancelled() throws Exception {
            TpPool pool = bounded(3, TpFullPolicy.REJECT);
            AtomicInteger executions = new AtomicInteger();
            TpWork work = pools.work(pool, executions::incrementAndGet);
            Gate gate = pools.occupy(pool);
            for (int round = 0; round < 10; round++) {
                work.submit();
                work.submit();
                assertThat(TpEnvironment.of(pool).submit(() -> 1).cancel(false)).isTrue();
                assertThat(work.cancelPendingCallbacks()).isEqualTo(2);
            }

            for (int i = 0; i < 3; i++) {
                work.submit();
            }
            assertThatExceptionOfType(TpRejectedException.class).isThrownBy(work::submit);
            gate.open();
            work.waitForCallbacks(false);

            assertThat(executions).hasValue(3);
        }

        @Test
        void hasRoomAgainWhenAPostIsRefusedByItsObject() {
            TpPool pool = bounded(1, TpFullPolicy.REJECT);
            pools.occupy(pool);
            TpCleanupGroup group = TpCleanupGroup.create("closed");
            group.close();
            TpEnvironment closed = TpEnvironment.builder().pool(pool).cleanupGroup(group).build();
            TpWork work = pools.work(pool, () -> {
            });
            work.close();

            assertThatIllegalStateException().isThrownBy(work::submit);
            assertThatIllegalStateException().isThrownBy(() -> closed.trySubmit(() -> {
            }));
            assertThatNullPointerException().isThrownBy(() -> TpEnvironment.of(pool).submit(null, () -> 1));

            assertThat(TpEnvironment.of(pool).trySubmit(() -> {
            })).isTrue();
        }

        @Test
        void letsThePosterWait() throws Exception {
            TpPool pool = bounded(1, TpFullPolicy.BLOCK);
            AtomicInteger executions = new AtomicInteger();
            TpWork work = pools.work(pool, executions::incrementAndGet);
            Gate gate = pools.occupy(pool);
            work.submit();
            Started<Integer> poster = pools.start(() -> {
                work.submit();
                return 1;
            }).awaitBlocked();
            assertThat(work.pending()).isEqualTo(1);

            gate.open();

            assertThat(poster.get()).isEqualTo(1);
            work.waitForCallbacks(false);
            assertThat(executions).hasValue(2);
        }

        @Test
        void anInterruptEndsTheWaitOfThePoster() throws Exception {
            TpPool pool = bounded(1, TpFullPolicy.BLOCK);
            TpWork work = pools.work(pool, () -> {
            });
            pools.occupy(pool);
            work.submit();
            Started<Boolean> poster = pools.start(() -> {
                try {
                    work.submit();
                    return false;
                }
                catch (TpRejectedException ex) {
                    return Thread.currentThread().isInterrupted();
                }
            }).awaitBlocked();

            poster.thread().interrupt();

            assertThat(poster.get()).isTrue();
            assertThat(work.pending()).isEqualTo(1);
            assertThat(pool.snapshot().rejected()).isEqualTo(1);
        }

        @Test
        void aPosterThatWaitsIsRefusedIfTheWorkIsClosedMeanwhile() throws Exception {
            TpPool pool = bounded(1, TpFullPolicy.BLOCK);
            TpWork work = pools.work(pool, () -> {
            });
            Gate gate = pools.occupy(pool);
            work.submit();
            Started<Integer> poster = pools.start(() -> {
                work.submit();
                return 1;
            }).awaitBlocked();
            work.close();

            gate.open();

            assertThatIllegalStateException().isThrownBy(poster::get);
            assertThat(TpEnvironment.of(pool).trySubmit(() -> {
            })).isTrue();
        }

        @Test
        void letsThePosterRunIt() throws Exception {
            TpPool pool = bounded(1, TpFullPolicy.CALLER_RUNS);
            List<Thread> threads = new CopyOnWriteArrayList<>();
            List<TpCallbackSource> sources = new CopyOnWriteArrayList<>();
            TpWork work = pools.work(pool, "caller", (instance, context, self) -> {
                threads.add(Thread.currentThread());
                sources.add(TpCallbackInstance.current().source());
            });
            Gate gate = pools.occupy(pool);
            work.submit();
            assertThat(threads).isEmpty();

            work.submit();
            assertThat(TpEnvironment.of(pool).trySubmit(() -> threads.add(Thread.currentThread()))).isTrue();
            assertThat(TpEnvironment.of(pool).submit(() -> {
                threads.add(Thread.currentThread());
                return 7;
            })).isCompletedWithValue(7);

            assertThat(threads).hasSize(3).containsOnly(Thread.currentThread());
            assertThat(sources).containsExactly(work);
            assertThat(TpCallbackInstance.currentOrNull()).isNull();
            gate.open();
            work.waitForCallbacks(false);
            assertThat(threads).hasSize(4);
            assertThat(pool.completed()).isEqualTo(5);
        }

        @Test
        void aCallbackThatRunsItsOwnPostHasTwoInstances() throws Exception {
            TpPool pool = bounded(1, TpFullPolicy.CALLER_RUNS);
            List<TpCallbackInstance> instances = new CopyOnWriteArrayList<>();
            AtomicInteger depth = new AtomicInteger();
            AtomicReference<Throwable> refusal = new AtomicReference<>();
            TpWork work = pools.work(pool, "nested", (instance, context, self) -> {
                instances.add(instance);
                if (depth.getAndIncrement() == 0) {
                    TpEnvironment.of(pool).trySubmit(() -> {
                    });
                    self.submit();
                    assertThat(TpCallbackInstance.current()).isSameAs(instance);
                }
                else {
                    try {
                        instance.disassociateCurrentThreadFromCallback();
                        self.waitForCallbacks(false);
                    }
                    catch (IllegalStateException ex) {
                        refusal.set(ex);
                    }
                }
            });
            work.submit();
            work.waitForCallbacks(false);

            assertThat(instances).hasSize(2).doesNotHaveDuplicates();
            assertThat(refusal.get()).hasMessageContaining("wait for itself");
        }

        @Test
        void anInterruptOfThePosterThatRunsACallbackStaysWithIt() throws Exception {
            TpPool pool = bounded(1, TpFullPolicy.CALLER_RUNS);
            pools.occupy(pool);
            TpEnvironment.of(pool).trySubmit(() -> {
            });

            Started<Boolean> poster = pools.start(() -> {
                TpEnvironment.of(pool).trySubmit(() -> Thread.currentThread().interrupt());
                return Thread.currentThread().isInterrupted();
            });

            assertThat(poster.get()).isTrue();
        }

    }

    @Nested
    class ThreadFactories {

        private final AtomicBoolean failing = new AtomicBoolean();

        private TpPool failing(UnaryOperator<TpPool.Builder> options, ThreadFactory whenFailing) {
            return pools.create((builder) -> options.apply(builder.threadFactory((worker) -> {
                if (this.failing.get()) {
                    return whenFailing.newThread(worker);
                }
                return new Thread(worker, "custom");
            })));
        }

        @Test
        void ownThreadsAreUsed() throws Exception {
            TpPool pool = failing((builder) -> builder, (worker) -> null);

            assertThat(TpEnvironment.of(pool).submit(() -> Thread.currentThread().getName()).get(60, TimeUnit.SECONDS))
                .isEqualTo("custom");
        }

        @Test
        void withoutAnyThreadOneShotsAndObjectsAreRefused() {
            TpPool pool = failing((builder) -> builder, (worker) -> null);
            this.failing.set(true);
            try (LogRecords log = new LogRecords()) {
                assertThat(TpEnvironment.of(pool).trySubmit(() -> {
                })).isFalse();
                assertThatExceptionOfType(TpRejectedException.class)
                    .isThrownBy(() -> TpEnvironment.of(pool).submit(() -> 1))
                    .withMessageContaining("no thread could be started");
                assertThatExceptionOfType(TpRejectedException.class)
                    .isThrownBy(() -> TpEnvironment.of(pool).work("w", () -> {
                    }))
                    .withMessageContaining("pool '" + pool.name() + "'")
                    .withMessageContaining("work 'w'");
                assertThat(log.messages()).isNotEmpty()
                    .allMatch((message) -> message.contains("pool '" + pool.name() + "' could not start a worker"));
            }
            assertThat(pool.threads()).isZero();
            assertThat(pool.snapshot().objects()).isEmpty();
        }

        @Test
        void aFactoryThatThrowsDoesNotHarmThoseWhoAreThere() throws Exception {
            TpPool pool = failing((builder) -> builder, (worker) -> {
                throw new OutOfMemoryError("unable to create native thread (not really)");
            });
            AtomicInteger executions = new AtomicInteger();
            TpWork work = pools.work(pool, executions::incrementAndGet);
            this.failing.set(true);
            try (LogRecords log = new LogRecords()) {
                for (int i = 0; i < 100; i++) {
                    work.submit();
                }
                work.waitForCallbacks(false);
                assertThat(log.failures()).allMatch(OutOfMemoryError.class::isInstance);
            }

            assertThat(executions).hasValue(100);
            assertThat(pool.threads()).isEqualTo(1);
        }

        @Test
        void aThreadThatCannotBeStartedCountsAsAFailure() {
            TpPool pool = failing((builder) -> builder, (worker) -> {
                Thread started = new Thread(() -> {
                });
                started.start();
                return started;
            });
            this.failing.set(true);
            try (LogRecords log = new LogRecords()) {
                assertThat(TpEnvironment.of(pool).trySubmit(() -> {
                })).isFalse();
                assertThat(log.failures()).hasOnlyElementsOfType(IllegalThreadStateException.class);
            }
            assertThat(pool.threads()).isZero();
        }

        @Test
        void aMinimumThatCannotBeStartedChangesNothing() {
            TpPool pool = failing((builder) -> builder.threadMaximum(2), (worker) -> null);
            this.failing.set(true);
            try (LogRecords log = new LogRecords()) {
                assertThat(pool.setThreadMinimum(4)).isFalse();
                assertThat(pool.setThreadLimits(4, 8)).isFalse();
                assertThat(log.messages()).hasSize(1);
            }

            assertThat(pool.threadMinimum()).isZero();
            assertThat(pool.threadMaximum()).isEqualTo(2);
            this.failing.set(false);
            assertThat(pool.setThreadMinimum(4)).isTrue();
            assertThat(pool.threads()).isEqualTo(4);
        }

        @Test
        void aPoolWhoseMinimumCannotBeStartedIsNotBuilt() {
            try (LogRecords log = new LogRecords()) {
                assertThatExceptionOfType(TpRejectedException.class)
                    .isThrownBy(
                            () -> TpPool.builder("stillborn").threadMinimum(2).threadFactory((worker) -> null).build())
                    .withMessage("pool 'stillborn' could not start its minimum of 2 threads");
                assertThat(log.messages()).hasSize(1);
            }
        }

        @Test
        void startingAWorkerIsTriedAgainWhileSomethingIsQueued() {
            TpPool pool = failing((builder) -> builder.threadMaximum(8), (worker) -> null);
            Gate gate = block(pool, 1).awaitArrivals(1);
            AtomicBoolean ran = new AtomicBoolean();
            TpWork work = pools.work(pool, () -> ran.set(true));
            try (LogRecords log = new LogRecords()) {
                this.failing.set(true);
                work.submit();
                Pools.eventually(() -> !log.messages().isEmpty());
                assertThat(ran).isFalse();

                this.failing.set(false);

                Pools.eventually(ran::get);
            }
            gate.open();
        }

    }

    @Nested
    class VirtualThreads {

        @Test
        @EnabledForJreRange(max = JRE.JAVA_18)
        void areRefusedWithAClearMessageBeforeTheyExist() {
            TpPool.Builder builder = TpPool.builder("airy").threadKind(TpThreadKind.VIRTUAL);

            assertThatIllegalArgumentException().isThrownBy(builder::build)
                .withMessage("pool 'airy' asks for virtual threads, which need Java 21 or later; this is Java "
                        + Runtime.version().feature());
        }

        @Test
        @EnabledForJreRange(min = JRE.JAVA_21)
        void growToTheMaximumWithoutDelay() {
            TpPool pool = pools.create((builder) -> builder.threadKind(TpThreadKind.VIRTUAL).threadMaximum(50));

            Gate gate = block(pool, 60).awaitArrivals(50);

            assertThat(pool.threadKind()).isEqualTo(TpThreadKind.VIRTUAL);
            assertThat(pool.threads()).isEqualTo(50);
            assertThat(gate.arrivals()).isEqualTo(50);
        }

    }

    @Nested
    class Description {

        @Test
        void stackSizesAreKeptAsTheyWereSetHoweverAbsurd() {
            TpPool pool = pools.create();
            assertThat(pool.stackInformation()).isEqualTo(TpStackInformation.DEFAULT);
            TpStackInformation absurd = new TpStackInformation(-17, Long.MIN_VALUE);

            pool.setStackInformation(absurd);

            assertThat(pool.stackInformation()).isEqualTo(absurd);
            assertThatNullPointerException().isThrownBy(() -> pool.setStackInformation(null));
        }

        @Test
        void stackSizesApplyToThreadsStartedAfterwards() throws Exception {
            TpPool small = pools
                .create((builder) -> builder.threadMaximum(1).stackInformation(new TpStackInformation(256 * 1024, 0)));
            TpPool large = pools.create((builder) -> builder.threadMaximum(1));
            large.setStackInformation(new TpStackInformation(64 * 1024 * 1024, 0));

            int depthOfSmall = TpEnvironment.of(small).submit(Description::depth).get(60, TimeUnit.SECONDS);
            int depthOfLarge = TpEnvironment.of(large).submit(Description::depth).get(60, TimeUnit.SECONDS);

            assertThat(depthOfLarge).isGreaterThan(2 * depthOfSmall);
        }

        private static int depth() {
            int[] depth = new int[1];
            try {
                descend(depth);
            }
            catch (StackOverflowError ex) {
                return depth[0];
            }
            return 0;
        }

        @SuppressWarnings("InfiniteRecursion") // It is to use up the stack.
        private static void descend(int[] depth) {
            depth[0]++;
            descend(depth);
        }

        @Test
        void aSnapshotShowsThePoolItsObjectsAndWhatRuns() {
            TpPool pool = pools.create((builder) -> builder.threadMaximum(1).queueCapacity(10));
            TpCleanupGroup group = TpCleanupGroup.create("members");
            TpEnvironment environment = TpEnvironment.builder()
                .pool(pool)
                .cleanupGroup(group)
                .priority(TpPriority.HIGH)
                .build();
            Gate gate = pools.gate();
            TpWork runs = pools.closing(environment.work("runs", (instance, context, self) -> {
                instance.setEventWhenCallbackReturns(dev.tpool.sync.TpEvent.autoReset());
                instance.releaseSemaphoreWhenCallbackReturns(new java.util.concurrent.Semaphore(0), 1);
                instance.callbackMayRunLong();
                instance.disassociateCurrentThreadFromCallback();
                gate.pass();
            }, null));
            TpWork waits = pools.work(pool, "waits", (instance, context, self) -> {
            });
            runs.submit();
            gate.awaitArrivals(1);
            waits.submit();
            waits.submit();
            TpEnvironment.of(pool).trySubmit(() -> {
            });
            waits.close();

            TpPoolSnapshot snapshot = pool.snapshot();

            assertThat(snapshot.name()).isEqualTo(pool.name());
            assertThat(snapshot.threadKind()).isEqualTo(TpThreadKind.PLATFORM);
            assertThat(snapshot.threadMinimum()).isZero();
            assertThat(snapshot.threadMaximum()).isEqualTo(1);
            assertThat(snapshot.threads()).isEqualTo(1);
            assertThat(snapshot.idle()).isZero();
            assertThat(snapshot.running()).isEqualTo(1);
            assertThat(snapshot.queued()).isEqualTo(3);
            assertThat(snapshot.queueCapacity()).isEqualTo(10);
            assertThat(snapshot.completed()).isZero();
            assertThat(snapshot.closed()).isFalse();
            assertThat(snapshot.terminated()).isFalse();
            assertThat(snapshot.objects()).containsExactly(
                    new TpObjectSnapshot("runs", TpObjectKind.WORK, TpPriority.HIGH, "members", 0, 1, false),
                    new TpObjectSnapshot("waits", TpObjectKind.WORK, TpPriority.NORMAL, null, 2, 0, true));
            TpRunningCallback running = snapshot.runningCallbacks().get(0);
            assertThat(running.name()).isEqualTo("runs");
            assertThat(running.kind()).isEqualTo(TpObjectKind.WORK);
            assertThat(running.priority()).isEqualTo(TpPriority.HIGH);
            assertThat(running.cleanupGroup()).isEqualTo("members");
            assertThat(running.thread()).startsWith(pool.name() + "-");
            assertThat(running.age()).isNull();
            assertThat(running.longRunning()).isTrue();
            assertThat(running.disassociated()).isTrue();
            assertThat(running.completionActions()).containsExactly(TpCompletionAction.RELEASE_SEMAPHORE,
                    TpCompletionAction.SET_EVENT);
        }

        @Test
        void countsWhatCompletedFailedWasDroppedAndRefused() throws Exception {
            TpPool pool = pools
                .create((builder) -> builder.threadMaximum(1).queueCapacity(3).exceptionHandler((source, failure) -> {
                }));
            TpWork fails = pools.work(pool, () -> {
                throw new IllegalArgumentException("on purpose");
            });
            TpWork waits = pools.work(pool, () -> {
            });
            Gate gate = pools.occupy(pool);
            fails.submit();
            waits.submit();
            waits.submit();
            assertThatExceptionOfType(TpRejectedException.class).isThrownBy(waits::submit);
            waits.cancelPendingCallbacks();
            gate.open();
            fails.waitForCallbacks(false);

            TpPoolSnapshot snapshot = pool.snapshot();
            assertThat(snapshot.completed()).isEqualTo(2);
            assertThat(snapshot.failed()).isEqualTo(1);
            assertThat(snapshot.dropped()).isEqualTo(2);
            assertThat(snapshot.rejected()).isEqualTo(1);
        }

        @Test
        void whatLeftWithItsWorkerStillCountsAsCompleted() throws Exception {
            TpPool pool = pools.create((builder) -> builder.keepAlive(Duration.ofMillis(1)));
            for (int i = 0; i < 20; i++) {
                assertThat(TpEnvironment.of(pool).submit(() -> 1).get(60, TimeUnit.SECONDS)).isEqualTo(1);
            }
            Pools.eventually(() -> Pools.threadsOf(pool).isEmpty());

            assertThat(pool.completed()).isEqualTo(20);
        }

        @Test
        void hasItsNameInItsText() {
            TpPool pool = pools.create();

            assertThat(pool).hasToString("pool '" + pool.name() + "'");
            assertThat(pool.keepAlive()).isEqualTo(Duration.ofSeconds(5));
            assertThat(pool.queueCapacity()).isZero();
            assertThat(pool.threadKind()).isEqualTo(TpThreadKind.PLATFORM);
        }

        @Test
        void createHasTheDefaultsOfWindows() {
            TpPool pool = TpPool.create("windows");
            pool.close();

            assertThat(pool.threadMinimum()).isZero();
            assertThat(pool.threadMaximum()).isEqualTo(500);
            assertThat(pool.threads()).isZero();
        }

    }

    @Nested
    class Builder {

        private final TpPool.Builder builder = TpPool.builder("built");

        @Test
        void saysWhatIsWrongAndWhatWouldBeRight() {
            assertThatIllegalArgumentException().isThrownBy(() -> this.builder.threadMaximum(0))
                .withMessage("threadMaximum is 0, must be between 1 and 1048575");
            assertThatIllegalArgumentException().isThrownBy(() -> this.builder.threadMinimum(-1))
                .withMessage("threadMinimum is -1, must be between 0 and 1048575");
            assertThatIllegalArgumentException().isThrownBy(() -> this.builder.queueCapacity(-1))
                .withMessage("queueCapacity is -1, must be between 0 and 2147483647");
            assertThatIllegalArgumentException().isThrownBy(() -> this.builder.keepAlive(Duration.ZERO))
                .withMessage("keepAlive is PT0S, must be longer than zero and at most 3650 days");
            assertThatIllegalArgumentException().isThrownBy(() -> this.builder.keepAlive(Duration.ofMillis(-1)));
            assertThatIllegalArgumentException().isThrownBy(() -> this.builder.keepAlive(Duration.ofDays(3651)));
            assertThatIllegalArgumentException().isThrownBy(() -> TpPool.builder(" "))
                .withMessage("the name of a pool must not be blank");
            assertThatIllegalArgumentException()
                .isThrownBy(() -> this.builder.threadMinimum(3).threadMaximum(2).build())
                .withMessage("pool 'built': threadMinimum is 3, above threadMaximum, which is 2");
        }

        @Test
        void takesNoNulls() {
            assertThatNullPointerException().isThrownBy(() -> TpPool.builder(null));
            assertThatNullPointerException().isThrownBy(() -> this.builder.threadKind(null));
            assertThatNullPointerException().isThrownBy(() -> this.builder.stackInformation(null));
            assertThatNullPointerException().isThrownBy(() -> this.builder.threadFactory(null));
            assertThatNullPointerException().isThrownBy(() -> this.builder.whenFull(null));
            assertThatNullPointerException().isThrownBy(() -> this.builder.exceptionHandler(null));
            assertThatNullPointerException().isThrownBy(() -> this.builder.monitor(null));
            assertThatNullPointerException().isThrownBy(() -> this.builder.ticker(null));
        }

    }

}
