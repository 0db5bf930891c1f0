package dev.tpool;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Takes callbacks of objects that take turns away from the {@link Leases} that rest, in
 * every way there is, while their workers go from one to the next.
 */
class RestingLeaseStressTests {

    private static final int USERS = 2;

    @RegisterExtension
    final Pools pools = new Pools();

    @RegisterExtension
    final Stress stress = new Stress();

    private final AtomicLong posts = new AtomicLong();

    private final AtomicLong begun = new AtomicLong();

    private final AtomicLong ended = new AtomicLong();

    private final AtomicInteger made = new AtomicInteger();

    private final AtomicInteger freed = new AtomicInteger();

    /** Those that are there now; some are closed, and replaced. */
    private TpWork[][] works;

    private TpEnvironment environment;

    private TpEnvironment high;

    @ParameterizedTest
    @CsvSource({ "1, 1", "1, 3", "2, 2", "2, 3", "4, 2" })
    void eachPostIsExecutedOnceOrCancelledWhateverTheOthersDo(int threads, int each) throws Exception {
        TpPool pool = this.pools.create((builder) -> builder.threadMaximum(threads));
        this.environment = TpEnvironment.of(pool)
            .toBuilder()
            .exceptionHandler((source, failure) -> assertThat(failure).hasMessage("meant"))
            .build();
        this.high = TpEnvironment.of(pool).toBuilder().priority(TpPriority.HIGH).build();
        this.works = new TpWork[USERS][each];
        for (TpWork[] own : this.works) {
            for (int i = 0; i < each; i++) {
                own[i] = make();
            }
        }
        List<Started<Boolean>> users = new ArrayList<>();
        for (TpWork[] own : this.works) {
            Random random = new Random(users.size());
            users.add(this.pools.start(() -> {
                while (this.stress.goesOn()) {
                    use(own, random);
                }
                return true;
            }));
        }
        for (Started<Boolean> user : users) {
            assertThat(user.get()).isTrue();
        }

        // Also for those that have disassociated.
        Pools.eventually(() -> pool.queued() == 0 && this.freed.get() == this.made.get() - USERS * each);
        for (TpWork[] own : this.works) {
            for (TpWork work : own) {
                Pools.eventually(() -> work.pending() == 0 && work.running() == 0);
                work.close();
            }
        }
        assertThat(this.ended.get() + pool.snapshot().dropped()).isEqualTo(this.posts.get());
        assertThat(this.begun.get()).isEqualTo(this.ended.get());
        Pools.eventually(() -> this.freed.get() == this.made.get());
        assertThat(pool.snapshot().objects()).isEmpty();
        Pools.eventually(() -> !pool.queue().isLeased());
    }

    private TpWork make() {
        int name = this.made.incrementAndGet();
        AtomicInteger told = new AtomicInteger();
        AtomicInteger own = new AtomicInteger(997 * name);
        TpWork work = this.environment.work("work" + name, (instance, context, self) -> {
            this.begun.incrementAndGet();
            try {
                does(own.incrementAndGet(), instance, self);
            }
            finally {
                this.ended.incrementAndGet();
            }
        }, null);
        work.whenFreed(() -> {
            // Twice would not be taken for once of each of two.
            this.freed.addAndGet((told.incrementAndGet() == 1) ? 1 : -this.made.get());
        });
        return work;
    }

    private void does(int number, TpCallbackInstance instance, TpWork self) {
        switch (number % 4_000) {
            case 400 -> LockSupport.parkNanos(200_000);
            case 800 -> instance.disassociateCurrentThreadFromCallback();
            case 1_200 -> instance.callbackMayRunLong();
            case 1_600 -> this.high.trySubmit(() -> {
            });
            case 2_000 -> any().cancelPendingCallbacks();
            case 2_400 -> throw new IllegalStateException("meant");
            case 2_800 -> post(self);
            case 3_200 -> post(any());
            case 3_600 -> {
                self.cancelPendingCallbacks();
                any().pending();
            }
            default -> {
                // Short, as most are.
            }
        }
    }

    private TpWork any() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        TpWork[] some = this.works[random.nextInt(USERS)];
        return some[random.nextInt(some.length)];
    }

    /**
     * Others may have closed it meanwhile.
     */
    private void post(TpWork work) {
        try {
            work.submit();
            this.posts.incrementAndGet();
        }
        catch (IllegalStateException ex) {
            assertThat(work.isClosed()).isTrue();
        }
    }

    private void use(TpWork[] own, Random random) throws Exception {
        int count = random.nextInt(300);
        for (int i = 0; i < count; i++) {
            for (TpWork work : own) {
                work.submit();
            }
        }
        this.posts.addAndGet((long) count * own.length);
        int which = random.nextInt(own.length);
        TpWork one = own[which];
        switch (random.nextInt(12)) {
            case 0 -> one.cancelPendingCallbacks();
            // Without a limit: at the end of one, a wait that nobody told looks once
            // more.
            case 1 -> one.waitForCallbacks(false);
            case 2 -> {
                one.waitForCallbacks(true);
                // Others may have posted since.
                assertThat(one.running()).isNotNegative();
            }
            case 3 -> {
                one.close();
                own[which] = make();
            }
            case 4 -> {
                one.close();
                one.cancelPendingCallbacks();
                own[which] = make();
            }
            case 5 -> closeGroupWith(count);
            default -> {
                // Most of the time nobody waits.
                while (one.pending() > 1_000) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /**
     * The close waits for no callback but those of its member, though others take turns
     * with it.
     */
    private void closeGroupWith(int count) throws Exception {
        TpCleanupGroup group = TpCleanupGroup.create("group");
        TpWork member = this.environment.toBuilder().cleanupGroup(group, null).build().work("member", () -> {
            this.begun.incrementAndGet();
            this.ended.incrementAndGet();
        });
        for (int i = 0; i < count; i++) {
            member.submit();
        }
        this.posts.addAndGet(count);
        TpCloseReport report = group.closeMembers(true, null);
        assertThat(report.complete()).isTrue();
        assertThat(member.pending() + member.running()).isZero();
    }

}
