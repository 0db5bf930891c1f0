package dev.tpool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link TpTask}.
 */
class TpTaskTests {

    @RegisterExtension
    final Pools pools = new Pools();

    private final List<String> reported = new CopyOnWriteArrayList<>();

    private final TpCleanupGroup group = TpCleanupGroup.create("members");

    private final Task task = new Task();

    private final TpPool pool = this.pools.create((builder) -> builder.threadMaximum(1)
        .queueCapacity(100)
        .exceptionHandler((source, failure) -> this.reported.add(source.name() + ": " + failure.getMessage())));

    private final TpEnvironment ungrouped = TpEnvironment.of(this.pool);

    private final TpEnvironment grouped = this.ungrouped.toBuilder().cleanupGroup(this.group).build();

    private void awaitEnd() throws InterruptedException {
        this.pool.close();
        assertThat(this.pool.awaitTermination(Pools.GENEROUS)).isTrue();
    }

    @Test
    void itsNameIsInSnapshotsWhileItIsQueuedAndWhileItRuns() {
        Gate gate = this.pools.occupy(this.pool);
        this.task.gate = this.pools.gate();
        this.grouped.trySubmit(this.task, "a");
        assertThat(this.group.snapshot().members()).containsExactly(
                new TpObjectSnapshot("task", TpObjectKind.ONE_SHOT, TpPriority.NORMAL, "members", 1, 0, false));
        gate.open();
        this.task.gate.awaitArrivals(1);

        assertThat(this.group.snapshot().members()).extracting(TpObjectSnapshot::name, TpObjectSnapshot::running)
            .containsExactly(tuple("task", 1));
        assertThat(this.pool.snapshot().runningCallbacks()).extracting(TpRunningCallback::name).containsExactly("task");
    }

    @Test
    void itsNameIsWithWhatItFailsToBeToldOf() throws Exception {
        this.task.tellingFails = true;
        this.grouped.trySubmit(this.task, "a");
        Pools.eventually(() -> this.group.size() == 0);
        Gate gate = this.pools.occupy(this.pool);
        this.grouped.trySubmit(this.task, "b");
        this.group.closeMembers(true, null);
        gate.open();
        awaitEnd();

        assertThat(this.reported).containsExactly("task: told of a completion", "task: told of a cancel");
    }

    @Test
    void eachPostHasItsOwnContextAndItsEndIsToldOnce() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            this.task.told.clear();
            this.task.ran.clear();
            assertThat(this.ungrouped.trySubmit(this.task, "good")).isTrue();
            assertThat(this.grouped.trySubmit(this.task, "bad")).isTrue();
            Pools.eventually(() -> this.task.told.size() == 2);

            assertThat(this.task.ran).containsExactly("good", "bad");
            assertThat(this.task.told).containsExactly("completed", "failed: bad");
        }
        awaitEnd();

        assertThat(this.task.told).hasSize(2);
        assertThat(this.reported).isEmpty();
        assertThat(this.pool.completed()).isEqualTo(2_000);
        assertThat(this.pool.snapshot().failed()).isEqualTo(1_000);
    }

    @Test
    void eachPostThatIsDroppedIsToldOnce() throws Exception {
        Gate gate = this.pools.occupy(this.pool);
        for (int i = 0; i < 10; i++) {
            this.grouped.trySubmit(this.task, "dropped");
            this.ungrouped.trySubmit(this.task, "kept");
        }

        assertThat(this.group.closeMembers(true, null).dropped()).isEqualTo(10);
        assertThat(this.task.told).hasSize(10).containsOnly("cancelled");
        gate.open();
        awaitEnd();

        assertThat(this.task.ran).hasSize(10).containsOnly("kept");
        assertThat(this.task.told).hasSize(20);
        assertThat(this.task.told.subList(10, 20)).containsOnly("completed");
    }

    @Test
    void isToldThoughItWasPostedAsACallback() throws Exception {
        TpSimpleCallback<String> callback = this.task;
        Gate gate = this.pools.occupy(this.pool);
        this.ungrouped.trySubmit(callback, "good");
        this.grouped.trySubmit(callback, "dropped");
        assertThat(this.group.snapshot().members()).extracting(TpObjectSnapshot::name).containsExactly("task");
        this.group.closeMembers(true, null);
        gate.open();
        awaitEnd();

        assertThat(this.task.ran).containsExactly("good");
        assertThat(this.task.told).containsExactly("cancelled", "completed");
    }

    @Test
    void isNotToldOfARefusal() throws Exception {
        Gate gate = this.pools.occupy(this.pool);
        for (int i = 0; i < 100; i++) {
            assertThat(this.ungrouped.trySubmit(() -> {
            })).isTrue();
        }
        assertThat(this.grouped.trySubmit(this.task, "full")).isFalse();
        gate.open();
        awaitEnd();
        assertThatIllegalStateException().isThrownBy(() -> this.grouped.trySubmit(this.task, "closed"))
            .withMessageContaining(this.pool.name());

        assertThat(this.task.ran).isEmpty();
        assertThat(this.task.told).isEmpty();
        assertThat(this.group.size()).isZero();
    }

    @Test
    void nullIsRefused() {
        assertThatNullPointerException().isThrownBy(() -> this.ungrouped.trySubmit((TpTask<String>) null, "a"));
    }

    /**
     * Fails if its context says so.
     */
    private static final class Task implements TpTask<String> {

        private final List<String> ran = new CopyOnWriteArrayList<>();

        private final List<String> told = new CopyOnWriteArrayList<>();

        private volatile Gate gate;

        private volatile boolean tellingFails;

        @Override
        public String name() {
            return "task";
        }

        @Override
        public void run(TpCallbackInstance instance, String context) throws Exception {
            this.ran.add(context);
            if (this.gate != null) {
                this.gate.pass();
            }
            if (context.equals("bad")) {
                throw new Exception(context);
            }
        }

        @Override
        public void completed(Throwable failure) {
            if (this.tellingFails) {
                throw new IllegalStateException("told of a completion");
            }
            this.told.add((failure != null) ? "failed: " + failure.getMessage() : "completed");
        }

        @Override
        public void cancelled() {
            if (this.tellingFails) {
                throw new IllegalStateException("told of a cancel");
            }
            this.told.add("cancelled");
        }

    }

}
