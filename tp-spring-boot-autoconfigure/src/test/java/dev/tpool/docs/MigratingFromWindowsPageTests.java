package dev.tpool.docs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpCloseReport;
import dev.tpool.TpEnvironment;
import dev.tpool.TpIo;
import dev.tpool.TpPool;
import dev.tpool.TpPriority;
import dev.tpool.TpTimer;
import dev.tpool.TpWait;
import dev.tpool.TpWaitResult;
import dev.tpool.TpWork;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/migrating.md} says of coming from the Windows API, methods of beans
 * aside.
 */
class MigratingFromWindowsPageTests {

    @TempDir
    private Path directory;

    @Test
    void work() throws InterruptedException {
        TpSemaphore slots = TpSemaphore.of(0, 1);
        Path file = Path.of("some.txt");
        TpPool pool = TpPool.builder("io").threadMaximum(64).build();
        TpCleanupGroup group = TpCleanupGroup.create("loads");
        TpEnvironment environment = TpEnvironment.builder()
            .pool(pool)
            .cleanupGroup(group)
            .priority(TpPriority.LOW)
            .build();

        TpWork work = environment.work("load", (instance, context, self) -> {
            instance.releaseSemaphoreWhenCallbackReturns(slots, 1);
            parse(context);
        }, file);
        work.submit();
        work.waitForCallbacks(false);

        TpCloseReport report = group.closeMembers(false, null);
        group.close();
        pool.close();
        assertThat(report.complete()).isTrue();
        assertThat(work.isClosed()).isTrue();
        assertThat(slots.availablePermits()).isOne();
        assertThat(pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void oneShots() throws Exception {
        TpSemaphore slots = TpSemaphore.of(0, 1);
        Path file = Path.of("some.txt");
        try (TpPool pool = TpPool.create("io")) {
            TpEnvironment environment = TpEnvironment.of(pool);
            boolean accepted = environment.trySubmit((instance, context) -> {
                instance.releaseSemaphoreWhenCallbackReturns(slots, 1);
                parse(context);
            }, file);
            if (!accepted) {
                slots.release();
            }
            CompletableFuture<Integer> size = environment.submit("load", () -> parse(file));
            assertThat(accepted).isTrue();
            assertThat(size.get(1, TimeUnit.MINUTES)).isEqualTo(8);
            assertThat(slots.tryAcquire(Duration.ofMinutes(1))).isTrue();
        }
    }

    @Test
    void timer() throws InterruptedException {
        Mailbox mailbox = new Mailbox();
        try (TpPool pool = TpPool.create("io")) {
            TpEnvironment environment = TpEnvironment.of(pool);
            TpTimer timer = environment.timer("poll", () -> mailbox.fetch());
            timer.set(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMillis(500));
            assertThat(mailbox.fetched.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
            assertThat(timer.isSet()).isTrue();

            timer.unset();
            timer.waitForCallbacks(true);
            timer.close();
            assertThat(timer.isSet()).isFalse();
        }
    }

    @Test
    void waits() throws InterruptedException {
        Mailbox mailbox = new Mailbox();
        TpEvent arrived = TpEvent.autoReset("arrived");
        try (TpPool pool = TpPool.create("io")) {
            TpEnvironment environment = TpEnvironment.of(pool);
            TpWait wait = environment.wait("arrivals", (instance, context, self, result) -> {
                if (result == TpWaitResult.SIGNALLED) {
                    context.fetch();
                }
                self.set(arrived, Duration.ofMinutes(1));
            }, mailbox);
            wait.set(arrived, Duration.ofMinutes(1));
            for (int i = 0; i < 3; i++) {
                arrived.set();
                assertThat(mailbox.fetched.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
            }
            wait.waitForCallbacks(false);
            assertThat(wait.unset()).isTrue();
            wait.close();
        }
    }

    @Test
    void io() throws Exception {
        Path file = Files.writeString(this.directory.resolve("block"), "0123456789");
        Block block = new Block(ByteBuffer.allocate(64), new AtomicLong());
        try (TpPool pool = TpPool.create("io"); AsynchronousFileChannel channel = AsynchronousFileChannel.open(file)) {
            TpEnvironment environment = TpEnvironment.of(pool);
            TpIo io = environment.io("reads", (instance, context, completion, self) -> {
                Block read = (Block) completion.attachment();
                if (completion.exception() == null) {
                    digest(read, completion.bytes());
                }
            }, null);
            io.read(channel, block.buffer(), 0, block);
            io.waitForCallbacks(false);
            io.close();
        }
        assertThat(block.digested()).hasValue(10);
    }

    static int parse(Path file) {
        return file.toString().length();
    }

    static void digest(Block block, long bytes) {
        block.digested().addAndGet(bytes);
    }

    record Block(ByteBuffer buffer, AtomicLong digested) {

    }

    static class Mailbox {

        final Semaphore fetched = new Semaphore(0);

        void fetch() {
            this.fetched.release();
        }

    }

}
