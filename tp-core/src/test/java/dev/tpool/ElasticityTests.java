package dev.tpool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for how pools grow with what blocks, shrink again, and say that they are stuck.
 */
class ElasticityTests {

    private static final int MANY = Pools.PROCESSORS + 30;

    @RegisterExtension
    final Pools pools = new Pools();

    private final AtomicBoolean over = new AtomicBoolean();

    static List<TpThreadKind> threadKinds() {
        return (Runtime.version().feature() >= 21) ? List.of(TpThreadKind.values()) : List.of(TpThreadKind.PLATFORM);
    }

    @ParameterizedTest
    @EnumSource(Block.class)
    void whoeverBlocksIsReplacedHoweverItBlocks(Block block) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(MANY));
        AtomicInteger arrivals = new AtomicInteger();
        List<Socket> sockets = new ArrayList<>();
        Object monitor = new Object();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Started<Boolean> holder = this.pools.start(() -> {
            synchronized (monitor) {
                held.countDown();
                return release.await(60, TimeUnit.SECONDS);
            }
        });
        held.await();
        try (ServerSocket server = new ServerSocket(0, MANY, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < MANY; i++) {
                Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                sockets.add(socket);
                this.pools.work(pool, () -> {
                    arrivals.incrementAndGet();
                    block.block(this.over, monitor, socket);
                }).submit();
            }

            Pools.eventually(() -> arrivals.get() == MANY);

            assertThat(pool.threads()).isEqualTo(MANY);
        }
        finally {
            this.over.set(true);
            release.countDown();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        assertThat(holder.get()).isTrue();
    }

    @Test
    void whoComputesIsNotReplacedEvenIfOthersBlock() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(100));
        int blocking = 4;
        for (int i = 0; i < blocking; i++) {
            this.pools.occupy(pool);
        }
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        TpWork work = this.pools.work(pool, () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            for (int i = 0; i < 200_000 && !this.over.get(); i++) {
                Thread.onSpinWait();
            }
            running.decrementAndGet();
        });
        // Once alone, so that no callback waits for another to load or link something.
        work.submit();
        work.waitForCallbacks(false);

        for (int i = 0; i < 10_000; i++) {
            work.submit();
        }
        Pools.eventually(() -> work.pending() < 9_900);
        this.over.set(true);

        Pools.eventually(() -> work.pending() == 0);
        assertThat(most.get()).isLessThanOrEqualTo(Pools.PROCESSORS);
        assertThat(pool.threads()).isLessThanOrEqualTo(Pools.PROCESSORS + blocking);
    }

    @Test
    void whenTheBlocksAreOverTheCrewShrinksToItsMinimumAndNobodyWatchesIt() {
        TpPool pool = this.pools
            .create((builder) -> builder.threadMinimum(1).threadMaximum(MANY).keepAlive(Duration.ofMillis(50)));
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(pool, gate::pass);
        for (int i = 0; i < MANY; i++) {
            work.submit();
        }
        gate.awaitArrivals(MANY);

        gate.open();

        Pools.eventually(() -> Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().startsWith(pool.name() + "-"))
            .count() == 1);
        assertThat(pool.threads()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("threadKinds")
    void callbacksMayWaitForCallbacksOfTheirPoolBelowTheMaximum(TpThreadKind kind) throws Exception {
        int depth = Pools.PROCESSORS + 10;
        TpPool pool = this.pools.create((builder) -> builder.threadKind(kind).threadMinimum(1).threadMaximum(depth));

        assertThat(nested(TpEnvironment.of(pool), depth).get(60, TimeUnit.SECONDS)).isEqualTo(depth);
    }

    @ParameterizedTest
    @MethodSource("threadKinds")
    void aPoolInWhichEverybodyWaitsForWhatIsQueuedSaysSoOnceAndGoesOnWhenHelped(TpThreadKind kind) throws Exception {
        int maximum = 4;
        Starvations starvations = new Starvations();
        TpPool pool = this.pools
            .create((builder) -> builder.threadKind(kind).threadMaximum(maximum).monitor(starvations));
        try (LogRecords log = new LogRecords()) {
            CompletableFuture<Integer> deep = nested(TpEnvironment.of(pool), maximum + 2);

            Pools.eventually(() -> !starvations.pools.isEmpty() && !log.messages().isEmpty());

            assertThat(deep).isNotDone();
            assertThat(starvations.pools).singleElement().satisfies((snapshot) -> {
                assertThat(snapshot.name()).isEqualTo(pool.name());
                assertThat(snapshot.threads()).isEqualTo(maximum);
                assertThat(snapshot.queued()).isEqualTo(1);
                assertThat(snapshot.runningCallbacks()).hasSize(maximum);
            });
            assertThat(starvations.blockedFor.get(0)).isBetween(Duration.ofSeconds(1), Pools.GENEROUS);
            assertThat(log.messages()).singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .startsWith("pool '" + pool.name() + "' does not get on: all of its 4 workers, of at most 4,")
                .contains("and 1 callbacks are queued")
                .contains(System.lineSeparator() + "4 workers:")
                .contains("ElasticityTests")
                .doesNotContain("Execution");

            pool.setThreadMaximum(maximum + 2);

            assertThat(deep.get(60, TimeUnit.SECONDS)).isEqualTo(maximum + 2);
            assertThat(starvations.pools).hasSize(1);
        }
    }

    @Test
    void aMonitorThatThrowsDoesNotKeepAStarvedPoolFromBeingWatched() {
        AtomicInteger told = new AtomicInteger();
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).monitor(new TpMonitor() {

            @Override
            public void poolStarved(TpPoolSnapshot pool, Duration blockedFor) {
                told.incrementAndGet();
                throw new IllegalStateException("on purpose");
            }

        }));
        try (LogRecords log = new LogRecords()) {
            Gate gate = this.pools.occupy(pool);
            AtomicBoolean ran = new AtomicBoolean();
            this.pools.work(pool, () -> ran.set(true)).submit();

            Pools.eventually(() -> log.messages().size() == 2);
            gate.open();

            Pools.eventually(ran::get);
            assertThat(told).hasValue(1);
            assertThat(log.messages().get(0)).contains("does not get on").contains("1 worker:");
            assertThat(log.messages().get(1)).isEqualTo("the monitor of pool '" + pool.name() + "' failed");
        }
    }

    @Test
    void aPoolInWhichNothingIsQueuedAnyMoreIsNotStarved() throws Exception {
        Starvations starvations = new Starvations();
        Starvations ofOther = new Starvations();
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).monitor(starvations));
        TpPool other = this.pools.create((builder) -> builder.threadMaximum(1).monitor(ofOther));
        Gate gate = this.pools.occupy(pool);
        TpWork cancelled = this.pools.work(pool, () -> {
        });
        cancelled.submit();
        cancelled.waitForCallbacks(true);
        // The other pool is stuck later, so that this one's second is over when it says
        // so.
        Gate gateOfOther = this.pools.occupy(other);
        this.pools.work(other, () -> {
        }).submit();
        Pools.eventually(() -> !ofOther.pools.isEmpty());

        this.pools.work(pool, () -> {
        }).submit();
        Pools.eventually(() -> !starvations.pools.isEmpty());
        gate.open();
        gateOfOther.open();

        assertThat(starvations.pools).singleElement().satisfies((snapshot) -> assertThat(snapshot.queued()).isOne());
        assertThat(starvations.blockedFor.get(0)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aPoolThatComputesIsNotStarved() throws Exception {
        Starvations starvations = new Starvations();
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).monitor(starvations));
        AtomicBoolean ran = new AtomicBoolean();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
        TpWork computes = this.pools.work(pool, () -> {
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        });
        TpWork behind = this.pools.work(pool, () -> ran.set(true));

        computes.submit();
        behind.submit();
        behind.waitForCallbacks(false);

        assertThat(ran).isTrue();
        assertThat(starvations.pools).isEmpty();
    }

    /**
     * Posts a callback that posts a callback and waits for it, and so on.
     */
    private static CompletableFuture<Integer> nested(TpEnvironment environment, int depth) {
        return environment
            .submit(() -> (depth == 1) ? 1 : 1 + nested(environment, depth - 1).get(60, TimeUnit.SECONDS));
    }

    private static final class Starvations implements TpMonitor {

        private final List<TpPoolSnapshot> pools = new CopyOnWriteArrayList<>();

        private final List<Duration> blockedFor = new CopyOnWriteArrayList<>();

        @Override
        public void poolStarved(TpPoolSnapshot pool, Duration blockedFor) {
            this.blockedFor.add(blockedFor);
            this.pools.add(pool);
        }

    }

    enum Block {

        SLEEP {
            @Override
            void block(AtomicBoolean over, Object monitor, Socket socket) {
                while (!over.get()) {
                    try {
                        Thread.sleep(100);
                    }
                    catch (InterruptedException ex) {
                        throw new AssertionError(ex);
                    }
                }
            }
        },

        PARK {
            @Override
            void block(AtomicBoolean over, Object monitor, Socket socket) {
                while (!over.get()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
            }
        },

        MONITOR {
            @Override
            void block(AtomicBoolean over, Object monitor, Socket socket) {
                synchronized (monitor) {
                    over.get();
                }
            }
        },

        NATIVE_READ {
            @Override
            void block(AtomicBoolean over, Object monitor, Socket socket) {
                try {
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                }
                catch (IOException ex) {
                    // It was closed, which is how the test ends.
                }
            }
        };

        abstract void block(AtomicBoolean over, Object monitor, Socket socket);

    }

}
