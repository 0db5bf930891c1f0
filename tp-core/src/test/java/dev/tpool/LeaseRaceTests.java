package dev.tpool;

import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what others do meanwhile with callbacks that a worker has leased, and with
 * objects that take turns in its line.
 */
class LeaseRaceTests {

    private static final int POSTS = 5_000;

    private static final int ROUNDS = 500;

    @RegisterExtension
    final Pools pools = new Pools();

    private final AtomicInteger begun = new AtomicInteger();

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /**
     * The activation context is part of the callback: it may do what the callback may.
     */
    private void everyCallbackRunsThoughItsActivationContext(Consumer<TpCallbackInstance> does) throws Exception {
        TpPool pool = this.pools
            .create((builder) -> builder.threadMaximum(1).exceptionHandler((source, ex) -> this.failures.add(ex)));
        TpEnvironment environment = TpEnvironment.of(pool).toBuilder().activationContext(() -> {
            does.accept(TpCallbackInstance.current());
            return () -> {
            };
        }).build();
        Gate gate = this.pools.gate();
        environment.trySubmit(gate::pass);
        TpWork work = this.pools.closing(environment.work(this.begun::incrementAndGet));
        for (int i = 0; i < POSTS; i++) {
            work.submit();
        }
        gate.open();

        Pools.eventually(() -> this.begun.get() + this.failures.size() == POSTS);
        assertThat(this.failures).isEmpty();
        assertThat(this.begun).hasValue(POSTS);
    }

    @Test
    void everyCallbackRunsThoughItsActivationContextSaysThatItMayRunLong() throws Exception {
        everyCallbackRunsThoughItsActivationContext(TpCallbackInstance::callbackMayRunLong);
    }

    @Test
    void everyCallbackRunsThoughSomeActivationContextsDisassociate() throws Exception {
        AtomicInteger number = new AtomicInteger();
        everyCallbackRunsThoughItsActivationContext((instance) -> {
            if (number.incrementAndGet() % 20 == 0) {
                instance.disassociateCurrentThreadFromCallback();
            }
        });
    }

    /**
     * What is on its way from a lease back to the state word is in neither of them, and
     * what moves behind the back of a canceller that has looked at the state word is not
     * found either.
     */
    @Test
    void aCancelDropsWhatIsPutBackMeanwhile() throws Exception {
        TpPool pool = this.pools.single();
        TpWork work = this.pools.closing(TpEnvironment.of(pool).work((instance, context, self) -> {
            this.begun.incrementAndGet();
            instance.callbackMayRunLong();
        }, null));
        int most = 0;
        for (int round = 0; round < ROUNDS; round++) {
            this.begun.set(0);
            for (int i = 0; i < 1_000; i++) {
                work.submit();
            }
            while (this.begun.get() < 200) {
                Thread.onSpinWait();
            }
            work.cancelPendingCallbacks();
            int atReturn = this.begun.get();
            work.waitForCallbacks(false);
            most = Math.max(most, this.begun.get() - atReturn);
        }

        // The only worker may have claimed one that it has not begun.
        assertThat(most).isLessThanOrEqualTo(1);
    }

    /**
     * The owner does not come by for as long as its callback runs.
     */
    @Test
    void aStripeWhoseLineWasStolenKeepsNoObjectsAlive() throws Exception {
        TpPool pool = this.pools.single();
        Gate gate = this.pools.gate();
        TpEnvironment.of(pool).trySubmit(gate::pass);
        gate.awaitArrivals(1);
        Stripe stripe = new Stripe();
        stripe.setOpen(true);
        stripe.hasTurns();
        WeakReference<TpWork> work = stolenAndClosed(pool, stripe);
        gate.open();

        Pools.eventually(() -> {
            System.gc();
            return work.get() == null;
        });
        assertThat(stripe.isEmpty()).isTrue();
    }

    private WeakReference<TpWork> stolenAndClosed(TpPool pool, Stripe stripe) {
        TpWork[] works = new TpWork[2];
        for (int i = 0; i < 2; i++) {
            works[i] = TpEnvironment.of(pool).work(() -> {
            });
            works[i].submit();
            works[i].submit();
            works[i].submit();
        }
        for (int i = 0; i < 2; i++) {
            assertThat(pool.queue().take()).isSameAs(works[i]);
            stripe.push(works[i]);
        }
        // It is the turn of the first one, whose callback takes long.
        assertThat(stripe.refill()).isNotNull();
        assertThat(stripe.hasClaimed()).isTrue();
        works[0].settle(false);
        for (QueueNode node = stripe.takeLine(); node != null;) {
            QueueNode following = node.next;
            node.next = null;
            pool.enqueue(node);
            node = following;
        }
        works[0].close();
        works[1].close();
        return new WeakReference<>(works[0]);
    }

}
