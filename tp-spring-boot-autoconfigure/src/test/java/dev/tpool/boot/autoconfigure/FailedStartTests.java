package dev.tpool.boot.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpDeferredTask;
import dev.tpool.TpEnvironment;
import dev.tpool.spring.TpRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FailedStart}.
 */
@ExtendWith(OutputCaptureExtension.class)
class FailedStartTests {

    private final CountDownLatch gate = new CountDownLatch(1);

    private final List<CompletableFuture<?>> queued = new CopyOnWriteArrayList<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class))
        .withPropertyValues("tp.pools.io.max-threads=1")
        .withBean("gate", CountDownLatch.class, () -> this.gate)
        .withBean("queued", List.class, () -> this.queued)
        .withBean(Posts.class);

    @Test
    void dropsWhatIsQueuedIfABeanFails(CapturedOutput output) {
        this.runner.withBean("broken", Object.class, () -> {
            throw new IllegalStateException("broken");
        }).run((context) -> assertThat(context).hasFailed());
        this.gate.countDown();

        assertThat(this.queued).hasSize(2).allMatch(CompletableFuture::isCancelled);
        assertThat(output).contains("The context did not start, so 2 callbacks that were queued are dropped: {");
    }

    @Test
    void dropsWhatIsQueuedIfSomethingCannotStart(CapturedOutput output) {
        this.runner.withBean(PortInUse.class).run((context) -> assertThat(context).hasFailed());
        this.gate.countDown();

        assertThat(this.queued).hasSize(2).allMatch(CompletableFuture::isCancelled);
        assertThat(output).contains("so 2 callbacks");
    }

    @Test
    void dropsWhatWaitsForSomethingToo(CapturedOutput output) {
        this.runner.withBean(Defers.class).withBean(PortInUse.class).run((context) -> assertThat(context).hasFailed());
        this.gate.countDown();

        assertThat(output).contains("so 3 callbacks").contains("waiting=1");
    }

    @Test
    void leavesTheRestToTheShutdown(CapturedOutput output) {
        this.runner.run((context) -> {
            assertThat(context).hasNotFailed();
            this.gate.countDown();
        });

        assertThat(this.queued).hasSize(2).allMatch((future) -> future.isDone() && !future.isCancelled());
        assertThat(output).doesNotContain("did not start");
    }

    static class Posts {

        Posts(TpRegistry registry, CountDownLatch gate, List<CompletableFuture<?>> queued) {
            TpEnvironment io = registry.environment("io");
            CountDownLatch started = new CountDownLatch(1);
            io.trySubmit((instance, nothing) -> {
                started.countDown();
                gate.await();
            }, null);
            try {
                started.await();
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
            queued.add(io.submit(() -> "first"));
            queued.add(io.submit(() -> "second"));
        }

    }

    static class Defers {

        Defers(TpRegistry registry) {
            registry.environment("io").tryDefer(new Waiting(), null);
        }

    }

    private static final class Waiting implements TpDeferredTask<Object> {

        @Override
        public String name() {
            return "waiting";
        }

        @Override
        public boolean tryEnter() {
            return false;
        }

        @Override
        public void run(TpCallbackInstance instance, Object context) {
            // It never comes to that.
        }

        @Override
        public void completed(Throwable failure) {
            // Nor to this.
        }

        @Override
        public void cancelled() {
            // The report is what counts.
        }

    }

    static class PortInUse implements SmartLifecycle {

        @Override
        public void start() {
            throw new IllegalStateException("port in use");
        }

        @Override
        public void stop() {
        }

        @Override
        public boolean isRunning() {
            return false;
        }

    }

}
