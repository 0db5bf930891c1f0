package dev.tpool.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * The contract for each waitable of the package, and what is special to the adapters.
 */
class TpWaitableTests {

    @Nested
    class AutoResetEvent extends TpWaitableContractTests {

        private TpEvent event;

        @Override
        protected TpWaitable create() {
            this.event = TpEvent.autoReset("contract");
            return this.event;
        }

        @Override
        protected void signal() {
            this.event.set();
        }

        @Override
        protected boolean signalIsConsumed() {
            return true;
        }

    }

    @Nested
    class ManualResetEvent extends TpWaitableContractTests {

        private TpEvent event;

        @Override
        protected TpWaitable create() {
            this.event = TpEvent.manualReset("contract");
            return this.event;
        }

        @Override
        protected void signal() {
            this.event.set();
        }

        @Override
        protected boolean signalIsConsumed() {
            return false;
        }

    }

    @Nested
    class Semaphore extends TpWaitableContractTests {

        private TpSemaphore semaphore;

        @Override
        protected TpWaitable create() {
            this.semaphore = TpSemaphore.named("contract", 0, 10);
            return this.semaphore;
        }

        @Override
        protected void signal() {
            this.semaphore.release();
        }

        @Override
        protected boolean signalIsConsumed() {
            return true;
        }

    }

    @Nested
    class CompletedStage extends TpWaitableContractTests {

        private CompletableFuture<String> stage;

        @Override
        protected TpWaitable create() {
            this.stage = new CompletableFuture<>();
            return TpWaitable.of(this.stage);
        }

        @Override
        protected void signal() {
            this.stage.complete("done");
        }

        @Override
        protected boolean signalIsConsumed() {
            return false;
        }

        @Test
        void isSignalledByAFailureToo() throws Exception {
            TpWaitable waitable = create();
            RecordingWaiter waiter = new RecordingWaiter();
            waitable.register(waiter);

            this.stage.completeExceptionally(new IOException("expected"));

            waiter.awaitTold();
        }

        @Test
        void isSignalledByACancelledFutureToo() throws Exception {
            TpWaitable waitable = create();
            RecordingWaiter waiter = new RecordingWaiter();
            waitable.register(waiter);

            this.stage.cancel(false);

            waiter.awaitTold();
        }

        @Test
        void isSignalledFromTheStartIfTheStageIsComplete() throws Exception {
            RecordingWaiter waiter = new RecordingWaiter();

            TpWaitable.of(CompletableFuture.completedFuture("done")).register(waiter);

            waiter.awaitTold();
        }

        @Test
        void addsOneDependentHoweverManyRegister() {
            TpWaitable waitable = create();

            for (int i = 0; i < 100; i++) {
                waitable.register(new RecordingWaiter());
            }

            assertThat(this.stage.getNumberOfDependents()).isEqualTo(1);
        }

        @Test
        void refusesNull() {
            assertThatNullPointerException().isThrownBy(() -> TpWaitable.of((CompletableFuture<?>) null));
        }

        @Test
        void namesTheStage() {
            assertThat(create()).hasToString("TpWaitable[" + this.stage + "]");
        }

    }

    @Nested
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no cat")
    class EndedProcess extends TpWaitableContractTests {

        private final List<Process> processes = new ArrayList<>();

        @Override
        protected TpWaitable create() throws IOException {
            Process process = new ProcessBuilder("cat").start();
            this.processes.add(process);
            return TpWaitable.of(process);
        }

        @Override
        protected void signal() throws IOException {
            this.processes.get(this.processes.size() - 1).getOutputStream().close();
        }

        @Override
        protected boolean signalIsConsumed() {
            return false;
        }

        @AfterEach
        void destroyProcesses() throws InterruptedException {
            for (Process process : this.processes) {
                process.destroy();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
        }

        @Test
        void isSignalledByAViolentEndToo() throws Exception {
            TpWaitable waitable = create();
            RecordingWaiter waiter = new RecordingWaiter();
            waitable.register(waiter);

            this.processes.get(this.processes.size() - 1).destroyForcibly();

            waiter.awaitTold();
        }

    }

    @Test
    void handsAThrowToTheSignallersHandlerNotToTheSignaller() throws Exception {
        TpEvent event = TpEvent.manualReset();
        IllegalStateException inClaim = new IllegalStateException("in claim");
        IllegalStateException inSignalled = new IllegalStateException("in signalled");
        event.register(new ThrowingWaiter(inClaim, null));
        event.register(new ThrowingWaiter(null, inSignalled));
        List<Throwable> handled = new ArrayList<>();

        Background.run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> handled.add(failure));
            event.set();
        }).result();

        assertThat(handled).containsExactly(inClaim, inSignalled);
        assertThat(event.isSet()).isTrue();
    }

    @Test
    void survivesAHandlerThatThrows() throws Exception {
        TpEvent event = TpEvent.manualReset();
        RecordingWaiter next = new RecordingWaiter();
        event.register(new ThrowingWaiter(null, new AssertionError("in signalled")));
        event.register(next);

        Background.run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
                throw new IllegalStateException("in the handler");
            });
            event.set();
        }).result();

        next.awaitTold();
    }

    @Test
    void findsAClaimOutThatCallsBack() throws Exception {
        TpEvent event = TpEvent.autoReset("watched");
        List<Throwable> handled = new ArrayList<>();
        RecordingWaiter caller = new RecordingWaiter() {

            @Override
            public boolean claim() {
                event.reset();
                return super.claim();
            }

        };
        event.register(caller);

        Background.run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> handled.add(failure));
            event.set();
        }).result();

        caller.assertUntouched();
        assertThat(event.isSet()).isTrue();
        assertThat(handled).singleElement().satisfies((failure) -> assertThatIllegalStateException().isThrownBy(() -> {
            throw failure;
        }).withMessageContaining("watched").withMessageContaining("claim()"));
    }

    @Test
    void refusesANullWaiter() {
        assertThatNullPointerException().isThrownBy(() -> TpEvent.autoReset().register(null));
    }

    private record ThrowingWaiter(RuntimeException inClaim, Throwable inSignalled) implements TpWaitable.Waiter {

        @Override
        public boolean claim() {
            if (this.inClaim != null) {
                throw this.inClaim;
            }
            return true;
        }

        @Override
        public void signalled() {
            if (this.inSignalled instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) this.inSignalled;
        }

    }

}
