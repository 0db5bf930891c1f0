package dev.tpool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is true of the Windows thread pool whatever happens, one test each, with many
 * threads. Each prints the number of its operations.
 * <p>
 * For minutes instead of moments: <pre>
 * mvn -pl tp-stress -am verify -Psoak -DskipTests -Dtpool.stress.seconds=60
 * </pre>
 */
@Timeout(value = 1, unit = TimeUnit.DAYS) // Whoever runs it says for how long.
class InvariantStressTests {

    private static final int ACTORS = 4;

    private static final List<TpPriority> PRIORITIES = List.of(TpPriority.values());

    @RegisterExtension
    final Pools pools = new Pools();

    @RegisterExtension
    final Stress stress = new Stress();

    /** What was seen that must not be. */
    private final AtomicInteger violations = new AtomicInteger();

    @Test
    void executionsAndCancellationsAreThePosts() throws Exception {
        int most = 8;
        Turmoil turmoil = new Turmoil(this.pools.create((builder) -> builder.threadMaximum(most)
            .keepAlive(Duration.ofMillis(1))
            .exceptionHandler((source, failure) -> {
            })), this.stress);
        List<Started<Void>> actors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Random random = new Random(i);
            actors.add(this.pools.start(() -> turmoil.act(random)));
        }
        actors.add(this.pools.start(() -> turmoil.closeGroups(new Random(77))));
        actors.add(this.pools.start(() -> turmoil.resize(new Random(78), most)));
        join(actors);

        turmoil.assertAccountedFor(most);
    }

    @ParameterizedTest
    @EnumSource(value = TpObjectKind.class, names = "ONE_SHOT", mode = EnumSource.Mode.EXCLUDE)
    void executionsAndCancellationsAreThePostsOfAnyObject(TpObjectKind kind) throws Exception {
        TpPool pool = this.pools.create();
        AtomicLong posts = new AtomicLong();
        AtomicLong executions = new AtomicLong();
        AtomicLong cancellations = new AtomicLong();
        AnyObject any = AnyObject.create(kind, TpEnvironment.of(pool),
                (instance, self) -> executions.incrementAndGet());
        actors((random) -> {
            if (random.nextInt(10) < 8) {
                posts.incrementAndGet();
                any.post();
            }
            else {
                cancellations.addAndGet(any.object().cancelPendingCallbacks());
            }
        });
        any.object().waitForCallbacks(false);
        any.object().close();

        assertThat(executions.get()).isPositive();
        assertThat(executions.get() + cancellations.get()).isEqualTo(posts.get());
    }

    @Test
    void neverMoreCallbacksRunThanTheMaximum() throws Exception {
        int maximum = 3;
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(maximum).keepAlive(Duration.ofNanos(100_000)));
        TpEnvironment environment = TpEnvironment.of(pool);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<AnyObject> objects = new ArrayList<>();
        for (TpObjectKind kind : AnyObject.KINDS) {
            objects.add(AnyObject.create(kind, environment, (instance, self) -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                dawdle(instance);
                running.decrementAndGet();
            }));
        }
        actors((random) -> {
            AnyObject any = objects.get(random.nextInt(objects.size()));
            any.post();
            if (random.nextInt(50) == 0) {
                pool.setThreadMinimum(random.nextInt(maximum + 1));
            }
            if (any.object().pending() > 100) {
                any.object().cancelPendingCallbacks();
            }
        });
        for (AnyObject any : objects) {
            any.object().waitForCallbacks(true);
            any.object().close();
        }

        // How fast the pool grows is not what this is about.
        assertThat(most.get()).isBetween(2, maximum);
        // Not at once: a wait for the object lets go while disassociated callbacks go on.
        await().untilAsserted(() -> assertThat(running).hasValue(0));
    }

    @Test
    void afterAWaitNoCallbackOfTheObjectRunsButDisassociatedOnes() throws Exception {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        actors((random) -> {
            AtomicInteger inside = new AtomicInteger();
            AtomicBoolean quiet = new AtomicBoolean();
            AnyObject any = AnyObject.create(random, environment, (instance, self) -> {
                violationIf(quiet.get());
                inside.incrementAndGet();
                linger();
                inside.decrementAndGet();
                if (ThreadLocalRandom.current().nextInt(4) == 0) {
                    instance.disassociateCurrentThreadFromCallback();
                    linger();
                }
            });
            for (int round = 0; round < 5; round++) {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    any.post();
                }
                any.object().waitForCallbacks(random.nextBoolean());
                quiet.set(true);
                violationIf(inside.get() != 0);
                linger();
                quiet.set(false);
            }
            any.object().close();
        });

        assertThat(this.violations).hasValue(0);
    }

    @Test
    void whatIsPostedBeforeAMemberIsClosedEndsBeforeTheCloseOfItsGroup() throws Exception {
        TpPool pool = this.pools.create();
        TpEnvironment racing = TpEnvironment.of(this.pools.create());
        actors((random) -> {
            AtomicBoolean over = new AtomicBoolean();
            TpCleanupGroup group = TpCleanupGroup.create("group");
            TpWork work = TpEnvironment.builder()
                .pool(pool)
                .cleanupGroup(group)
                .build()
                .work(() -> violationIf(over.get()));
            CompletableFuture<Boolean> posted = racing.submit(() -> {
                try {
                    work.submit();
                    work.close();
                    return true;
                }
                catch (IllegalStateException ex) {
                    return false;
                }
            });
            spin(random.nextInt(200));
            group.closeMembers(false, null);
            over.set(true);
            posted.get(60, TimeUnit.SECONDS);
        });
    }

    @Test
    void afterTheCloseOfAGroupNoCodeOfAMemberRuns() throws Exception {
        TpPool pool = this.pools.create();
        actors((random) -> {
            AtomicInteger inside = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean();
            Runnable userCode = () -> {
                inside.incrementAndGet();
                violationIf(over.get());
                linger();
                inside.decrementAndGet();
            };
            Semaphore action = new Semaphore(0) {

                private static final long serialVersionUID = 1L;

                @Override
                public void release(int permits) {
                    userCode.run();
                }

            };
            TpCleanupGroup group = TpCleanupGroup.create("group");
            TpEnvironment environment = TpEnvironment.builder()
                .pool(pool)
                .cleanupGroup(group)
                .finalizationCallback((instance, context) -> userCode.run())
                .build();
            for (int i = 0; i < 5; i++) {
                AtomicReference<AnyObject> any = new AtomicReference<>();
                any.set(AnyObject.create(random, environment, (instance, self) -> {
                    instance.releaseSemaphoreWhenCallbackReturns(action, 1);
                    userCode.run();
                    int step = ThreadLocalRandom.current().nextInt(8);
                    if (step == 0) {
                        any.get().post();
                    }
                    else if (step == 1) {
                        instance.disassociateCurrentThreadFromCallback();
                        userCode.run();
                    }
                }));
                any.get().post();
                any.get().post();
                environment.trySubmit((instance, context) -> {
                    instance.releaseSemaphoreWhenCallbackReturns(action, 1);
                    userCode.run();
                }, null);
            }
            group.closeMembers(random.nextBoolean(), null);
            over.set(true);
            violationIf(inside.get() != 0);
            assertThat(group.size()).isZero();
        });

        assertThat(this.violations).hasValue(0);
    }

    @Test
    void theCancelCallbackRunsOnceForEachMemberThatWasLeft() throws Exception {
        TpPool pool = this.pools.create();
        actors((random) -> {
            Thread closer = Thread.currentThread();
            Object cleanupContext = new Object();
            Map<Object, AnyObject> members = new HashMap<>();
            Map<Object, AtomicBoolean> gone = new HashMap<>();
            Map<Object, Integer> cancelled = new HashMap<>();
            TpCleanupGroup group = TpCleanupGroup.create("group");
            TpEnvironment environment = TpEnvironment.of(pool);
            for (int i = 0; i < 6; i++) {
                Object member = new Object();
                AtomicBoolean isGone = new AtomicBoolean();
                gone.put(member, isGone);
                TpEnvironment own = environment.toBuilder().cleanupGroup(group, (objectContext, context) -> {
                    AnyObject any = members.get(member);
                    violationIf(Thread.currentThread() != closer || context != cleanupContext);
                    violationIf(any != null && (any.object().pending() + any.object().running() > 0));
                    cancelled.merge(member, 1, Integer::sum);
                }).build();
                if (i % 3 == 0) {
                    own.trySubmit((instance, context) -> {
                        isGone.set(true);
                        linger();
                    }, member);
                    continue;
                }
                boolean closesItself = random.nextInt(4) == 0;
                AnyObject any = AnyObject.create(random, own, (instance, self) -> {
                    if (closesItself) {
                        isGone.set(true);
                        self.close();
                    }
                    linger();
                });
                members.put(member, any);
                if (random.nextInt(3) > 0) {
                    any.post();
                }
                if (random.nextInt(4) == 0) {
                    isGone.set(true);
                    any.object().close();
                }
            }
            group.closeMembers(true, cleanupContext);

            gone.forEach(
                    (member, isGone) -> assertThat(cancelled.getOrDefault(member, 0)).isEqualTo(isGone.get() ? 0 : 1));
        });

        assertThat(this.violations).hasValue(0);
    }

    @Test
    void whatCompletionActionsSignalledIsSeenAfterAWait() throws Exception {
        TpPool pool = this.pools.create();
        actors((random) -> {
            TpSemaphore semaphore = TpSemaphore.of(0, 100);
            int count = 1 + random.nextInt(8);
            int[] written = new int[count];
            List<TpEvent> events = new ArrayList<>();
            List<TpObject> objects = new ArrayList<>();
            TpCleanupGroup group = TpCleanupGroup.create("group");
            boolean closeGroup = random.nextBoolean();
            TpEnvironment environment = TpEnvironment.of(pool)
                .toBuilder()
                .cleanupGroup(closeGroup ? group : null)
                .build();
            for (int i = 0; i < count; i++) {
                int index = i;
                TpEvent event = TpEvent.manualReset();
                AnyObject any = AnyObject.create(random, environment, (instance, self) -> {
                    instance.setEventWhenCallbackReturns(event);
                    instance.releaseSemaphoreWhenCallbackReturns(semaphore, 1);
                    written[index] = index + 1;
                });
                any.post();
                events.add(event);
                objects.add(any.object());
            }
            if (closeGroup) {
                group.closeMembers(false, null);
            }
            else {
                for (TpObject each : objects) {
                    each.waitForCallbacks(false);
                }
            }

            assertThat(semaphore.availablePermits()).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                assertThat(written[i]).isEqualTo(i + 1);
                assertThat(events.get(i).isSet()).isTrue();
            }
            objects.forEach(TpObject::close);
        });
    }

    @Test
    void aWaitFiresAtMostOnceForEachSettingAndForEverySignalItConsumes() throws Exception {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        TpSemaphore semaphore = TpSemaphore.of(0, Integer.MAX_VALUE);
        AtomicLong released = new AtomicLong();
        AtomicLong signalled = new AtomicLong();
        AtomicLong timedOut = new AtomicLong();
        AtomicLong settings = new AtomicLong();
        AtomicLong takenBack = new AtomicLong();
        List<TpWait> waits = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waits.add(environment.wait((instance, context, self,
                    result) -> ((result == TpWaitResult.SIGNALLED) ? signalled : timedOut).incrementAndGet(), null));
        }
        actors((random) -> {
            TpWait wait = waits.get(random.nextInt(waits.size()));
            int step = random.nextInt(6);
            if (step < 2) {
                released.incrementAndGet();
                semaphore.release();
            }
            else if (step == 2) {
                takenBack.addAndGet(wait.unset() ? 1 : 0);
            }
            else {
                settings.incrementAndGet();
                boolean replaced = switch (step) {
                    case 3 -> wait.set(semaphore);
                    case 4 -> wait.set(semaphore, Duration.ofNanos(random.nextInt(200_000)));
                    default -> wait.set(semaphore, Instant.now().plusNanos(random.nextInt(200_000)));
                };
                takenBack.addAndGet(replaced ? 1 : 0);
            }
        });
        for (TpWait wait : waits) {
            takenBack.addAndGet(wait.unset() ? 1 : 0);
            wait.waitForCallbacks(false);
            wait.close();
        }

        assertThat(signalled.get()).isPositive().isEqualTo(released.get() - semaphore.availablePermits());
        assertThat(signalled.get() + timedOut.get() + takenBack.get()).isEqualTo(settings.get());
        // What timed out may still be on its way out.
        Pools.eventually(() -> semaphore.waiting() == 0);
    }

    @Test
    void noTimerFiresBeforeItIsDueAndOnlyTheSettersSaySo() throws Exception {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        actors((random) -> {
            long delay = random.nextInt(1_500_000);
            long period = (random.nextInt(3) == 0) ? 1 + random.nextInt(300_000) : 0;
            boolean absolute = random.nextInt(3) == 0;
            int expiries = (period > 0) ? 3 : 1;
            Semaphore fired = new Semaphore(0);
            AtomicInteger number = new AtomicInteger();
            AtomicLong due = new AtomicLong();
            Instant moment = Instant.now().plusNanos(delay);
            TpTimer timer = environment.timer(() -> {
                // Counted before the time is read: so many have been posted by then.
                long after = period * number.getAndIncrement();
                violationIf(absolute ? Instant.now().isBefore(moment) : System.nanoTime() - due.get() < after);
                fired.release();
            });
            Duration window = Duration.ofNanos(random.nextInt(300_000));
            violationIf(timer.isSet());
            if (absolute) {
                timer.set(moment, Duration.ofNanos(period), window);
            }
            else {
                due.set(System.nanoTime() + delay);
                timer.set(Duration.ofNanos(delay), Duration.ofNanos(period), window);
            }
            violationIf(!timer.isSet());
            assertThat(fired.tryAcquire(expiries, Pools.GENEROUS.toSeconds(), TimeUnit.SECONDS)).isTrue();
            violationIf(!timer.isSet());
            timer.unset();
            violationIf(timer.isSet());
            timer.waitForCallbacks(true);
            violationIf(timer.isSet());
            timer.close();
        }, 4 * ACTORS);

        assertThat(this.violations).hasValue(0);
    }

    @Test
    void ofSeveralQueuedCallbacksTheOneOfHighestPriorityIsTakenFirst() throws Exception {
        TpPool single = this.pools.single();
        TpEnvironment posting = TpEnvironment.of(this.pools.create());
        List<TpPriority> taken = new ArrayList<>();
        Map<TpPriority, TpWork> works = new EnumMap<>(TpPriority.class);
        for (TpPriority priority : PRIORITIES) {
            TpEnvironment environment = TpEnvironment.of(single).toBuilder().priority(priority).build();
            works.put(priority, environment.work(() -> taken.add(priority)));
        }

        while (this.stress.goesOn()) {
            postWhileOccupied(single, posting, (random) -> {
                TpPriority priority = PRIORITIES.get(random.nextInt(3));
                if (random.nextBoolean()) {
                    works.get(priority).submit();
                }
                else {
                    works.get(priority).environment().trySubmit(() -> taken.add(priority));
                }
            });
            // The last one that is taken: of the lowest priority, and after all that are
            // queued.
            TpEnvironment.of(single)
                .toBuilder()
                .priority(TpPriority.LOW)
                .build()
                .submit(() -> null)
                .get(60, TimeUnit.SECONDS);
            for (TpWork work : works.values()) {
                work.waitForCallbacks(false);
            }

            assertThat(taken).hasSize(ACTORS * 10).isSorted();
            taken.clear();
        }
        works.values().forEach(TpWork::close);
    }

    @Test
    void objectsOfOnePriorityTakeTurnsOnAWorker() throws Exception {
        TpPool single = this.pools.single();
        TpEnvironment posting = TpEnvironment.of(this.pools.create());
        List<Integer> taken = new ArrayList<>();
        List<TpWork> works = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int index = i;
            works.add(TpEnvironment.of(single).work(() -> taken.add(index)));
        }

        while (this.stress.goesOn()) {
            postWhileOccupied(single, posting, (random) -> works.get(random.nextInt(works.size())).submit());
            for (TpWork work : works) {
                work.waitForCallbacks(false);
            }

            assertThat(taken).hasSize(ACTORS * 10).isEqualTo(inTurn(taken));
            taken.clear();
        }
        works.forEach(TpWork::close);
    }

    @Test
    void whatHappensToAnEnvironmentLaterChangesNoObject() throws Exception {
        List<TpPool> both = List.of(this.pools.create(), this.pools.create());
        actors((random) -> {
            int which = random.nextInt(2);
            AtomicInteger finalized = new AtomicInteger();
            AtomicInteger finalizedByOther = new AtomicInteger();
            AtomicInteger executed = new AtomicInteger();
            TpEnvironment.Builder builder = TpEnvironment.builder()
                .pool(both.get(which))
                .priority(TpPriority.HIGH)
                .finalizationCallback((instance, context) -> finalized.incrementAndGet());
            AnyObject any = AnyObject.create(random, builder.build(), (instance, self) -> {
                executed.incrementAndGet();
                violationIf(!Thread.currentThread().getName().startsWith(both.get(which).name() + "-"));
                violationIf(instance.source().environment().priority() != TpPriority.HIGH);
            });
            for (int i = 0; i < 3; i++) {
                any.post();
                TpEnvironment other = builder.pool(both.get(1 - which))
                    .priority(TpPriority.LOW)
                    .runsLong(true)
                    .finalizationCallback((instance, context) -> finalizedByOther.incrementAndGet())
                    .build();
                other.trySubmit(() -> {
                });
            }
            any.object().waitForCallbacks(false);

            assertThat(executed).hasValue(3);
            assertThat(finalized).hasValue(3);
            assertThat(any.object().environment().runsLong()).isFalse();
            any.object().close();
        });

        assertThat(this.violations).hasValue(0);
    }

    @Test
    void theCloseOfThePoolLosesNoQueuedCallback() throws Exception {
        TpEnvironment posting = TpEnvironment.of(this.pools.create());
        AtomicInteger refused = new AtomicInteger();
        while (this.stress.goesOn() || refused.get() == 0) {
            AtomicInteger posts = new AtomicInteger();
            AtomicInteger executions = new AtomicInteger();
            CountDownLatch posted = new CountDownLatch(ACTORS);
            TpPool pool = TpPool.builder("closing").threadMaximum(3).keepAlive(Duration.ofNanos(50_000)).build();
            TpEnvironment environment = TpEnvironment.of(pool);
            List<AnyObject> objects = new ArrayList<>();
            for (TpObjectKind kind : AnyObject.KINDS) {
                objects.add(AnyObject.create(kind, environment, (instance, self) -> executions.incrementAndGet()));
            }
            for (int i = 0; i < ACTORS; i++) {
                AnyObject any = objects.get(i % objects.size());
                posting.trySubmit(() -> {
                    for (int k = 0; k < 20; k++) {
                        any.post();
                        posts.incrementAndGet();
                        try {
                            violationIf(!environment.trySubmit(executions::incrementAndGet));
                            posts.incrementAndGet();
                        }
                        catch (IllegalStateException ex) {
                            refused.incrementAndGet();
                        }
                    }
                    any.object().close();
                    posted.countDown();
                });
            }
            linger();
            pool.close();
            assertThat(posted.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(pool.awaitTermination(Pools.GENEROUS)).as(() -> pool.snapshot().toString()).isTrue();
            assertThat(executions.get()).isEqualTo(posts.get());
        }

        assertThat(this.violations).hasValue(0);
    }

    @Test
    void waitsBeyondWhatOneWindowsWaiterThreadServesAllFireAndHoldNoWorker() throws Exception {
        int count = 63 * 16 + 1;
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2));
        TpEnvironment environment = TpEnvironment.of(pool);
        TpEvent all = TpEvent.manualReset();
        List<TpEvent> single = new ArrayList<>();
        List<TpWait> waits = new ArrayList<>();
        AtomicLong fired = new AtomicLong();
        for (int i = 0; i < count; i++) {
            single.add(TpEvent.autoReset());
            waits.add(environment.wait((instance, context, self, result) -> fired.incrementAndGet(), null));
        }
        for (long round = 1; this.stress.goesOn(); round++) {
            for (int i = 0; i < count; i++) {
                waits.get(i).set((i % 2 == 0) ? single.get(i) : all);
            }
            assertThat(waits).allMatch((wait) -> wait.pending() + wait.running() == 0);
            assertThat(TpEnvironment.of(pool).submit(() -> 1).get(60, TimeUnit.SECONDS)).isEqualTo(1);

            Started<Void> signaller = this.pools.start(() -> {
                all.set();
                return null;
            });
            for (int i = 0; i < count; i += 2) {
                single.get(i).set();
            }
            signaller.get();
            for (TpWait wait : waits) {
                wait.waitForCallbacks(false);
            }

            assertThat(fired).hasValue(round * count);
            assertThat(waits).noneMatch(TpWait::isSet);
            all.reset();
        }
        waits.forEach(TpWait::close);
    }

    @Test
    void whatMayBeDoneAtAnyTimeReturns() throws Exception {
        TpEnvironment environment = TpEnvironment.of(this.pools.create());
        actors((random) -> {
            int step = random.nextInt(4);
            CountDownLatch returned = new CountDownLatch(1);
            AtomicBoolean first = new AtomicBoolean(true);
            AnyObject any = AnyObject.create(random, environment, (instance, self) -> {
                if (!first.getAndSet(false)) {
                    return;
                }
                switch (step) {
                    case 0 -> self.close();
                    case 1 -> {
                        instance.disassociateCurrentThreadFromCallback();
                        instance.disassociateCurrentThreadFromCallback();
                    }
                    case 2 -> {
                        instance.disassociateCurrentThreadFromCallback();
                        self.waitForCallbacks(false);
                    }
                    default -> {
                        instance.disassociateCurrentThreadFromCallback();
                        self.waitForCallbacks(true);
                        self.close();
                        self.close();
                    }
                }
                returned.countDown();
            });
            any.object().waitForCallbacks(false);
            any.object().waitForCallbacks(true);
            assertThat(any.object().cancelPendingCallbacks()).isZero();
            any.post();
            if (step == 1 || step == 2) {
                any.post();
            }
            assertThat(returned.await(60, TimeUnit.SECONDS)).isTrue();
            any.object().close();
        });
    }

    /**
     * Lets several threads do something again and again until the time is over.
     */
    private void actors(Act act) throws Exception {
        actors(act, ACTORS);
    }

    private void actors(Act act, int count) throws Exception {
        List<Started<Void>> actors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Random random = new Random(i);
            actors.add(this.pools.start(() -> {
                while (this.stress.goesOn()) {
                    act.once(random);
                }
                return null;
            }));
        }
        join(actors);
    }

    private void join(List<Started<Void>> actors) throws Exception {
        for (Started<Void> actor : actors) {
            this.stress.join(actor.thread());
            actor.get();
        }
    }

    /**
     * Has several threads post ten times each while the only worker of a pool is busy.
     */
    private void postWhileOccupied(TpPool single, TpEnvironment posting, Act post) throws Exception {
        CountDownLatch occupied = new CountDownLatch(1);
        CountDownLatch posted = new CountDownLatch(ACTORS);
        TpEnvironment.of(single).toBuilder().priority(TpPriority.HIGH).build().trySubmit((instance, context) -> {
            occupied.countDown();
            assertThat(posted.await(60, TimeUnit.SECONDS)).isTrue();
        }, null);
        assertThat(occupied.await(60, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < ACTORS; i++) {
            posting.trySubmit((instance, context) -> {
                for (int k = 0; k < 10; k++) {
                    post.once(ThreadLocalRandom.current());
                }
                posted.countDown();
            }, null);
        }
        assertThat(posted.await(60, TimeUnit.SECONDS)).isTrue();
    }

    /**
     * The order in which objects are taken that have their places in the order in which
     * they were first seen, and go to the tail while posts remain.
     */
    private static List<Integer> inTurn(List<Integer> taken) {
        Map<Integer, Integer> posts = new LinkedHashMap<>();
        taken.forEach((each) -> posts.merge(each, 1, Integer::sum));
        Deque<Integer> queue = new ArrayDeque<>(posts.keySet());
        List<Integer> order = new ArrayList<>();
        while (!queue.isEmpty()) {
            Integer next = queue.remove();
            order.add(next);
            if (posts.merge(next, -1, Integer::sum) > 0) {
                queue.add(next);
            }
        }
        return order;
    }

    private void violationIf(boolean condition) {
        if (condition) {
            this.violations.incrementAndGet();
        }
    }

    /**
     * Takes no time, or a little.
     */
    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    private static void linger() {
        int nanos = ThreadLocalRandom.current().nextInt(100_000);
        if (nanos < 20_000) {
            LockSupport.parkNanos(nanos);
        }
        else if (nanos < 40_000) {
            Thread.onSpinWait();
        }
    }

    private static void dawdle(TpCallbackInstance instance) {
        switch (ThreadLocalRandom.current().nextInt(8)) {
            case 0 -> instance.callbackMayRunLong();
            case 1 -> instance.disassociateCurrentThreadFromCallback();
            default -> {
            }
        }
        linger();
    }

    /**
     * What an actor does again and again.
     */
    @FunctionalInterface
    private interface Act {

        void once(Random random) throws Exception;

    }

}
