package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a pool knows of objects that different threads have made.
 */
class LiveObjectsTests {

    @Test
    void aPoolKnowsTheTimersOfAllShards() {
        TpPool pool = TpPool.builder("shards").threadMaximum(1).build();
        Gate gate = new Gate();
        TpWork blocking = TpEnvironment.of(pool).work(gate::pass);
        List<TpTimer> timers = timersOfAllShards(pool);
        try {
            blocking.submit();
            gate.awaitArrivals(1);
            timers.forEach((timer) -> timer.set(Duration.ZERO));

            assertThat(pool.snapshot().objects()).extracting(TpObjectSnapshot::name)
                .contains(timers.stream().map(TpTimer::name).toArray(String[]::new));
            assertThat(pool.snapshot().queued()).isEqualTo(timers.size());
            assertThat(pool.cancelPendingCallbacks()).hasSize(timers.size());
        }
        finally {
            gate.open();
            timers.forEach(TpTimer::close);
            blocking.close();
            pool.close();
        }
    }

    @Test
    void aClosedPoolEndsWithTheLastTimerOfAnyShard() throws Exception {
        for (int last = 0; last < Shards.COUNT; last++) {
            TpPool pool = TpPool.builder("shards").threadMaximum(1).build();
            List<TpTimer> timers = timersOfAllShards(pool);
            TpTimer remaining = timers.remove(last);
            pool.close();
            timers.forEach(TpTimer::close);

            remaining.set(Duration.ZERO);
            remaining.waitForCallbacks(false);
            assertThat(pool.isTerminated()).isFalse();

            remaining.close();
            assertThat(pool.awaitTermination(Duration.ofSeconds(60))).isTrue();
        }
    }

    private static List<TpTimer> timersOfAllShards(TpPool pool) {
        List<TpTimer> timers = new ArrayList<>();
        for (int i = 0; i < Shards.COUNT; i++) {
            String name = "timer of shard " + i;
            timers.add(OfShard.make(i, () -> TpEnvironment.of(pool).timer(name, () -> {
            })));
        }
        return timers;
    }

}
