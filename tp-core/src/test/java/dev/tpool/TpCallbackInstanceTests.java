package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpSemaphoreFullException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for {@link TpCallbackInstance}.
 */
class TpCallbackInstanceTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final List<TpCompletionAction> carriedOut = new CopyOnWriteArrayList<>();

    private final List<Throwable> reported = new CopyOnWriteArrayList<>();

    /**
     * A pool with one worker that tells of every completion action and every failure.
     */
    private TpPool watched() {
        return this.pools.create((builder) -> builder.threadMaximum(1)
            .exceptionHandler((source, failure) -> this.reported.add(failure))
            .monitor(new TpMonitor() {

                @Override
                public void completionActionEnded(TpCallbackSource source, TpCompletionAction action,
                        Throwable failure) {
                    TpCallbackInstanceTests.this.carriedOut.add(action);
                }

            }));
    }

    private void run(TpPool pool, TpWorkCallback<Object> callback) throws Exception {
        TpWork work = this.pools.work(pool, "test", callback);
        work.submit();
        work.waitForCallbacks(false);
    }

    @Test
    void completionActionsHaveAFixedOrderWhateverTheOrderOfRegistration() throws Exception {
        TpCriticalSection section = TpCriticalSection.of();
        TpMutex mutex = TpMutex.of();
        TpSemaphore semaphore = TpSemaphore.of(0, 5);
        TpEvent event = TpEvent.manualReset();
        TpLibrary library = TpLibrary.of("lib", () -> {
        });
        library.retain();

        run(watched(), (instance, context, work) -> {
            section.enter();
            mutex.lock();
            instance.freeLibraryWhenCallbackReturns(library);
            instance.setEventWhenCallbackReturns(event);
            instance.releaseSemaphoreWhenCallbackReturns(semaphore, 3);
            instance.releaseMutexWhenCallbackReturns(mutex);
            instance.leaveCriticalSectionWhenCallbackReturns(section);
            assertThat(event.isSet()).isFalse();
            assertThat(semaphore.availablePermits()).isZero();
        });

        assertThat(this.carriedOut).containsExactly(TpCompletionAction.LEAVE_CRITICAL_SECTION,
                TpCompletionAction.RELEASE_MUTEX, TpCompletionAction.RELEASE_SEMAPHORE, TpCompletionAction.SET_EVENT,
                TpCompletionAction.FREE_LIBRARY);
        assertThat(section.owner()).isNull();
        assertThat(mutex.owner()).isNull();
        assertThat(semaphore.availablePermits()).isEqualTo(3);
        assertThat(event.isSet()).isTrue();
        assertThat(library.references()).isEqualTo(1);
        assertThat(this.reported).isEmpty();
    }

    @Test
    void theFirstRegistrationOfAKindWins() throws Exception {
        TpSemaphore first = TpSemaphore.of(0, 5);
        TpSemaphore second = TpSemaphore.of(0, 5);
        TpEvent firstEvent = TpEvent.manualReset();
        TpEvent secondEvent = TpEvent.manualReset();
        Lock firstSection = new ReentrantLock();
        ReentrantLock secondSection = new ReentrantLock();
        TpMutex firstMutex = TpMutex.of();
        TpMutex secondMutex = TpMutex.of();
        TpLibrary firstLibrary = TpLibrary.of("first", () -> {
        });
        TpLibrary secondLibrary = TpLibrary.of("second", () -> {
        });
        List<Boolean> answers = new CopyOnWriteArrayList<>();

        run(watched(), (instance, context, work) -> {
            firstSection.lock();
            firstMutex.lock();
            answers.add(instance.releaseSemaphoreWhenCallbackReturns(first, 2));
            answers.add(instance.setEventWhenCallbackReturns(firstEvent));
            answers.add(instance.leaveCriticalSectionWhenCallbackReturns(firstSection));
            answers.add(instance.releaseMutexWhenCallbackReturns(firstMutex));
            answers.add(instance.freeLibraryWhenCallbackReturns(firstLibrary));
            answers.add(instance.releaseSemaphoreWhenCallbackReturns(first, 5));
            answers.add(instance.releaseSemaphoreWhenCallbackReturns(second, 1));
            answers.add(instance.setEventWhenCallbackReturns(secondEvent));
            answers.add(instance.leaveCriticalSectionWhenCallbackReturns(secondSection));
            answers.add(instance.releaseMutexWhenCallbackReturns(secondMutex));
            answers.add(instance.freeLibraryWhenCallbackReturns(secondLibrary));
        });

        assertThat(answers).containsExactly(true, true, true, true, true, false, false, false, false, false, false);
        assertThat(first.availablePermits()).isEqualTo(2);
        assertThat(second.availablePermits()).isZero();
        assertThat(firstEvent.isSet()).isTrue();
        assertThat(secondEvent.isSet()).isFalse();
        assertThat(firstLibrary.isUnloaded()).isTrue();
        assertThat(secondLibrary.isUnloaded()).isFalse();
        assertThat(this.reported).isEmpty();
    }

    @Test
    void registeringNothingLeavesTheSlotFree() throws Exception {
        TpEvent event = TpEvent.manualReset();

        run(watched(), (instance, context, work) -> {
            assertThatNullPointerException().isThrownBy(() -> instance.setEventWhenCallbackReturns(null));
            assertThatNullPointerException().isThrownBy(() -> instance.freeLibraryWhenCallbackReturns(null));
            assertThatNullPointerException()
                .isThrownBy(() -> instance.releaseSemaphoreWhenCallbackReturns((TpSemaphore) null, 1));
            assertThatNullPointerException().isThrownBy(() -> instance.releaseMutexWhenCallbackReturns((TpMutex) null));
            assertThatNullPointerException()
                .isThrownBy(() -> instance.leaveCriticalSectionWhenCallbackReturns((Lock) null));
            assertThatIllegalArgumentException()
                .isThrownBy(() -> instance.releaseSemaphoreWhenCallbackReturns(new Semaphore(0), 0))
                .withMessage("count is 0, must be at least 1");
            assertThat(instance.setEventWhenCallbackReturns(event)).isTrue();
        });

        assertThat(this.reported).isEmpty();
        assertThat(this.carriedOut).containsExactly(TpCompletionAction.SET_EVENT);
    }

    @Test
    void locksAndSemaphoresOfTheJdkWillDo() throws Exception {
        ReentrantLock section = new ReentrantLock();
        ReentrantLock mutex = new ReentrantLock();
        Semaphore semaphore = new Semaphore(0);

        run(watched(), (instance, context, work) -> {
            section.lock();
            mutex.lock();
            instance.leaveCriticalSectionWhenCallbackReturns(section);
            instance.releaseMutexWhenCallbackReturns(mutex);
            instance.releaseSemaphoreWhenCallbackReturns(semaphore, 4);
        });

        assertThat(section.isLocked()).isFalse();
        assertThat(mutex.isLocked()).isFalse();
        assertThat(semaphore.availablePermits()).isEqualTo(4);
        assertThat(this.reported).isEmpty();
    }

    @Test
    void viewsOfSectionsAndMutexesAsLocksWillDo() throws Exception {
        TpCriticalSection section = TpCriticalSection.of();
        TpMutex mutex = TpMutex.of();

        run(watched(), (instance, context, work) -> {
            section.enter();
            mutex.lock();
            instance.leaveCriticalSectionWhenCallbackReturns(mutex.asLock());
            instance.releaseMutexWhenCallbackReturns(section.asLock());
        });

        assertThat(section.owner()).isNull();
        assertThat(mutex.owner()).isNull();
        assertThat(this.reported).isEmpty();
    }

    @Test
    void actionsAreCarriedOutOnTheThreadOfTheCallback() throws Exception {
        AtomicReference<Thread> callback = new AtomicReference<>();
        AtomicReference<Thread> action = new AtomicReference<>();
        TpLibrary library = TpLibrary.of("lib", () -> action.set(Thread.currentThread()));

        run(watched(), (instance, context, work) -> {
            callback.set(Thread.currentThread());
            instance.freeLibraryWhenCallbackReturns(library);
        });

        assertThat(action.get()).isNotNull().isSameAs(callback.get());
    }

    @Test
    void aCallbackThatThrowsHasItsActionsCarriedOut() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 1);
        TpMutex mutex = TpMutex.of();
        Exception failure = new Exception("on purpose");

        run(watched(), (instance, context, work) -> {
            mutex.lock();
            instance.releaseMutexWhenCallbackReturns(mutex);
            instance.releaseSemaphoreWhenCallbackReturns(semaphore, 1);
            throw failure;
        });

        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(mutex.owner()).isNull();
        assertThat(this.reported).containsExactly(failure);
    }

    @Test
    void anActionThatFailsIsReportedAndKeepsNoOtherFromBeingCarriedOut() throws Exception {
        TpCriticalSection section = TpCriticalSection.named("not entered");
        TpMutex mutex = TpMutex.named("not owned");
        TpSemaphore full = TpSemaphore.of(1, 1);
        TpEvent event = TpEvent.manualReset();
        Exception ofResource = new Exception("on purpose");
        TpLibrary library = TpLibrary.of("lib", () -> {
            throw ofResource;
        });

        run(watched(), (instance, context, work) -> {
            instance.leaveCriticalSectionWhenCallbackReturns(section);
            instance.releaseMutexWhenCallbackReturns(mutex);
            instance.releaseSemaphoreWhenCallbackReturns(full, 1);
            instance.setEventWhenCallbackReturns(event);
            instance.freeLibraryWhenCallbackReturns(library);
        });

        assertThat(event.isSet()).isTrue();
        assertThat(library.isUnloaded()).isTrue();
        assertThat(this.carriedOut).containsExactly(TpCompletionAction.values());
        assertThat(this.reported).hasSize(4).hasOnlyElementsOfType(TpCompletionActionException.class);
        assertThat(this.reported).extracting((failure) -> ((TpCompletionActionException) failure).action())
            .containsExactly(TpCompletionAction.LEAVE_CRITICAL_SECTION, TpCompletionAction.RELEASE_MUTEX,
                    TpCompletionAction.RELEASE_SEMAPHORE, TpCompletionAction.FREE_LIBRARY);
        assertThat(this.reported.get(1)).hasMessageContaining("RELEASE_MUTEX")
            .hasMessageContaining("callback 'test'")
            .hasCauseInstanceOf(IllegalMonitorStateException.class);
        assertThat(this.reported.get(2)).hasCauseInstanceOf(TpSemaphoreFullException.class);
        assertThat(this.reported.get(3)).hasRootCause(ofResource);
    }

    @Test
    void aMutexBelongsToTheThreadOfTheCallback() throws Exception {
        TpMutex mutex = TpMutex.named("of another");
        TpPool pool = watched();
        mutex.lock();
        try {
            run(pool, (instance, context, work) -> instance.releaseMutexWhenCallbackReturns(mutex));

            assertThat(mutex.isHeldByCurrentThread()).isTrue();
            assertThat(this.reported).hasSize(1);
        }
        finally {
            mutex.unlock();
        }
    }

    @Test
    void cancelledCallbacksHaveNoActions() throws Exception {
        TpPool pool = watched();
        AtomicInteger finalizations = new AtomicInteger();
        TpWork work = this.pools.closing(TpEnvironment.builder()
            .pool(pool)
            .finalizationCallback((instance, context) -> finalizations.incrementAndGet())
            .build()
            .work("cancelled", (instance, context, self) -> instance.setEventWhenCallbackReturns(TpEvent.manualReset()),
                    null));
        Gate gate = this.pools.occupy(pool);
        work.submit();

        work.cancelPendingCallbacks();
        gate.open();
        work.waitForCallbacks(false);
        pool.close();
        work.close();
        assertThat(pool.awaitTermination(Pools.GENEROUS)).isTrue();

        assertThat(this.carriedOut).isEmpty();
        assertThat(finalizations).hasValue(0);
    }

    @Test
    void registrationsDoNotSurviveIntoTheNextExecution() throws Exception {
        TpSemaphore semaphore = TpSemaphore.of(0, 100);
        AtomicInteger executions = new AtomicInteger();
        List<Boolean> longBefore = new CopyOnWriteArrayList<>();
        TpPool pool = watched();
        TpWork work = this.pools.work(pool, "test", (instance, context, self) -> {
            longBefore.add(instance.callbackMayRunLong());
            if (executions.getAndIncrement() == 0) {
                instance.releaseSemaphoreWhenCallbackReturns(semaphore, 1);
                instance.disassociateCurrentThreadFromCallback();
            }
        });

        for (int i = 0; i < 5; i++) {
            work.submit();
        }
        // In this order: what is pending first and running then would be overlooked.
        Pools.eventually(() -> work.pending() == 0 && work.running() == 0);

        assertThat(executions).hasValue(5);
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(longBefore).hasSize(5).containsOnly(false);
        assertThat(work.waitForCallbacks(false, Duration.ZERO)).isTrue();
    }

    @Test
    void whatRunsLongByItsEnvironmentSaysNothingOfTheNext() throws Exception {
        TpPool pool = this.pools.single();
        TpWork runsLong = this.pools.closing(TpEnvironment.of(pool).toBuilder().runsLong(true).build().work(() -> {
        }));
        runsLong.submit();
        runsLong.waitForCallbacks(false);

        this.pools.occupy(pool);

        assertThat(pool.snapshot().runningCallbacks()).hasSize(1).noneMatch(TpRunningCallback::longRunning);
    }

    @Test
    void disassociatingIsForOneExecutionOnly() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(pool, "test", (instance, context, self) -> {
            if (executions.getAndIncrement() == 0) {
                instance.disassociateCurrentThreadFromCallback();
            }
            else {
                gate.pass();
            }
        });
        work.submit();
        work.submit();
        gate.awaitArrivals(1);

        assertThat(work.waitForCallbacks(false, Duration.ofMillis(20))).isFalse();
    }

    @Test
    void actionsComeBeforeAnybodyIsLetGo() throws Exception {
        TpPool pool = this.pools.create();
        TpSemaphore semaphore = TpSemaphore.of(0, 1);
        TpWork work = this.pools.work(pool, "test",
                (instance, context, self) -> instance.releaseSemaphoreWhenCallbackReturns(semaphore, 1));

        for (int i = 0; i < 2_000; i++) {
            work.submit();
            work.waitForCallbacks(false);
            assertThat(semaphore.tryAcquire()).isTrue();
        }
    }

    @Test
    void whatAnActionWaitsForKeepsTheWaiters() throws Exception {
        TpPool pool = this.pools.create();
        Gate gate = this.pools.gate();
        TpLibrary library = TpLibrary.of("slow", gate::pass);
        TpWork work = this.pools.work(pool, "test",
                (instance, context, self) -> instance.freeLibraryWhenCallbackReturns(library));
        work.submit();
        gate.awaitArrivals(1);

        assertThat(work.waitForCallbacks(false, Duration.ofMillis(20))).isFalse();
        assertThat(work.running()).isEqualTo(1);
        gate.open();
        work.waitForCallbacks(false);
    }

    @Test
    void actionsAreCarriedOutAfterDisassociationToo() {
        TpPool pool = watched();
        TpEvent event = TpEvent.manualReset();
        TpWork work = this.pools.work(pool, "test", (instance, context, self) -> {
            instance.disassociateCurrentThreadFromCallback();
            instance.setEventWhenCallbackReturns(event);
        });

        work.submit();

        Pools.eventually(event::isSet);
    }

    @Test
    void disassociatingTwiceDoesNothing() throws Exception {
        Gate gate = this.pools.gate();
        Gate other = this.pools.gate();
        AtomicInteger executions = new AtomicInteger();
        TpWork work = this.pools.work(this.pools.create(), "test", (instance, context, self) -> {
            if (executions.getAndIncrement() == 0) {
                instance.disassociateCurrentThreadFromCallback();
                instance.disassociateCurrentThreadFromCallback();
                gate.pass();
            }
            else {
                other.pass();
            }
        });
        work.submit();
        gate.awaitArrivals(1);
        work.submit();
        other.awaitArrivals(1);

        // Were it counted twice, nobody would wait for the other execution.
        assertThat(work.waitForCallbacks(false, Duration.ofMillis(20))).isFalse();
        other.open();
        assertThat(work.waitForCallbacks(false, Pools.GENEROUS)).isTrue();
        gate.open();
        Pools.eventually(() -> work.running() == 0);
        assertThat(work.waitForCallbacks(false, Duration.ZERO)).isTrue();
    }

    @Test
    void aOneShotMayDisassociate() throws Exception {
        TpPool pool = this.pools.create();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        AtomicInteger executions = new AtomicInteger();
        TpSimpleCallback<Object> callback = (instance, context) -> {
            instance.disassociateCurrentThreadFromCallback();
            instance.disassociateCurrentThreadFromCallback();
            executions.incrementAndGet();
        };

        TpEnvironment.of(pool).trySubmit(callback, null);
        TpEnvironment.builder().pool(pool).cleanupGroup(group).build().trySubmit(callback, null);
        group.closeMembers(false, null);

        Pools.eventually(() -> executions.get() == 2);
    }

    @Test
    void anotherThreadMayNotUseTheInstance() {
        TpPool pool = this.pools.create();
        AtomicReference<TpCallbackInstance> escaped = new AtomicReference<>();
        Gate gate = this.pools.gate();
        TpWork work = this.pools.work(pool, "test", (instance, context, self) -> {
            escaped.set(instance);
            gate.pass();
        });
        work.submit();
        gate.awaitArrivals(1);

        assertRefused(escaped.get(), "this instance belongs to a callback on thread '" + pool.name() + "-1'");
        assertThat(pool.snapshot().runningCallbacks().get(0).completionActions()).isEmpty();
        assertThat(pool.snapshot().runningCallbacks().get(0).disassociated()).isFalse();
    }

    @Test
    void theInstanceMayNotBeUsedAfterItsEnd() throws Exception {
        AtomicReference<TpCallbackInstance> escaped = new AtomicReference<>();
        List<Throwable> refused = new CopyOnWriteArrayList<>();
        TpLibrary library = TpLibrary.of("late", () -> {
            try {
                assertRefused(escaped.get(), "the callback of this instance has ended");
                assertThat(TpCallbackInstance.currentOrNull()).isNull();
            }
            catch (AssertionError ex) {
                refused.add(ex);
            }
        });

        run(watched(), (instance, context, work) -> {
            escaped.set(instance);
            instance.freeLibraryWhenCallbackReturns(library);
        });

        assertThat(library.isUnloaded()).isTrue();
        assertThat(refused).isEmpty();
        assertRefused(escaped.get(), "this instance belongs to a callback on thread '");
    }

    private static void assertRefused(TpCallbackInstance instance, String message) {
        List<Runnable> uses = new ArrayList<>();
        uses.add(instance::source);
        uses.add(instance::callbackMayRunLong);
        uses.add(instance::disassociateCurrentThreadFromCallback);
        uses.add(() -> instance.leaveCriticalSectionWhenCallbackReturns(TpCriticalSection.of()));
        uses.add(() -> instance.leaveCriticalSectionWhenCallbackReturns(new ReentrantLock()));
        uses.add(() -> instance.releaseMutexWhenCallbackReturns(TpMutex.of()));
        uses.add(() -> instance.releaseMutexWhenCallbackReturns(new ReentrantLock()));
        uses.add(() -> instance.releaseSemaphoreWhenCallbackReturns(TpSemaphore.of(0, 1), 1));
        uses.add(() -> instance.releaseSemaphoreWhenCallbackReturns(new Semaphore(0), 1));
        uses.add(() -> instance.setEventWhenCallbackReturns(TpEvent.autoReset()));
        uses.add(() -> instance.freeLibraryWhenCallbackReturns(TpLibrary.of("lib", () -> {
        })));
        for (Runnable use : uses) {
            assertThatIllegalStateException().isThrownBy(use::run).withMessageStartingWith(message);
        }
    }

    @Test
    void theCurrentInstanceIsThereForCodeBelowTheCallback() throws Exception {
        TpPool pool = this.pools.create();
        AtomicReference<TpCallbackInstance> given = new AtomicReference<>();
        AtomicReference<TpCallbackInstance> current = new AtomicReference<>();

        run(pool, (instance, context, work) -> {
            given.set(instance);
            current.set(TpCallbackInstance.current());
        });

        assertThat(current.get()).isNotNull().isSameAs(given.get());
        assertThat(TpCallbackInstance.currentOrNull()).isNull();
        assertThatIllegalStateException().isThrownBy(TpCallbackInstance::current)
            .withMessage("no callback is running on thread '" + Thread.currentThread().getName() + "'");
    }

    @Test
    void theSourceOfAOneShotIsKnown() throws Exception {
        TpPool pool = this.pools.create();
        TpEnvironment environment = TpEnvironment.of(pool);

        assertThat(environment.submit("named", () -> TpCallbackInstance.current().source().name())
            .get(60, TimeUnit.SECONDS)).isEqualTo("named");
        assertThat(environment.submit(() -> TpCallbackInstance.current().source().kind()).get(60, TimeUnit.SECONDS))
            .isEqualTo(TpObjectKind.ONE_SHOT);
        AtomicReference<TpCallbackSource> plain = new AtomicReference<>();
        environment.trySubmit((instance, context) -> plain.set(instance.source()), null);
        Pools.eventually(() -> plain.get() != null);
        assertThat(plain.get().name()).isEqualTo("one-shot");
        assertThat(plain.get().kind()).isEqualTo(TpObjectKind.ONE_SHOT);
        assertThat(plain.get().environment()).isSameAs(environment);
    }

    @Test
    void theFinalizationCallbackRunsAfterEachExecutionBeforeTheActions() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        Object given = new Object();
        AtomicInteger round = new AtomicInteger();
        TpEnvironment environment = TpEnvironment.builder()
            .pool(watched())
            .finalizationCallback((instance, context) -> {
                order.add("finalization" + round.get());
                assertThat(context).isSameAs(given);
                assertThat(TpCallbackInstance.current()).isSameAs(instance);
                instance.freeLibraryWhenCallbackReturns(TpLibrary.of("lib", () -> order.add("action" + round.get())));
            })
            .build();
        TpWork work = this.pools
            .closing(environment.work((instance, context, self) -> order.add("callback" + round.get()), given));

        for (int i = 0; i < 2; i++) {
            work.submit();
            work.waitForCallbacks(false);
            round.incrementAndGet();
        }

        assertThat(order).containsExactly("callback0", "finalization0", "action0", "callback1", "finalization1",
                "action1");
        assertThat(this.reported).isEmpty();
    }

    @Test
    void theFinalizationCallbackRunsAfterAFailureAndMayFailItself() throws Exception {
        RuntimeException ofCallback = new RuntimeException("callback");
        RuntimeException ofFinalization = new RuntimeException("finalization");
        TpEvent event = TpEvent.manualReset();
        TpWork work = this.pools
            .closing(TpEnvironment.builder().pool(watched()).finalizationCallback((instance, context) -> {
                instance.setEventWhenCallbackReturns(event);
                throw ofFinalization;
            }).build().work(() -> {
                throw ofCallback;
            }));

        work.submit();
        work.waitForCallbacks(false);

        assertThat(event.isSet()).isTrue();
        assertThat(this.reported).containsExactlyInAnyOrder(ofCallback, ofFinalization);
    }

    @Test
    void theFinalizationCallbackRunsForOneShotsToo() throws Exception {
        Object given = new Object();
        AtomicReference<Object> seen = new AtomicReference<>();
        TpPool pool = watched();
        TpEnvironment environment = TpEnvironment.builder()
            .pool(pool)
            .finalizationCallback((instance, context) -> seen.set(context))
            .build();

        environment.trySubmit((instance, context) -> {
        }, given);

        Pools.eventually(() -> seen.get() == given);
    }

    @Test
    void allInstanceFunctionsWorkInAOneShot() {
        TpPool pool = watched();
        TpSemaphore semaphore = TpSemaphore.of(0, 2);
        AtomicBoolean answer = new AtomicBoolean(true);

        TpEnvironment.of(pool).trySubmit((instance, context) -> {
            instance.releaseSemaphoreWhenCallbackReturns(semaphore, 2);
            answer.set(instance.callbackMayRunLong());
        }, null);

        Pools.eventually(() -> semaphore.availablePermits() == 2);
        assertThat(answer).isFalse();
    }

}
