package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Takes callbacks that are in a {@link Lease} away from their worker in every way there
 * is, while it takes more.
 */
class LeaseStressTests {

    @RegisterExtension
    final Pools pools = new Pools();

    @RegisterExtension
    final Stress stress = new Stress();

    private final AtomicInteger begun = new AtomicInteger();

    @Test
    void nothingBeginsOnceACancelHasReturnedButWhatWasAboutToBegin() throws Exception {
        TpPool pool = this.pools.single();
        TpWork other = this.pools.work(pool, () -> {
        });
        TpWork work = this.pools.work(pool, () -> {
            if (this.begun.incrementAndGet() % 8 == 0) {
                // Whose turn comes at once: what is leased is put back.
                other.submit();
            }
        });

        long posts = 0;
        long cancelled = 0;
        while (this.stress.goesOn()) {
            for (int i = 0; i < 500; i++) {
                work.submit();
            }
            posts += 500;
            cancelled += work.cancelPendingCallbacks();
            int atMost = this.begun.get() + 1;
            assertThat(work.pending()).isZero();
            assertThat(work.waitForCallbacks(false, Pools.GENEROUS)).isTrue();
            assertThat(this.begun.get()).isLessThanOrEqualTo(atMost);
            assertThat(this.begun.get() + cancelled).isEqualTo(posts);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 4 })
    void eachPostIsExecutedOnceOrCancelledWhateverHappensToThoseBeforeIt(int threads) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(threads));
        TpEnvironment environment = TpEnvironment.of(pool)
            .toBuilder()
            .exceptionHandler((source, failure) -> assertThat(failure).hasMessage("meant"))
            .build();
        TpEnvironment high = TpEnvironment.of(pool).toBuilder().priority(TpPriority.HIGH).build();
        AtomicInteger ended = new AtomicInteger();
        AtomicLong posts = new AtomicLong();
        AtomicLong cancelled = new AtomicLong();
        TpWork other = this.pools.work(pool, () -> {
        });
        TpWork work = this.pools.closing(environment.work("leased", (instance, context, own) -> {
            int number = this.begun.incrementAndGet();
            try {
                switch (number % 5_000) {
                    case 1_000 -> LockSupport.parkNanos(200_000);
                    case 1_500 -> instance.disassociateCurrentThreadFromCallback();
                    case 2_000 -> instance.callbackMayRunLong();
                    case 2_500 -> high.trySubmit(other::submit);
                    case 3_000 -> other.submit();
                    case 3_500 -> cancelled.addAndGet(own.cancelPendingCallbacks());
                    case 4_000 -> throw new IllegalStateException("meant");
                    case 4_500 -> {
                        posts.incrementAndGet();
                        own.submit();
                    }
                    default -> {
                        // Short, as most are.
                    }
                }
            }
            finally {
                ended.incrementAndGet();
            }
        }, null));
        List<Started<Boolean>> users = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Random random = new Random(i);
            users.add(this.pools.start(() -> {
                while (this.stress.goesOn()) {
                    int count = random.nextInt(2_000);
                    for (int j = 0; j < count; j++) {
                        work.submit();
                    }
                    posts.addAndGet(count);
                    switch (random.nextInt(8)) {
                        case 0 -> cancelled.addAndGet(work.cancelPendingCallbacks());
                        case 1 -> other.submit();
                        case 2 -> work.waitForCallbacks(false, Duration.ofMillis(1));
                        // Without a limit: at the end of one, a wait that nobody told
                        // looks once more.
                        case 3 -> work.waitForCallbacks(false);
                        default -> {
                            // Most of the time nobody waits.
                            while (work.pending() > 2_000) {
                                Thread.onSpinWait();
                            }
                        }
                    }
                }
                return true;
            }));
        }
        for (Started<Boolean> user : users) {
            assertThat(user.get()).isTrue();
        }

        // Also for those that have disassociated.
        Pools.eventually(() -> work.pending() == 0 && work.running() == 0);
        assertThat(ended.get() + cancelled.get()).isEqualTo(posts.get());
        assertThat(this.begun.get()).isEqualTo(ended.get());
        assertThat(pool.snapshot().dropped()).isEqualTo(cancelled.get());
    }

}
