package dev.tpool;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import dev.tpool.sync.TpEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TpContextCapture}: what it captures, when, and that it goes again.
 */
class TpContextCaptureTests {

    private static final ThreadLocal<@Nullable String> USER = new ThreadLocal<>();

    @RegisterExtension
    final Pools pools = new Pools();

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void forgetTheUser() {
        USER.remove();
    }

    @Test
    void aOneShotRunsInTheContextOfItsPost() throws Exception {
        TpEnvironment environment = capturing(this.pools.single());
        Gate gate = this.pools.occupy(environment.pool());

        USER.set("anna");
        environment.trySubmit(this::see);
        USER.set("bert");
        environment.trySubmit((instance, context) -> see(), "context");
        USER.set("carl");
        environment.trySubmit("named", (instance, context) -> see(), "context", new NoCompletion());
        USER.remove();
        environment.trySubmit(this::see);
        USER.set("dora");
        String result = openedBefore(gate, environment);

        assertThat(seen(4)).containsExactly("anna", "bert", "carl", "nobody");
        assertThat(result).isEqualTo("dora");
    }

    private static String openedBefore(Gate gate, TpEnvironment environment) throws Exception {
        var posted = environment.submit(() -> String.valueOf(USER.get()));
        gate.open();
        return posted.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aTimerKeepsNoContextForCallbacksThatDoNotCome() throws Exception {
        AtomicReference<@Nullable WeakReference<TpActivationContext>> last = new AtomicReference<>();
        TpPool pool = this.pools.single();
        TpEnvironment environment = TpEnvironment.builder().pool(pool).contextCapture(() -> {
            TpActivationContext captured = new NothingToActivate();
            last.set(new WeakReference<>(captured));
            return captured;
        }).build();
        TpTimer timer = this.pools.closing(environment.timer(() -> {
        }));

        timer.set(Duration.ofHours(1));
        timer.unset();
        awaitCollected(last.get());
        timer.set(Duration.ofMillis(1));
        Pools.eventually(() -> pool.completed() == 1);
        timer.waitForCallbacks(false);
        awaitCollected(last.get());
        timer.set(Duration.ZERO);
        timer.waitForCallbacks(false);
        awaitCollected(last.get());
        timer.set(Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO);
        pool.disarm();
        awaitCollected(last.get());
        timer.set(Duration.ofHours(1));
        timer.close();
        awaitCollected(last.get());
    }

    private static void awaitCollected(@Nullable WeakReference<?> reference) {
        Pools.eventually(() -> {
            System.gc();
            return reference != null && reference.get() == null;
        });
    }

    @Test
    void aDeferredOneShotRunsInTheContextInWhichItWasAccepted() throws Exception {
        TpEnvironment environment = capturing(this.pools.single());
        USER.set("anna");
        TpDeferredCallback deferred = environment.tryDefer(new Deferred(), "context");
        TpDeferredCallback cancelled = environment.tryDefer(new Deferred(), "context");

        USER.set("bert");
        cancelled.cancel();
        deferred.postNow();
        environment.tryDefer(new Deferred(), "context").postNow();
        USER.remove();
        environment.tryDefer(new Deferred(), "context").postNow();

        assertThat(seen(3)).containsExactly("anna", "bert", "nobody");
    }

    @Test
    void aDeferredOneShotThatGoesBackKeepsItsContext() throws Exception {
        TpEnvironment environment = capturing(this.pools.single());
        CountDownLatch refused = new CountDownLatch(1);
        Deferred task = new Deferred() {

            @Override
            public boolean tryEnter() {
                boolean entered = refused.getCount() == 0;
                refused.countDown();
                return entered;
            }

        };
        USER.set("anna");
        TpDeferredCallback deferred = environment.tryDefer(task, "context");

        USER.set("bert");
        deferred.postNow();
        assertThat(refused.await(60, TimeUnit.SECONDS)).isTrue();
        deferred.postNow();

        assertThat(seen(1)).containsExactly("anna");
    }

    @Test
    void eachPostOfAWorkHasAContextOfItsOwn() throws Exception {
        TpEnvironment environment = capturing(this.pools.single());
        Gate gate = this.pools.occupy(environment.pool());
        TpWork work = this.pools.closing(environment.work(this::see));

        for (String user : List.of("anna", "bert", "carl")) {
            USER.set(user);
            work.submit();
        }
        USER.remove();
        work.submit();
        gate.open();

        assertThat(seen(4)).containsExactly("anna", "bert", "carl", "nobody");
    }

    @Test
    void postsThatWereCancelledTakeTheirContextsAlong() throws Exception {
        TpEnvironment environment = capturing(this.pools.single());
        Gate gate = this.pools.occupy(environment.pool());
        TpWork work = this.pools.closing(environment.work(this::see));

        USER.set("anna");
        work.submit();
        work.submit();
        assertThat(work.cancelPendingCallbacks()).isEqualTo(2);
        USER.set("bert");
        work.submit();
        gate.open();

        assertThat(seen(1)).containsExactly("bert");
    }

    @Test
    void aWorkOfABoundedPoolRunsInTheContextOfItsPost() throws Exception {
        TpEnvironment environment = capturing(this.pools.create((builder) -> builder.queueCapacity(10)));
        TpWork work = this.pools.closing(environment.work(this::see));

        USER.set("anna");
        work.submit();

        assertThat(seen(1)).containsExactly("anna");
    }

    @Test
    void theCallerThatRunsACallbackItselfKeepsItsContext() throws Exception {
        TpEnvironment environment = capturing(this.pools
            .create((builder) -> builder.threadMaximum(1).queueCapacity(1).whenFull(TpFullPolicy.CALLER_RUNS)));
        Gate gate = this.pools.occupy(environment.pool());
        TpWork work = this.pools.closing(environment.work(this::see));
        USER.set("anna");
        work.submit();

        USER.set("bert");
        work.submit();
        environment.trySubmit(this::see);

        assertThat(seen(2)).containsExactly("bert", "bert");
        assertThat(USER.get()).isEqualTo("bert");
        gate.open();
        assertThat(seen(1)).containsExactly("anna");
    }

    @Test
    void aTimerRunsInTheContextOfItsSettingEachTime() throws Exception {
        TpEnvironment environment = capturing(this.pools.create());
        TpTimer timer = this.pools.closing(environment.timer(this::see));

        USER.set("anna");
        timer.set(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO);
        USER.set("bert");

        assertThat(seen(3)).containsOnly("anna");
        timer.unset();
    }

    @Test
    void aTimerThatIsSetAnewRunsInTheContextOfThat() throws Exception {
        TpEnvironment environment = capturing(this.pools.create());
        TpTimer timer = this.pools.closing(environment.timer(this::see));

        USER.set("anna");
        timer.set(Duration.ofHours(1));
        USER.set("bert");
        timer.set(Duration.ofHours(1));
        timer.set(Duration.ofMillis(1));
        assertThat(seen(1)).containsExactly("bert");
        USER.set("carl");
        timer.set(Duration.ZERO);
        assertThat(seen(1)).containsExactly("carl");
        USER.set("dora");
        timer.set(Instant.now());

        assertThat(seen(1)).containsExactly("dora");
    }

    @Test
    void aWaitRunsInTheContextOfItsSetting() throws Exception {
        TpEnvironment environment = capturing(this.pools.create());
        TpEvent event = TpEvent.autoReset(false);
        TpWait wait = this.pools.closing(environment.wait((instance, context, self, result) -> {
            this.seen.add(result + " " + USER.get());
        }, null));

        USER.set("anna");
        wait.set(event);
        USER.set("bert");
        event.set();
        assertThat(seen(1)).containsExactly("SIGNALLED anna");
        wait.set(event, Duration.ZERO);
        assertThat(seen(1)).containsExactly("TIMED_OUT bert");
        USER.set("carl");
        wait.set(event, Duration.ofMillis(1));
        USER.remove();

        assertThat(seen(1)).containsExactly("TIMED_OUT carl");
    }

    @Test
    void anOperationRunsInTheContextOfItsStart() throws Exception {
        TpEnvironment environment = capturing(this.pools.create());
        TpIo io = this.pools.closing(environment.io((instance, context, completion, self) -> {
            this.seen.add(completion.attachment() + " " + USER.get());
        }, null));

        USER.set("anna");
        TpIo.Operation<Integer> operation = io.start("read");
        USER.set("bert");
        operation.completed(1, null);

        assertThat(seen(1)).containsExactly("read anna");
    }

    @Test
    void theContextIsThereForTheFinalizationAndGoneForTheCompletionAndTheNextCallback() throws Exception {
        TpPool pool = this.pools.single();
        TpEnvironment environment = capturing(pool,
                (builder) -> builder.finalizationCallback((instance, context) -> see()).activationContext(() -> {
                    this.seen.add("before: " + USER.get());
                    return () -> this.seen.add("after: " + USER.get());
                }));

        USER.set("anna");
        environment.trySubmit("named", (instance, context) -> see(), null, new NoCompletion() {

            @Override
            public void completed(@Nullable Throwable failure) {
                see();
            }

        });
        TpEnvironment.of(pool).trySubmit(this::see);

        assertThat(seen(6)).containsExactly("before: null", "anna", "anna", "after: null", "nobody", "nobody");
    }

    @Test
    void aCaptureThatFailsPostsNothing() throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.queueCapacity(1));
        TpEnvironment environment = TpEnvironment.builder().pool(pool).contextCapture(() -> {
            throw new IllegalStateException("no context");
        }).build();
        TpWork work = this.pools.closing(environment.work(this::see));
        TpTimer timer = this.pools.closing(environment.timer(this::see));

        assertThatIllegalStateException().isThrownBy(() -> environment.trySubmit(this::see)).withMessage("no context");
        assertThatIllegalStateException().isThrownBy(work::submit).withMessage("no context");
        assertThatIllegalStateException().isThrownBy(() -> timer.set(Duration.ZERO)).withMessage("no context");

        assertThat(work.pending()).isZero();
        assertThat(timer.isSet()).isFalse();
        // Nor is the one place in the queue taken.
        TpEnvironment.of(pool).submit(() -> this.seen.add("ran")).get(60, TimeUnit.SECONDS);
        assertThat(this.seen).containsExactly("ran");
    }

    @Test
    void aClosedWorkRefusesAPostWithItsContext() {
        TpWork work = capturing(this.pools.create()).work(this::see);
        work.close();

        assertThatIllegalStateException().isThrownBy(work::submit).withMessageContaining("is closed");
        assertThat(work.pending()).isZero();
    }

    private static TpEnvironment capturing(TpPool pool) {
        return capturing(pool, (builder) -> builder);
    }

    private static TpEnvironment capturing(TpPool pool, UnaryOperator<TpEnvironment.Builder> options) {
        TpEnvironment.Builder builder = TpEnvironment.builder().pool(pool).contextCapture(() -> {
            String user = USER.get();
            return () -> {
                String before = USER.get();
                USER.set(user);
                return () -> USER.set(before);
            };
        });
        return options.apply(builder).build();
    }

    private void see() {
        String user = USER.get();
        this.seen.add((user != null) ? user : "nobody");
    }

    private List<String> seen(int count) throws InterruptedException {
        List<String> result = new ArrayList<>();
        while (result.size() < count) {
            String next = this.seen.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("after %s", result).isNotNull();
            result.add(next);
        }
        return result;
    }

    private class Deferred extends NoCompletion implements TpDeferredTask<String> {

        @Override
        public String name() {
            return "deferred";
        }

        @Override
        public void run(TpCallbackInstance instance, String context) {
            see();
        }

    }

    private static class NoCompletion implements TpCompletion {

        @Override
        public void completed(@Nullable Throwable failure) {
        }

        @Override
        public void cancelled() {
        }

    }

    private static final class NothingToActivate implements TpActivationContext {

        @Override
        public Scope activate() {
            return () -> {
            };
        }

    }

}
