package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for what users see of work objects that take turns on a worker and whose
 * {@link Leases} rest meanwhile: nothing but that they are fast. A callback of one of
 * them does something while those of the others are leased.
 */
class RestingLeaseTests {

    /** Enough short ones in a row for the longest slice, even if the machine pauses. */
    private static final int SHORT_ONES = 10_000;

    /** Of each object: several leases, one after the other. */
    private static final int POSTS = 400;

    /** Each in another place of a lease. */
    private static final int ROUNDS = 10;

    /** In every place of a lease, the last one among them, with which nothing is left. */
    private static final int PLACES = Leases.MOST;

    @RegisterExtension
    final Pools pools = new Pools();

    /** The names of the objects, in the order in which their callbacks began. */
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());

    private final Map<String, AtomicInteger> begun = new ConcurrentHashMap<>();

    private LogRecords log;

    @BeforeEach
    void listen() {
        this.log = new LogRecords();
    }

    /** A worker that fails between two callbacks goes on, so nothing else may tell. */
    @AfterEach
    void nothingIsLogged() {
        this.log.close();
        assertThat(this.log.messages()).isEmpty();
    }

    /**
     * Which of the callbacks of an object does something: never the same place of a
     * lease, and never one of the first, before the leases are long.
     */
    private static int number(RepetitionInfo round) {
        return 100 + 7 * round.getCurrentRepetition();
    }

    private int begun(String name) {
        return this.begun.computeIfAbsent(name, (key) -> new AtomicInteger()).get();
    }

    private int begins(String name) {
        this.order.add(name);
        return this.begun.computeIfAbsent(name, (key) -> new AtomicInteger()).incrementAndGet();
    }

    private TpWork work(TpEnvironment environment, String name) {
        return this.pools.closing(environment.work(name, () -> {
            begins(name);
        }));
    }

    private TpWork work(TpPool pool, String name) {
        return work(TpEnvironment.of(pool), name);
    }

    /**
     * Work of which one callback does something.
     */
    private TpWork work(TpEnvironment environment, String name, int number, TpWorkCallback<Object> what) {
        return this.pools.closing(environment.work(name, (instance, context, self) -> {
            if (begins(name) == number) {
                what.run(instance, context, self);
            }
        }, null));
    }

    /**
     * Work of which one callback finds something out.
     */
    private <T> TpWork asking(TpPool pool, String name, int number, Callable<T> question, CompletableFuture<T> answer) {
        return work(TpEnvironment.of(pool), name, number, (instance, context, self) -> {
            try {
                answer.complete(question.call());
            }
            catch (Throwable ex) {
                answer.completeExceptionally(ex);
            }
        });
    }

    private static <T> T get(CompletableFuture<T> answer) throws Exception {
        return answer.get(Pools.GENEROUS.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Lets the only thread that is not held find out how short callbacks are. It has
     * nothing to do afterwards, so that the next one, which will take long, is not
     * measured.
     */
    private void warmUp(TpPool pool) throws Exception {
        TpWork work = this.pools.work(pool, () -> {
        });
        for (int i = 0; i < SHORT_ONES; i++) {
            work.submit();
        }
        work.waitForCallbacks(false);
        Pools.eventually(() -> pool.queue().isEmpty());
    }

    /**
     * Posts callbacks of each object in turn, of which none begins before all were
     * posted, for the only thread that is not held.
     */
    private void post(TpPool pool, int count, TpWork... works) throws Exception {
        warmUp(pool);
        Gate gate = this.pools.occupy(pool);
        for (int i = 0; i < count; i++) {
            for (TpWork work : works) {
                work.submit();
            }
        }
        gate.open();
    }

    private static void awaitAll(TpWork... works) throws Exception {
        for (TpWork work : works) {
            assertThat(work.waitForCallbacks(false, Pools.GENEROUS)).as(work.name()).isTrue();
        }
    }

    private void assertAllRan(String... names) {
        for (String name : names) {
            assertThat(begun(name)).as(name).isEqualTo(POSTS);
        }
    }

    private void assertTurns(String... names) {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < POSTS; i++) {
            expected.addAll(Arrays.asList(names));
        }
        assertThat(this.order).isEqualTo(expected);
    }

    private static String[] names(int count) {
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = String.valueOf((char) ('a' + i));
        }
        return names;
    }

    private TpWork[] works(TpPool pool, String... names) {
        return Arrays.stream(names).map((name) -> work(pool, name)).toArray(TpWork[]::new);
    }

    /** There may be more of them than leases. */
    @ParameterizedTest
    @ValueSource(ints = { 2, 3, 4, 5, 6, 7 })
    void allHaveTheirTurnsInOneOrder(int count) throws Exception {
        TpPool pool = this.pools.single();
        String[] names = names(count);
        TpWork[] works = works(pool, names);

        post(pool, POSTS, works);
        awaitAll(works);

        assertTurns(names);
        assertThat(pool.snapshot().completed()).isEqualTo(SHORT_ONES + 1 + (long) count * POSTS);
    }

    @ParameterizedTest
    @ValueSource(ints = { 2, 3, 4, 5, 6, 7 })
    void thoseThatHaveMoreToDoKeepTheirOrderOnceOthersHaveDoneAll(int count) throws Exception {
        TpPool pool = this.pools.single();
        String[] names = names(count);
        TpWork[] works = works(pool, names);
        List<String> expected = new ArrayList<>();

        warmUp(pool);
        Gate gate = this.pools.occupy(pool);
        for (int turn = 0; turn < 3 * POSTS; turn++) {
            for (int i = 0; i < count; i++) {
                // Neither the first one nor the last one has most of them.
                if (turn < POSTS + 53 * (3 * i % count)) {
                    works[i].submit();
                    expected.add(names[i]);
                }
            }
        }
        gate.open();
        awaitAll(works);

        assertThat(this.order).isEqualTo(expected);
    }

    /**
     * The others hold for what is not leased, too.
     */
    @Test
    void whatWaitsForItsTurnIsLeasedMoreOftenThanNot() throws Exception {
        int leased = 0;
        int resting = 0;
        for (int i = 0; i < 20; i++) {
            this.begun.clear();
            TpPool pool = this.pools.single();
            TpWork a = work(pool, "a");
            CompletableFuture<Long> answer = new CompletableFuture<>();
            CompletableFuture<Integer> answerOfNext = new CompletableFuture<>();
            TpWork b = asking(pool, "b", 100 + i, () -> pool.queue().leased(a), answer);
            TpWork c = asking(pool, "c", 100 + i, () -> pool.queue().resting(b), answerOfNext);

            post(pool, POSTS, a, b, c);

            leased += (get(answer) > 0) ? 1 : 0;
            resting += get(answerOfNext);
            awaitAll(a, b, c);
            assertThat(pool.queue().isLeased()).isFalse();
        }

        assertThat(leased).isGreaterThan(10);
        assertThat(resting).isGreaterThan(10);
    }

    /** One object more than there are leases, too. */
    @ParameterizedTest
    @ValueSource(ints = { 2, 3, 5 })
    void eachSeesExactlyWhatIsLeftOfTheOthersAndThatNoneOfThemRuns(int count) throws Exception {
        TpPool pool = this.pools.single();
        String[] names = names(count);
        TpWork[] works = new TpWork[count];
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < count; i++) {
            int own = i;
            works[i] = this.pools.closing(TpEnvironment.of(pool).work(names[i], (instance, context, self) -> {
                begins(names[own]);
                for (int j = 0; j < count; j++) {
                    long accountedFor = works[j].pending() + begun(names[j]);
                    int running = works[j].running();
                    if (accountedFor != POSTS || running != ((j == own) ? 1 : 0)) {
                        wrong.add(begun(names[own]) + ". callback of " + names[own] + " sees " + accountedFor + " of "
                                + names[j] + " accounted for, and " + running + " running");
                    }
                }
                if (instance.source() != self || TpCallbackInstance.current().source() != self) {
                    wrong.add(names[own] + " is taken for " + instance.source());
                }
            }, null));
        }

        post(pool, POSTS, works);
        awaitAll(works);

        assertThat(wrong).isEmpty();
        assertTurns(names);
    }

    @RepeatedTest(ROUNDS)
    void thePoolSaysWhatIsQueuedAndWhatRuns(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        Gate gate = this.pools.gate();
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> gate.pass());
        TpWork c = work(pool, "c");

        post(pool, POSTS, a, b, c);
        gate.awaitArrivals(1);

        int left = POSTS - number(round);
        assertThat(a.pending()).isEqualTo(left);
        assertThat(a.running()).isZero();
        assertThat(b.pending()).isEqualTo(left);
        assertThat(b.running()).isOne();
        assertThat(c.pending()).isEqualTo(left + 1);
        assertThat(c.running()).isZero();
        assertThat(pool.queued()).isEqualTo(3L * left + 1);
        assertThat(pool.running()).isOne();
        assertThat(pool.snapshot().runningCallbacks()).singleElement()
            .satisfies((running) -> assertThat(running.name()).isEqualTo("b"));
        assertThat(pool.snapshot().objects()).filteredOn((each) -> each.running() > 0)
            .singleElement()
            .satisfies((each) -> assertThat(each.name()).isEqualTo("b"));
        gate.open();
        awaitAll(a, b, c);
        assertTurns("a", "b", "c");
    }

    @RepeatedTest(PLACES)
    void aCancelDropsAllThatIsLeftOfOneThatRests(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        TpWork c = work(pool, "c");
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        TpWork b = asking(pool, "b", number(round),
                () -> List.of(a.cancelPendingCallbacks() + begun("a"), a.pending(), a.running(),
                        a.waitForCallbacks(false, Duration.ZERO), c.cancelPendingCallbacks() + begun("c"), begun("a")),
                answer);

        post(pool, POSTS, a, b, c);
        List<Object> seen = get(answer);
        awaitAll(a, b, c);

        assertThat(seen).containsExactly((long) POSTS, 0L, 0, true, (long) POSTS, number(round));
        assertThat(begun("a")).isEqualTo(number(round));
        assertThat(begun("b")).isEqualTo(POSTS);
        assertThat(begun("c")).isEqualTo(number(round) - 1);
        assertThat(pool.snapshot().dropped()).isEqualTo(2 * POSTS - begun("a") - begun("c"));
    }

    /**
     * What was dropped leaves a lease of which nothing is left in the round.
     */
    @RepeatedTest(PLACES)
    void oneThatWasCancelledWhileItRestedIsUsedAgain(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        TpWork c = work(pool, "c");
        CompletableFuture<Long> answer = new CompletableFuture<>();
        TpWork b = asking(pool, "b", number(round), () -> {
            long dropped = a.cancelPendingCallbacks();
            for (int i = 0; i < dropped; i++) {
                a.submit();
            }
            return dropped;
        }, answer);

        post(pool, POSTS, a, b, c);
        assertThat(get(answer)).isEqualTo(POSTS - number(round));
        awaitAll(a, b, c);

        assertTurns("a", "b", "c");
    }

    @RepeatedTest(ROUNDS)
    void aWaitThatCancelsReturnsWithinTheCallbackOfAnother(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        TpWork c = work(pool, "c");
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        TpWork b = asking(pool, "b", number(round), () -> {
            // Without a limit: what is not told must not be found at the end of one.
            a.waitForCallbacks(true);
            return List.of(begun("a"), a.running(), c.waitForCallbacks(true, Pools.GENEROUS), begun("c"));
        }, answer);

        post(pool, POSTS, a, b, c);

        assertThat(get(answer)).containsExactly(number(round), 0, true, number(round) - 1);
        awaitAll(a, b, c);
        assertThat(begun("a")).isEqualTo(number(round));
        assertThat(begun("b")).isEqualTo(POSTS);
        assertThat(begun("c")).isEqualTo(number(round) - 1);
    }

    @RepeatedTest(PLACES)
    void whoWaitsForOneThatRestsIsLetGoByACancelThoughAnotherBlocks(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        Gate gate = this.pools.gate();
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> gate.pass());

        post(pool, POSTS, a, b);
        gate.awaitArrivals(1);
        Started<Boolean> waiter = this.pools.start(() -> {
            a.waitForCallbacks(false);
            return true;
        }).awaitBlocked();
        assertThat(a.cancelPendingCallbacks()).isEqualTo(POSTS - number(round));

        assertThat(waiter.get()).isTrue();
        gate.open();
        awaitAll(b);
        assertThat(begun("a")).isEqualTo(number(round));
    }

    @RepeatedTest(PLACES)
    void oneThatIsClosedWhileItRestsRunsToItsEndAndIsFreedOnce(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger freed = new AtomicInteger();
        TpWork a = work(pool, "a");
        a.whenFreed(freed::incrementAndGet);
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        TpWork b = asking(pool, "b", number(round), () -> {
            a.close();
            return freed.get();
        }, answer);

        post(pool, POSTS, a, b);
        assertThat(get(answer)).isZero();
        awaitAll(b);

        Pools.eventually(() -> freed.get() > 0);
        assertTurns("a", "b");
        warmUp(pool);
        assertThat(freed).hasValue(1);
    }

    @RepeatedTest(ROUNDS)
    void oneThatIsClosedAndCancelledWhileItRestsIsFreedAtOnce(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        AtomicInteger freed = new AtomicInteger();
        TpWork a = work(pool, "a");
        a.whenFreed(freed::incrementAndGet);
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        TpWork b = asking(pool, "b", number(round), () -> {
            a.close();
            a.cancelPendingCallbacks();
            return freed.get();
        }, answer);

        post(pool, POSTS, a, b);
        assertThat(get(answer)).isOne();
        awaitAll(b);

        assertThat(freed).hasValue(1);
        assertThat(begun("a")).isEqualTo(number(round));
        assertThat(begun("b")).isEqualTo(POSTS);
    }

    @RepeatedTest(PLACES)
    void theCloseOfTheGroupOfOneThatRestsEndsThoughAnotherBlocks(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpWork a = work(TpEnvironment.of(pool).toBuilder().cleanupGroup(group, null).build(), "a");
        Gate gate = this.pools.gate();
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> gate.pass());

        post(pool, POSTS, a, b);
        gate.awaitArrivals(1);
        TpCloseReport report = this.pools.start(() -> group.closeMembers(true, null)).get();

        assertThat(report.complete()).isTrue();
        assertThat(report.dropped()).isEqualTo(POSTS - number(round));
        gate.open();
        awaitAll(b);
        assertThat(begun("a")).isEqualTo(number(round));
        assertThat(begun("b")).isEqualTo(POSTS);
    }

    /**
     * A pool of which the second thread is held.
     */
    private TpPool pairWithOneHeld(Gate gate) {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2));
        TpEnvironment.of(pool).trySubmit(gate::pass);
        gate.awaitArrivals(1);
        return pool;
    }

    @RepeatedTest(PLACES)
    void theOtherThreadRunsAllThatIsLeftWhileOneBlocks(RepetitionInfo round) throws Exception {
        Gate other = this.pools.gate();
        TpPool pool = pairWithOneHeld(other);
        TpWork a = work(pool, "a");
        Gate gate = this.pools.gate();
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> gate.pass());
        TpWork c = work(pool, "c");

        post(pool, POSTS, a, b, c);
        gate.awaitArrivals(1);
        other.open();

        awaitAll(a, c);
        Pools.eventually(() -> b.pending() == 0);
        assertAllRan("a", "c");
        Pools.eventually(() -> begun("b") == POSTS);
        assertThat(a.running()).isZero();
        assertThat(b.running()).isPositive();
        gate.open();
        awaitAll(b);
        assertThat(pool.snapshot().completed()).isEqualTo(SHORT_ONES + 2 + 3L * POSTS);
    }

    /**
     * Each object has its turn on both threads, so that both have leases of it.
     */
    @RepeatedTest(PLACES)
    void nothingIsHeldBackByOneThatWaitsForTheOthersToHaveDoneAll(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(2));
        TpWork a = work(pool, "a");
        TpWork c = work(pool, "c");
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        TpWork b = asking(pool, "b", number(round),
                () -> a.waitForCallbacks(false, Pools.GENEROUS) && c.waitForCallbacks(false, Pools.GENEROUS), answer);

        post(pool, POSTS, a, b, c);

        assertThat(get(answer)).isTrue();
        awaitAll(a, b, c);
        assertAllRan("a", "b", "c");
    }

    @RepeatedTest(ROUNDS)
    void aCallbackOfHighPriorityThatOneOfThemPostsIsNext(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpEnvironment high = TpEnvironment.of(pool).toBuilder().priority(TpPriority.HIGH).build();
        TpWork a = work(pool, "a");
        TpWork urgent = work(high, "urgent");
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> urgent.submit());
        TpWork c = work(pool, "c");

        post(pool, POSTS, a, b, c);
        awaitAll(a, b, c);

        assertThat(this.order.indexOf("urgent")).isEqualTo(3 * number(round) - 1);
        this.order.remove("urgent");
        assertTurns("a", "b", "c");
    }

    @RepeatedTest(ROUNDS)
    void anotherObjectThatOneOfThemPostsHasItsTurnAfterThem(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        TpWork late = work(pool, "late");
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> {
            late.submit();
            late.submit();
        });
        TpWork c = work(pool, "c");

        post(pool, POSTS, a, b, c);
        awaitAll(a, b, c, late);

        int first = this.order.indexOf("late");
        assertThat(first).isBetween(3 * number(round) - 1, 3 * number(round) + 3);
        assertThat(this.order.subList(first + 1, first + 5)).containsOnlyOnce("a", "b", "c", "late");
        assertThat(begun("late")).isEqualTo(2);
        this.order.removeAll(List.of("late"));
        assertTurns("a", "b", "c");
    }

    @RepeatedTest(ROUNDS)
    void anotherThreadRunsAllThatIsLeftWhileOneRunsLong(RepetitionInfo round) throws Exception {
        Gate other = this.pools.gate();
        TpPool pool = pairWithOneHeld(other);
        TpWork a = work(pool, "a");
        Gate gate = this.pools.gate();
        CompletableFuture<Long> leased = new CompletableFuture<>();
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> {
            instance.callbackMayRunLong();
            leased.complete(pool.queue().leased(a));
            gate.pass();
        });

        post(pool, POSTS, a, b);

        // Nobody has to find out first that the thread is held up.
        assertThat(get(leased)).isZero();
        other.open();
        awaitAll(a);
        Pools.eventually(() -> begun("b") == POSTS);
        assertAllRan("a", "b");
        gate.open();
        awaitAll(b);
    }

    @RepeatedTest(ROUNDS)
    void oneThatDisassociatesAndStaysHoldsUpNobody(RepetitionInfo round) throws Exception {
        Gate other = this.pools.gate();
        TpPool pool = pairWithOneHeld(other);
        TpWork a = work(pool, "a");
        Gate gate = this.pools.gate();
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> {
            instance.disassociateCurrentThreadFromCallback();
            gate.pass();
        });

        post(pool, POSTS, a, b);
        gate.awaitArrivals(1);
        assertThat(a.pending()).isEqualTo(POSTS - number(round));
        assertThat(a.running()).isZero();
        other.open();

        awaitAll(a, b);
        assertAllRan("a", "b");
        assertThat(b.running()).isOne();
        gate.open();
        Pools.eventually(() -> b.running() == 0);
    }

    /**
     * It goes on at once, in turn with the others.
     */
    @RepeatedTest(ROUNDS)
    void oneThatDisassociatesOrMayRunLongAndEndsKeepsTheOrder(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        TpWork b = work(TpEnvironment.of(pool), "b", number(round),
                (instance, context, self) -> instance.disassociateCurrentThreadFromCallback());
        TpWork c = work(TpEnvironment.of(pool), "c", number(round) + 9,
                (instance, context, self) -> instance.callbackMayRunLong());

        post(pool, POSTS, a, b, c);
        awaitAll(a, b, c);

        assertTurns("a", "b", "c");
        assertThat(b.running()).isZero();
    }

    @RepeatedTest(ROUNDS)
    void oneThatThrowsIsToldOfOnceAndKeepsTheOrder(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        Queue<TpCallbackSource> told = new ConcurrentLinkedQueue<>();
        TpEnvironment environment = TpEnvironment.of(pool)
            .toBuilder()
            .exceptionHandler((source, failure) -> told.add(source))
            .build();
        TpWork a = work(pool, "a");
        TpWork b = work(environment, "b", number(round), (instance, context, self) -> {
            throw new IllegalStateException("meant");
        });
        TpWork c = work(environment, "c", number(round) + 9, (instance, context, self) -> {
            throw new AssertionError("meant");
        });

        post(pool, POSTS, a, b, c);
        awaitAll(a, b, c);

        assertTurns("a", "b", "c");
        assertThat(told).containsExactly(b, c);
        assertThat(pool.snapshot().failed()).isEqualTo(2);
    }

    @RepeatedTest(ROUNDS)
    void noneWaitsForItselfWhicheverHasItsTurn(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(pool, "a");
        CompletableFuture<Object> answer = new CompletableFuture<>();
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> {
            assertThatIllegalStateException().isThrownBy(() -> self.waitForCallbacks(false));
            answer.complete(a.waitForCallbacks(false, Duration.ZERO));
        });

        post(pool, POSTS, a, b);

        // It may wait for the other one, which is not quiet.
        assertThat(get(answer)).isEqualTo(false);
        awaitAll(a, b);
        assertTurns("a", "b");
    }

    @RepeatedTest(ROUNDS)
    void theCompletionActionsOfOneAreCarriedOutBeforeTheNextBegins(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpEvent event = TpEvent.manualReset(false);
        List<String> sawIt = Collections.synchronizedList(new ArrayList<>());
        TpWork a = this.pools.work(pool, () -> {
            int number = begins("a");
            if (event.isSet()) {
                sawIt.add("a" + number);
            }
        });
        TpWork b = this.pools.work(pool, "b", (instance, context, self) -> {
            int number = begins("b");
            if (event.isSet()) {
                sawIt.add("b" + number);
            }
            if (number == number(round)) {
                assertThat(instance.setEventWhenCallbackReturns(event)).isTrue();
            }
        });

        post(pool, POSTS, a, b);
        awaitAll(a, b);

        assertTurns("a", "b");
        assertThat(sawIt).hasSize(2 * (POSTS - number(round))).startsWith("a" + (number(round) + 1));
    }

    @RepeatedTest(ROUNDS)
    @SuppressWarnings("ThreadPriorityCheck") // Nothing relies on it.
    void whatOneLeavesBehindOnItsThreadIsGoneForTheNext(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        List<List<Object>> states = Collections.synchronizedList(new ArrayList<>());
        TpWork a = this.pools.work(pool, () -> {
            begins("a");
            Thread thread = Thread.currentThread();
            states.add(List.of(thread.getName(), thread.getPriority(), thread.getContextClassLoader(),
                    thread.isInterrupted()));
        });
        TpWork b = work(TpEnvironment.of(pool), "b", number(round), (instance, context, self) -> {
            Thread thread = Thread.currentThread();
            thread.setName("another name");
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.setContextClassLoader(new ClassLoader(null) {
            });
            thread.interrupt();
        });

        post(pool, POSTS, a, b);
        awaitAll(a, b);

        assertTurns("a", "b");
        assertThat(states).hasSize(POSTS).containsOnly(states.get(0));
    }

    @RepeatedTest(ROUNDS)
    void nothingIsLostIfThePoolGrowsAndShrinksMeanwhile(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpWork a = work(TpEnvironment.of(pool), "a", number(round) + 20,
                (instance, context, self) -> pool.setThreadMaximum(1));
        TpWork b = work(TpEnvironment.of(pool), "b", number(round),
                (instance, context, self) -> pool.setThreadMaximum(3));
        TpWork c = work(pool, "c");

        post(pool, POSTS, a, b, c);
        awaitAll(a, b, c);

        assertAllRan("a", "b", "c");
        assertThat(pool.queue().isLeased()).isFalse();
    }

    /**
     * Neither of the two others is leased while it takes turns, and the timers have one
     * callback each.
     */
    @RepeatedTest(ROUNDS)
    void aWaitAndTimersTakeTurnsWithThem(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.single();
        TpEnvironment environment = TpEnvironment.of(pool);
        TpWork a = work(pool, "a");
        TpEvent event = TpEvent.autoReset();
        TpWait wait = this.pools
            .closing(environment.wait("wait", (instance, context, self, result) -> begins("wait"), null));
        TpTimer timer = this.pools.closing(environment.timer(() -> {
            begins("timer");
        }));
        TpWork b = work(environment, "b", number(round), (instance, context, self) -> timer.set(Duration.ZERO));
        TpWork c = work(pool, "c");

        warmUp(pool);
        Gate gate = this.pools.occupy(pool);
        for (int i = 0; i < POSTS; i++) {
            a.submit();
            wait.set(event);
            event.set();
            b.submit();
            c.submit();
        }
        gate.open();
        awaitAll(a, b, c);
        wait.waitForCallbacks(false);
        Pools.eventually(() -> begun("timer") == 1);

        this.order.remove("timer");
        assertTurns("a", "wait", "b", "c");
    }

    @Test
    void aMonitorIsToldOfEach() throws Exception {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).monitor(new TpMonitor() {
            @Override
            public void callbackStarted(TpCallbackSource source, long queuedNanos) {
                assertThat(queuedNanos).isNotNegative();
                told.add("started " + source.name());
            }

            @Override
            public void callbackEnded(TpCallbackSource source, long ranNanos, @Nullable Throwable failure) {
                told.add("ended " + source.name());
            }
        }));
        TpWork a = work(pool, "a");
        TpWork b = work(pool, "b");
        TpWork c = work(pool, "c");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < POSTS; i++) {
            for (String name : List.of("a", "b", "c")) {
                expected.add("started " + name);
                expected.add("ended " + name);
            }
        }

        post(pool, POSTS, a, b, c);
        awaitAll(a, b, c);

        assertTurns("a", "b", "c");
        assertThat(told.subList(told.size() - expected.size(), told.size())).isEqualTo(expected);
    }

    @Test
    void eachGivesItsPlaceInABoundedQueueBack() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).queueCapacity(SHORT_ONES));
        TpWork a = work(pool, "a");
        TpWork b = work(pool, "b");

        // As many as fit, twice.
        for (int round = 1; round <= 2; round++) {
            post(pool, SHORT_ONES / 2, a, b);
            awaitAll(a, b);
            assertThat(begun("a") + begun("b")).isEqualTo(round * SHORT_ONES);
        }
    }

    @RepeatedTest(ROUNDS)
    void oneOfABoundedQueueThatIsCancelledWhileItRestsGivesItsPlacesBack(RepetitionInfo round) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1).queueCapacity(SHORT_ONES));
        TpWork a = work(pool, "a");
        CompletableFuture<Long> answer = new CompletableFuture<>();
        TpWork b = asking(pool, "b", number(round), a::cancelPendingCallbacks, answer);

        post(pool, POSTS, a, b);
        assertThat(get(answer)).isEqualTo(POSTS - number(round));
        awaitAll(a, b);

        // As many as fit.
        post(pool, SHORT_ONES / 2, a, b);
        awaitAll(a, b);
        assertThat(begun("b")).isEqualTo(POSTS + SHORT_ONES / 2);
    }

    /**
     * One at a time: no lease rests for longer than a round with one that captures.
     */
    @Test
    void oneWithCapturedContextsTakesTurnsWithThem() throws Exception {
        TpPool pool = this.pools.single();
        ThreadLocal<Integer> inForce = ThreadLocal.withInitial(() -> 0);
        AtomicInteger captured = new AtomicInteger();
        TpEnvironment capturing = TpEnvironment.builder().pool(pool).contextCapture(() -> {
            int number = captured.incrementAndGet();
            return () -> {
                inForce.set(number);
                return inForce::remove;
            };
        }).build();

        List<Integer> expected = new ArrayList<>();
        for (int i = 1; i <= POSTS; i++) {
            expected.addAll(List.of(0, i, 0));
        }
        assertThat(inForceInTurn(pool, capturing, inForce)).isEqualTo(expected);
    }

    @Test
    void oneWithAnActivationContextTakesTurnsWithThem() throws Exception {
        TpPool pool = this.pools.single();
        ThreadLocal<Integer> inForce = ThreadLocal.withInitial(() -> 0);
        TpEnvironment activating = TpEnvironment.of(pool).toBuilder().activationContext(() -> {
            inForce.set(1);
            return inForce::remove;
        }).build();

        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < POSTS; i++) {
            expected.addAll(List.of(0, 1, 0));
        }
        assertThat(inForceInTurn(pool, activating, inForce)).isEqualTo(expected);
    }

    /**
     * What each callback finds in force if one of three objects belongs to a certain
     * environment, and none of the others to one with anything.
     */
    private List<Integer> inForceInTurn(TpPool pool, TpEnvironment ofSecond, ThreadLocal<Integer> inForce)
            throws Exception {
        List<Integer> found = Collections.synchronizedList(new ArrayList<>());
        TpWork a = noting(TpEnvironment.of(pool), "a", () -> found.add(inForce.get()));
        TpWork b = noting(ofSecond, "b", () -> found.add(inForce.get()));
        TpWork c = noting(TpEnvironment.of(pool), "c", () -> found.add(inForce.get()));

        post(pool, POSTS, a, b, c);
        awaitAll(a, b, c);

        assertTurns("a", "b", "c");
        return found;
    }

    private TpWork noting(TpEnvironment environment, String name, Runnable notes) {
        return this.pools.closing(environment.work(name, () -> {
            begins(name);
            notes.run();
        }));
    }

}
