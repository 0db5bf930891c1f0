package dev.tpool.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

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
    void keepsTheStackFlatHoweverManyPassASignalOn() throws Exception {
        int waiters = 100_000;
        TpSemaphore[] semaphores = { TpSemaphore.of(0, 1), TpSemaphore.of(0, 1) };
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < waiters; i++) {
            TpSemaphore next = semaphores[(i + 1) % 2];
            semaphores[i % 2].register(new Acting(() -> {
                told.incrementAndGet();
                next.release();
            }));
        }

        Background.run(semaphores[0]::release).result();

        assertThat(told).hasValue(waiters);
        assertThat(semaphores[0].waiting() + semaphores[1].waiting()).isZero();
        assertThat(semaphores[0].availablePermits()).isEqualTo(1);
    }

    @Test
    void keepsTheStackFlatHoweverManyRegisterTheNext() throws Exception {
        TpEvent event = TpEvent.manualReset();
        AtomicInteger told = new AtomicInteger();
        Acting waiter = new Acting(new Runnable() {

            @Override
            public void run() {
                if (told.incrementAndGet() < 100_000) {
                    event.register(new Acting(this));
                }
            }

        });
        event.register(waiter);

        Background.run(event::set).result();

        assertThat(told).hasValue(100_000);
    }

    @Test
    void tellsOneWithinAnotherAsLongAsTheyAreFew() {
        int waiters = 100;
        TpSemaphore[] semaphores = { TpSemaphore.of(0, 1), TpSemaphore.of(0, 1) };
        AtomicInteger nested = new AtomicInteger();
        AtomicInteger mostNested = new AtomicInteger();
        for (int i = 0; i < waiters; i++) {
            TpSemaphore next = semaphores[(i + 1) % 2];
            semaphores[i % 2].register(new Acting(() -> {
                mostNested.accumulateAndGet(nested.incrementAndGet(), Math::max);
                next.release();
                nested.decrementAndGet();
            }));
        }

        semaphores[0].release();

        assertThat(mostNested).hasValue(64);
        assertThat(semaphores[0].waiting() + semaphores[1].waiting()).isZero();
    }

    @Test
    void wakesAThreadWhomOneServesWhileManyAreToldWithinOneAnother() throws Exception {
        TpSemaphore[] semaphores = { TpSemaphore.of(0, 1), TpSemaphore.of(0, 1) };
        TpEvent last = TpEvent.manualReset();
        Background<Void> blocked = Background.run(last::await);
        await().until(() -> last.waiting() == 1);
        List<Throwable> failures = new ArrayList<>();
        int waiters = 64;
        for (int i = 0; i < waiters; i++) {
            TpSemaphore next = semaphores[(i + 1) % 2];
            boolean innermost = i == waiters - 1;
            semaphores[i % 2].register(new Acting(() -> {
                if (innermost) {
                    last.set();
                    try {
                        blocked.result();
                    }
                    catch (Exception ex) {
                        failures.add(ex);
                    }
                }
                next.release();
            }));
        }

        semaphores[0].release();

        assertThat(failures).isEmpty();
        assertThat(blocked.isOver()).isTrue();
    }

    @Test
    void tellsTheOthersIfOneThrowsFarDown() throws Exception {
        TpSemaphore[] semaphores = { TpSemaphore.of(0, 1), TpSemaphore.of(0, 1) };
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < 1000; i++) {
            TpSemaphore next = semaphores[(i + 1) % 2];
            semaphores[i % 2].register(new Acting(() -> {
                next.release();
                if (told.incrementAndGet() % 100 == 0) {
                    throw new StackOverflowError("not really");
                }
            }));
        }
        List<Throwable> handled = new ArrayList<>();

        Background.run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> handled.add(failure));
            semaphores[0].release();
        }).result();

        assertThat(told).hasValue(1000);
        assertThat(handled).hasSize(10);
    }

    @Test
    void refusesANullWaiter() {
        assertThatNullPointerException().isThrownBy(() -> TpEvent.autoReset().register(null));
    }

    private record Acting(Runnable action) implements TpWaitable.Waiter {

        @Override
        public boolean claim() {
            return true;
        }

        @Override
        public void signalled() {
            this.action.run();
        }

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
