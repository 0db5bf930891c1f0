package dev.tpool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * I/O objects, over operations that the test completes by hand, over files and over
 * sockets.
 */
class TpIoTests {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final AtomicBoolean unloaded = new AtomicBoolean();

    private final TpLibrary library = TpLibrary.of("library", () -> this.unloaded.set(true));

    private final TpPool pool = TpPool.builder("io").threadMaximum(4).build();

    private final TpEnvironment environment = TpEnvironment.builder().pool(this.pool).library(this.library).build();

    private final ConcurrentLinkedQueue<TpIoCompletion> completions = new ConcurrentLinkedQueue<>();

    private final TpIo io = this.environment
        .io((instance, context, completion, self) -> this.completions.add(completion), null);

    private final CountDownLatch workersAreFree = new CountDownLatch(1);

    @TempDir
    Path directory;

    @AfterEach
    void thePoolEndsClean() throws Exception {
        this.workersAreFree.countDown();
        this.io.close();
        this.library.close();
        this.pool.close();
        assertThat(this.pool.awaitTermination(LONG)).isTrue();
        assertThat(this.unloaded).isTrue();
    }

    @Test
    void aCompletedOperationIsOneCallback() throws Exception {
        TpIo.Operation<Integer> operation = this.io.start("header");
        assertThat(this.io.started()).isOne();
        assertThat(this.io.pending()).isZero();

        operation.completed(42, null);
        this.io.waitForCallbacks(false);

        assertThat(this.completions).containsExactly(new TpIoCompletion("header", 42, null));
        assertThat(this.completions.element().bytes()).isEqualTo(42);
        assertThat(this.io.started()).isZero();
    }

    @Test
    void aFailedOperationCarriesItsException() throws Exception {
        IOException failure = new IOException("broken");

        this.io.<Integer>start("header").failed(failure, null);
        this.io.waitForCallbacks(false);

        assertThat(this.completions).containsExactly(new TpIoCompletion("header", null, failure));
        assertThat(this.completions.element().bytes()).isZero();
    }

    @Test
    void theResultNeedNotBeANumber() throws Exception {
        this.io.<String>start(null).completed("accepted", null);
        this.io.<Void>start(null).completed(null, null);
        this.io.<Long>start(null).completed(1L << 40, null);
        this.io.waitForCallbacks(false);

        assertThat(this.completions).extracting(TpIoCompletion::result)
            .containsExactlyInAnyOrder("accepted", null, 1L << 40);
        assertThat(this.completions).extracting(TpIoCompletion::bytes).containsExactlyInAnyOrder(0L, 0L, 1L << 40);
    }

    @Test
    void theCallbackGetsItsContextAndItsObject() throws Exception {
        ConcurrentLinkedQueue<Object> seen = new ConcurrentLinkedQueue<>();
        TpIo named = this.environment.io("named", (instance, context, completion, self) -> {
            seen.add(context);
            seen.add(self);
        }, "context");

        named.start(null).completed(null, null);
        named.waitForCallbacks(false);
        named.close();

        assertThat(seen).containsExactly("context", named);
        assertThat(named.kind()).isEqualTo(TpObjectKind.IO);
    }

    @Test
    void anOperationTakenBackIsNoCallback() throws Exception {
        TpIo.Operation<Integer> operation = this.io.start(null);

        operation.cancel();

        assertThat(this.io.started()).isZero();
        this.io.waitForCallbacks(false);
        assertThat(this.completions).isEmpty();
    }

    @Test
    void anOperationIsOverOnce() throws Exception {
        TpIo.Operation<Integer> completed = this.io.start(null);
        completed.completed(1, null);
        TpIo.Operation<Integer> takenBack = this.io.start(null);
        takenBack.cancel();

        for (TpIo.Operation<Integer> operation : List.of(completed, takenBack)) {
            assertThatIllegalStateException().isThrownBy(() -> operation.completed(1, null));
            assertThatIllegalStateException().isThrownBy(() -> operation.failed(new IOException(), null));
            assertThatIllegalStateException().isThrownBy(operation::cancel);
        }

        assertThat(this.io.started()).isZero();
        this.io.waitForCallbacks(false);
        assertThat(this.completions).hasSize(1);
    }

    @Test
    void aWaitWaitsForWhatIsInFlight() throws Exception {
        TpIo.Operation<Integer> first = this.io.start(1);
        TpIo.Operation<Integer> second = this.io.start(2);
        assertThat(this.io.waitForCallbacks(false, Duration.ofMillis(1))).isFalse();

        AtomicInteger seen = new AtomicInteger(-1);
        Thread waiting = waitIn(() -> {
            this.io.waitForCallbacks(false);
            seen.set(this.completions.size());
        });
        first.completed(1, null);
        await().until(() -> this.completions.size() == 1);
        assertThat(waiting.isAlive()).isTrue();
        second.completed(2, null);
        waiting.join(LONG.toMillis());

        assertThat(seen).hasValue(2);
    }

    @Test
    void aWaitEndsWhenTheLastOperationIsTakenBack() throws Exception {
        TpIo.Operation<Integer> operation = this.io.start(null);
        Thread waiting = waitIn(() -> this.io.waitForCallbacks(false));

        operation.cancel();
        waiting.join(LONG.toMillis());

        assertThat(waiting.isAlive()).isFalse();
    }

    @Test
    void aWaitForAnOperationCountsAsWaitForItsCallback() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        TpIo slow = this.environment.io((instance, context, completion, self) -> {
            this.workersAreFree.await();
            ended.set(true);
        }, null);
        slow.start(null).completed(null, null);
        await().until(() -> slow.running() == 1);
        assertThat(slow.waitForCallbacks(false, Duration.ofMillis(1))).isFalse();

        this.workersAreFree.countDown();
        slow.waitForCallbacks(false);

        assertThat(ended).isTrue();
        slow.close();
    }

    @Test
    void aCancellingWaitDropsWhatIsQueuedAndWritesOffWhatIsInFlight() throws Exception {
        occupyTheWorkers();
        this.io.start("queued").completed(null, null);
        TpIo.Operation<Integer> inFlight = this.io.start("in flight");
        assertThat(this.io.pending()).isOne();

        this.io.waitForCallbacks(true);

        assertThat(this.io.pending()).isZero();
        assertThat(this.io.started()).isZero();
        this.workersAreFree.countDown();
        inFlight.completed(1, null);
        this.io.waitForCallbacks(false);
        assertThat(this.completions).isEmpty();
    }

    @Test
    void aCompletionThatWasWrittenOffIsNotTakenForANewOne() throws Exception {
        TpIo.Operation<Integer> old = this.io.start("old");
        this.io.waitForCallbacks(true);
        TpIo.Operation<Integer> young = this.io.start("young");

        old.completed(1, null);
        assertThat(this.io.started()).isOne();
        assertThat(this.io.waitForCallbacks(false, Duration.ofMillis(1))).isFalse();
        young.completed(2, null);
        this.io.waitForCallbacks(false);

        assertThat(this.completions).containsExactly(new TpIoCompletion("young", 2, null));
    }

    @Test
    void anOperationThatWasWrittenOffMayStillBeTakenBackOnce() {
        TpIo.Operation<Integer> operation = this.io.start(null);
        this.io.cancelOutstanding();

        operation.cancel();

        assertThatIllegalStateException().isThrownBy(operation::cancel);
        assertThat(this.io.started()).isZero();
    }

    @Test
    void aCancellingWaitWakesThoseWhoWaitForWhatIsInFlight() throws Exception {
        TpIo.Operation<Integer> operation = this.io.start(null);
        Thread waiting = waitIn(() -> this.io.waitForCallbacks(false));

        this.io.waitForCallbacks(true);
        waiting.join(LONG.toMillis());

        assertThat(waiting.isAlive()).isFalse();
        operation.completed(1, null);
    }

    @Test
    void cancellingPendingCallbacksAloneWritesNothingOff() throws Exception {
        occupyTheWorkers();
        this.io.start("queued").completed(null, null);
        TpIo.Operation<Integer> inFlight = this.io.start("in flight");

        assertThat(this.io.cancelPendingCallbacks()).isOne();
        this.workersAreFree.countDown();
        inFlight.completed(1, null);
        this.io.waitForCallbacks(false);

        assertThat(this.completions).containsExactly(new TpIoCompletion("in flight", 1, null));
    }

    @Test
    void closingLeavesItAliveUntilTheLastCallbackOfWhatIsInFlight() throws Exception {
        TpIo.Operation<Integer> operation = this.io.start("late");
        this.io.close();
        this.library.close();
        this.pool.close();
        assertThat(this.io.isFreed()).isFalse();
        assertThat(this.unloaded).isFalse();
        assertThat(this.pool.isTerminated()).isFalse();

        operation.completed(1, null);

        assertThat(this.pool.awaitTermination(LONG)).isTrue();
        assertThat(this.completions).hasSize(1);
        assertThat(this.io.isFreed()).isTrue();
        assertThat(this.unloaded).isTrue();
    }

    @Test
    void closingLeavesItAliveUntilWhatWasWrittenOffIsOver() throws Exception {
        TpIo.Operation<Integer> operation = this.io.start("written off");
        this.io.waitForCallbacks(true);
        this.io.close();
        this.library.close();
        assertThat(this.unloaded).isFalse();

        operation.failed(new IOException(), null);

        assertThat(this.io.isFreed()).isTrue();
        assertThat(this.unloaded).isTrue();
        assertThat(this.completions).isEmpty();
    }

    @Test
    void closingFreesAtOnceWhatHasNothingInFlight() {
        TpIo.Operation<Integer> operation = this.io.start(null);
        operation.cancel();
        this.io.close();

        assertThat(this.io.isFreed()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> this.io.start(null));
        assertThatIllegalStateException().isThrownBy(() -> this.io.waitForCallbacks(true));
        this.io.close();
    }

    @Test
    void theNextOperationMayBeStartedFromTheCallback() throws Exception {
        AtomicInteger left = new AtomicInteger(100);
        TpIo chain = this.environment.io((instance, context, completion, self) -> {
            if (left.decrementAndGet() > 0) {
                self.start(null).completed(null, null);
            }
        }, null);

        chain.start(null).completed(null, null);
        chain.waitForCallbacks(false);
        chain.close();

        assertThat(left).hasValue(0);
    }

    @Test
    void aFailingCallbackIsReportedAndTheObjectGoesOn() throws Exception {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        TpIo failing = this.environment.toBuilder()
            .exceptionHandler((source, failure) -> failures.add(failure))
            .build()
            .io((instance, context, completion, self) -> {
                throw new IOException("failed");
            }, null);

        failing.start(null).completed(null, null);
        failing.start(null).completed(null, null);
        failing.waitForCallbacks(false);
        failing.close();

        assertThat(failures).hasSize(2).allMatch(IOException.class::isInstance);
    }

    @Test
    void theCloseOfTheGroupWaitsForWhatIsInFlight() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpIo member = memberOf(group, new ArrayList<>());
        TpIo.Operation<Integer> operation = member.start("late");
        assertThat(group.closeMembers(false, null, Duration.ofMillis(1)).complete()).isFalse();

        Thread closing = waitIn(() -> group.closeMembers(false, null));
        assertThat(member.isClosed()).isFalse();
        operation.completed(1, null);
        closing.join(LONG.toMillis());

        assertThat(member.isFreed()).isTrue();
        assertThat(this.completions).hasSize(1);
        assertThat(group.size()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> member.start(null));
    }

    @Test
    void theCancellingCloseOfTheGroupWritesOffWhatIsInFlight() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        List<Object> cancelled = new ArrayList<>();
        TpIo member = memberOf(group, cancelled);
        occupyTheWorkers();
        member.start("queued").completed(null, null);
        TpIo.Operation<Integer> operation = member.start("in flight");

        TpCloseReport report = group.closeMembers(true, null);

        assertThat(report.complete()).isTrue();
        assertThat(report.dropped()).isOne();
        assertThat(cancelled).hasSize(1);
        assertThat(member.isClosed()).isTrue();
        assertThat(member.isFreed()).isFalse();
        this.workersAreFree.countDown();
        operation.completed(1, null);
        assertThat(member.isFreed()).isTrue();
        assertThat(this.completions).isEmpty();
        assertThat(group.size()).isZero();
        group.close();
    }

    @Test
    void theLibraryOutlivesTheCancelCallbackThoughTheLastOperationEndsMeanwhile() throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        List<TpIo.Operation<Integer>> operations = new ArrayList<>();
        List<Boolean> unloadedMeanwhile = new ArrayList<>();
        TpIo member = this.environment.toBuilder().cleanupGroup(group, (context, cleanupContext) -> {
            this.io.close();
            this.library.close();
            operations.get(0).completed(1, null);
            unloadedMeanwhile.add(this.unloaded.get());
        }).build().io((instance, context, completion, self) -> this.completions.add(completion), null);
        operations.add(member.start("in flight"));

        group.closeMembers(true, null);

        assertThat(unloadedMeanwhile).containsExactly(false);
        assertThat(member.isFreed()).isTrue();
        assertThat(this.unloaded).isTrue();
    }

    @Test
    void readsAndWritesFiles() throws Exception {
        Path file = this.directory.resolve("file");
        try (AsynchronousFileChannel channel = AsynchronousFileChannel.open(file, StandardOpenOption.CREATE,
                StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            this.io.write(channel, ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)), 0, "write");
            this.io.waitForCallbacks(false);
            ByteBuffer target = ByteBuffer.allocate(10);
            this.io.read(channel, target, 1, "read");
            this.io.waitForCallbacks(false);
            this.io.read(channel, ByteBuffer.allocate(10), 5, "end");
            this.io.waitForCallbacks(false);

            assertThat(this.completions).extracting(TpIoCompletion::attachment).containsExactly("write", "read", "end");
            assertThat(this.completions).extracting(TpIoCompletion::bytes).containsExactly(5L, 4L, -1L);
            assertThat(new String(target.array(), 0, 4, StandardCharsets.UTF_8)).isEqualTo("ello");
        }
        assertThat(Files.readString(file)).isEqualTo("hello");
    }

    @Test
    void manyOperationsMayBeInFlightAtOnce() throws Exception {
        int blocks = 400;
        Path file = this.directory.resolve("blocks");
        byte[] content = new byte[blocks * 512];
        new Random(7).nextBytes(content);
        Files.write(file, content);
        ConcurrentLinkedQueue<Integer> wrong = new ConcurrentLinkedQueue<>();
        AtomicInteger right = new AtomicInteger();
        List<ByteBuffer> buffers = new ArrayList<>();
        TpIo reader = this.environment.io((instance, context, completion, self) -> {
            int block = (Integer) completion.attachment();
            boolean equal = completion.bytes() == 512
                    && buffers.get(block).flip().equals(ByteBuffer.wrap(content, block * 512, 512));
            if (equal) {
                right.incrementAndGet();
            }
            else {
                wrong.add(block);
            }
        }, null);
        for (int i = 0; i < blocks; i++) {
            buffers.add(ByteBuffer.allocate(512));
        }

        try (AsynchronousFileChannel channel = AsynchronousFileChannel.open(file, StandardOpenOption.READ)) {
            for (int i = 0; i < blocks; i++) {
                reader.read(channel, buffers.get(i), i * 512L, i);
            }
            reader.waitForCallbacks(false);
        }

        assertThat(wrong).isEmpty();
        assertThat(right).hasValue(blocks);
        reader.close();
    }

    @Test
    void whatTheChannelRefusesDoesNotCount() throws Exception {
        Path file = Files.createFile(this.directory.resolve("file"));
        try (AsynchronousFileChannel reading = AsynchronousFileChannel.open(file, StandardOpenOption.READ);
                AsynchronousFileChannel writing = AsynchronousFileChannel.open(file, StandardOpenOption.WRITE);
                AsynchronousSocketChannel unconnected = AsynchronousSocketChannel.open()) {
            assertThatExceptionOfType(NonWritableChannelException.class)
                .isThrownBy(() -> this.io.write(reading, ByteBuffer.allocate(1), 0, null));
            assertThatExceptionOfType(NonReadableChannelException.class)
                .isThrownBy(() -> this.io.read(writing, ByteBuffer.allocate(1), 0, null));
            assertThatExceptionOfType(NotYetConnectedException.class)
                .isThrownBy(() -> this.io.read(unconnected, ByteBuffer.allocate(1), null));
            assertThatExceptionOfType(NotYetConnectedException.class)
                .isThrownBy(() -> this.io.write(unconnected, ByteBuffer.allocate(1), null));
        }

        assertThat(this.io.started()).isZero();
        this.io.waitForCallbacks(false);
        assertThat(this.completions).isEmpty();
    }

    @Test
    void anOperationOnAClosedChannelFails() throws Exception {
        Path file = Files.createFile(this.directory.resolve("file"));
        AsynchronousFileChannel channel = AsynchronousFileChannel.open(file, StandardOpenOption.READ);
        channel.close();

        this.io.read(channel, ByteBuffer.allocate(1), 0, "closed");
        this.io.waitForCallbacks(false);

        assertThat(this.completions).hasSize(1);
        assertThat(this.completions.element().exception()).isInstanceOf(ClosedChannelException.class);
        assertThat(this.completions.element().attachment()).isEqualTo("closed");
    }

    @Test
    void readsAndWritesSockets() throws Exception {
        try (AsynchronousServerSocketChannel server = listen(null);
                AsynchronousSocketChannel client = AsynchronousSocketChannel.open();
                AsynchronousSocketChannel accepted = connect(server, client)) {
            ByteBuffer target = ByteBuffer.allocate(10);
            this.io.read(accepted, target, "read");
            assertThatExceptionOfType(ReadPendingException.class)
                .isThrownBy(() -> this.io.read(accepted, ByteBuffer.allocate(1), null));
            assertThat(this.io.started()).isOne();

            this.io.write(client, ByteBuffer.wrap(new byte[] { 1, 2, 3 }), "write");
            this.io.waitForCallbacks(false);

            assertThat(this.completions).extracting(TpIoCompletion::bytes).containsExactly(3L, 3L);
            assertThat(target.position()).isEqualTo(3);
        }
    }

    @Test
    void closingTheChannelEndsWhatIsInFlight() throws Exception {
        try (AsynchronousServerSocketChannel server = listen(null);
                AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            AsynchronousSocketChannel accepted = connect(server, client);
            this.io.read(accepted, ByteBuffer.allocate(10), "aborted");
            assertThat(this.io.waitForCallbacks(false, Duration.ofMillis(1))).isFalse();
            assertThat(this.io.running()).isZero();

            accepted.close();
            this.io.waitForCallbacks(false);

            assertThat(this.completions).hasSize(1);
            assertThat(this.completions.element().exception()).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void acceptsAndConnectsWithOperationsOfItsOwn() throws Exception {
        try (AsynchronousServerSocketChannel server = listen(null);
                AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            server.accept(null, this.io.<AsynchronousSocketChannel>start("accept"));
            client.connect(server.getLocalAddress(), null, this.io.<Void>start("connect"));
            this.io.waitForCallbacks(false);

            assertThat(this.completions).extracting(TpIoCompletion::attachment)
                .containsExactlyInAnyOrder("accept", "connect");
            for (TpIoCompletion completion : this.completions) {
                assertThat(completion.exception()).isNull();
                if (completion.result() instanceof AsynchronousSocketChannel accepted) {
                    accepted.close();
                }
            }
        }
    }

    @Test
    void aChannelGroupRunsOnThePoolAndEndsInOrder() throws Exception {
        TpPool own = TpPool.builder("channels").threadMaximum(8).build();
        TpEnvironment onOwn = TpEnvironment.of(own);
        AsynchronousChannelGroup channels = TpIo.channelGroup(onOwn);
        AtomicLong echoed = new AtomicLong();
        TpIo echo = onOwn.io((instance, context, completion, self) -> {
            Echo connection = (Echo) completion.attachment();
            if (completion.exception() != null || completion.bytes() < 0) {
                connection.channel.close();
            }
            else if (connection.reading) {
                connection.reading = false;
                connection.buffer.flip();
                self.write(connection.channel, connection.buffer, connection);
            }
            else if (connection.buffer.hasRemaining()) {
                self.write(connection.channel, connection.buffer, connection);
            }
            else {
                echoed.addAndGet(connection.buffer.position());
                connection.buffer.clear();
                connection.reading = true;
                self.read(connection.channel, connection.buffer, connection);
            }
        }, null);
        TpIo acceptor = onOwn.io((instance, server, completion, self) -> {
            if (completion.result() instanceof AsynchronousSocketChannel accepted) {
                Echo connection = new Echo(accepted);
                echo.read(accepted, connection.buffer, connection);
                server.accept(null, self.<AsynchronousSocketChannel>start(null));
            }
        }, listen(channels));
        AsynchronousServerSocketChannel server = (AsynchronousServerSocketChannel) acceptor.context();
        server.accept(null, acceptor.<AsynchronousSocketChannel>start(null));

        List<Thread> clients = new ArrayList<>();
        AtomicInteger served = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            Thread client = new Thread(() -> talkTo(server, served));
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join(LONG.toMillis());
        }
        assertThat(served).hasValue(10);

        server.close();
        acceptor.waitForCallbacks(false);
        echo.waitForCallbacks(false);
        channels.shutdown();
        assertThat(channels.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        acceptor.close();
        echo.close();
        own.close();
        assertThat(own.awaitTermination(LONG)).isTrue();
        assertThat(echoed).hasValue(10 * 20 * 100);
    }

    @Test
    void aChannelGroupThatIsShutDownNowEndsWhatIsInFlight() throws Exception {
        TpPool own = TpPool.builder("channels").threadMaximum(4).build();
        AsynchronousChannelGroup channels = TpIo.channelGroup(TpEnvironment.of(own));
        AsynchronousServerSocketChannel server = listen(channels);
        server.accept(null, this.io.<AsynchronousSocketChannel>start(null));

        channels.shutdownNow();
        own.close();

        assertThat(channels.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        this.io.waitForCallbacks(false);
        assertThat(this.completions.element().exception()).isInstanceOf(ClosedChannelException.class);
        assertThat(own.awaitTermination(LONG)).isTrue();
    }

    @Test
    void aChannelGroupIsNoMemberOfACleanupGroup() throws Exception {
        TpPool own = TpPool.builder("channels").threadMaximum(4).build();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpEnvironment inGroup = TpEnvironment.builder().pool(own).cleanupGroup(group).build();
        AsynchronousChannelGroup channels = TpIo.channelGroup(inGroup);

        assertThat(group.closeMembers(true, null, Duration.ofMillis(1)).complete()).isTrue();

        try (AsynchronousServerSocketChannel server = listen(channels);
                AsynchronousSocketChannel client = AsynchronousSocketChannel.open();
                AsynchronousSocketChannel accepted = connect(server, client)) {
            this.io.write(accepted, ByteBuffer.allocate(1), null);
            this.io.waitForCallbacks(false);
        }
        channels.shutdown();
        assertThat(channels.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        own.close();
        assertThat(own.awaitTermination(LONG)).isTrue();
        assertThat(this.completions.element().bytes()).isOne();
    }

    @Test
    void everyCompletionIsACallbackOrDroppedWhateverRaces() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger overran = new AtomicInteger();
        int rounds = 300;
        for (int round = 0; round < rounds; round++) {
            AtomicBoolean over = new AtomicBoolean();
            TpIo racing = this.environment.io((instance, context, completion, self) -> {
                ran.incrementAndGet();
                overran.addAndGet(over.get() ? 1 : 0);
            }, null);
            List<TpIo.Operation<Integer>> operations = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                operations.add(racing.start(i));
            }
            Thread completer = new Thread(() -> operations.forEach((operation) -> operation.completed(1, null)));
            completer.start();
            if (ThreadLocalRandom.current().nextBoolean()) {
                racing.waitForCallbacks(true);
            }
            else {
                racing.waitForCallbacks(false);
                assertThat(operations)
                    .allSatisfy((operation) -> assertThatIllegalStateException().isThrownBy(operation::cancel));
            }
            over.set(true);
            racing.close();
            completer.join();
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(racing::isFreed);
            assertThat(racing.started()).isZero();
        }

        assertThat(overran).hasValue(0);
        assertThat(ran.get()).isPositive();
    }

    private static void talkTo(AsynchronousServerSocketChannel server, AtomicInteger served) {
        try (AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            client.connect(server.getLocalAddress()).get(60, TimeUnit.SECONDS);
            for (int i = 0; i < 20; i++) {
                byte[] sent = new byte[100];
                ThreadLocalRandom.current().nextBytes(sent);
                ByteBuffer source = ByteBuffer.wrap(sent);
                while (source.hasRemaining()) {
                    client.write(source).get(60, TimeUnit.SECONDS);
                }
                ByteBuffer target = ByteBuffer.allocate(100);
                while (target.hasRemaining()) {
                    assertThat(client.read(target).get(60, TimeUnit.SECONDS)).isPositive();
                }
                assertThat(target.array()).isEqualTo(sent);
            }
            served.incrementAndGet();
        }
        catch (Exception ex) {
            throw new AssertionError(ex);
        }
    }

    private static AsynchronousServerSocketChannel listen(AsynchronousChannelGroup group) throws IOException {
        return AsynchronousServerSocketChannel.open(group)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static AsynchronousSocketChannel connect(AsynchronousServerSocketChannel server,
            AsynchronousSocketChannel client) throws Exception {
        var accepted = server.accept();
        client.connect(server.getLocalAddress()).get(60, TimeUnit.SECONDS);
        return accepted.get(60, TimeUnit.SECONDS);
    }

    private TpIo memberOf(TpCleanupGroup group, List<Object> cancelled) {
        return this.environment.toBuilder()
            .cleanupGroup(group, (context, cleanupContext) -> cancelled.add("cancelled"))
            .build()
            .io((instance, context, completion, self) -> this.completions.add(completion), null);
    }

    private Thread waitIn(Waiting waiting) {
        Thread thread = new Thread(() -> {
            try {
                waiting.run();
            }
            catch (InterruptedException ex) {
                throw new AssertionError(ex);
            }
        });
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return thread;
    }

    private void occupyTheWorkers() {
        CountDownLatch occupied = new CountDownLatch(4);
        TpEnvironment plain = TpEnvironment.builder().pool(this.pool).runsLong(true).build();
        for (int i = 0; i < 4; i++) {
            plain.trySubmit((instance, context) -> {
                occupied.countDown();
                this.workersAreFree.await();
            }, null);
        }
        await().until(() -> occupied.getCount() == 0);
    }

    @FunctionalInterface
    private interface Waiting {

        void run() throws InterruptedException;

    }

    /**
     * One connection of the echo server.
     */
    private static final class Echo {

        private final AsynchronousSocketChannel channel;

        private final ByteBuffer buffer = ByteBuffer.allocate(64);

        private boolean reading = true;

        Echo(AsynchronousSocketChannel channel) {
            this.channel = channel;
        }

    }

}
