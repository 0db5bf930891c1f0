package dev.tpool;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Objects that come and go leave nothing behind.
 */
class LeakTests {

    private static final int OBJECTS = 1_000_000;

    /**
     * Ten bytes for each object of a kind: less than the smallest thing that could be
     * left.
     */
    private static final long TOLERANCE = OBJECTS / 5 * 10L;

    @RegisterExtension
    final Pools pools = new Pools();

    private final TpCleanupGroup group = TpCleanupGroup.create("members");

    private final TpEvent event = TpEvent.manualReset();

    private final TpSemaphore semaphore = TpSemaphore.of(0, 1);

    @Test
    void aMillionObjectsLeaveTheHeapAsItWas() throws Exception {
        TpPool pool = this.pools.create();
        TpEnvironment environment = TpEnvironment.of(pool).toBuilder().cleanupGroup(this.group).build();
        createAndClose(environment, OBJECTS / 10);
        long before = usedHeap();

        createAndClose(environment, OBJECTS);

        Pools.eventually(() -> usedHeap() - before < TOLERANCE);
        Pools.eventually(() -> pool.snapshot().objects().isEmpty());
        assertThat(this.group.size()).isZero();
        assertThat(this.event.waiting() + this.semaphore.waiting()).isZero();
    }

    private void createAndClose(TpEnvironment environment, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            switch (i % 5) {
                case 0 -> workThatRuns(environment);
                case 1 -> workThatIsCancelled(environment);
                case 2 -> timer(environment);
                case 3 -> waitWithATimeout(environment);
                default -> environment.trySubmit(() -> {
                });
            }
            if (i % 10_000 == 0) {
                this.group.closeMembers(false, null);
            }
        }
        this.group.closeMembers(false, null);
        Pools.eventually(() -> environment.pool().queued() == 0);
    }

    private void workThatRuns(TpEnvironment environment) {
        try (TpWork work = environment.work(() -> {
        })) {
            work.submit();
        }
    }

    private void workThatIsCancelled(TpEnvironment environment) {
        try (TpWork work = environment.work(() -> {
        })) {
            work.submit();
            work.cancelPendingCallbacks();
        }
    }

    private void timer(TpEnvironment environment) {
        try (TpTimer timer = environment.timer(() -> {
        })) {
            timer.set(Duration.ofHours(1));
        }
    }

    private void waitWithATimeout(TpEnvironment environment) {
        try (TpWait wait = environment.wait((instance, context, self, result) -> {
        }, null)) {
            wait.set(this.event, Duration.ofHours(1));
            wait.set(this.semaphore, Duration.ofHours(1));
        }
    }

    /**
     * What is reachable, as far as the collector can be made to tell.
     */
    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

}
