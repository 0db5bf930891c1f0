package dev.tpool.spring;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolsDrain} where a whole context cannot be brought to.
 */
@ExtendWith(OutputCaptureExtension.class)
class PoolsDrainTests {

    @Test
    void closesEverythingThoughNoThreadCanBeStartedForAGroup(CapturedOutput output) throws Exception {
        TpPool pool = TpPool.builder("io").threadMaximum(1).build();
        TpCleanupGroup group = TpCleanupGroup.create("scans");
        TpEnvironment environment = TpEnvironment.builder().pool(pool).cleanupGroup(group).build();
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        environment.trySubmit((instance, nothing) -> gate.await(), null);
        environment.work("member", ran::incrementAndGet).submit();
        environment.trySubmit(ran::incrementAndGet);

        TpShutdownReport report = new PoolsDrain(Map.of("io", pool), Map.of("scans", group), Map.of(), List.of(),
                Duration.ofMinutes(4), 0, (task) -> {
                    gate.countDown();
                    return new Unstartable();
                })
            .run();

        assertThat(ran).hasValue(2);
        assertThat(report.droppedCount()).isZero();
        assertThat(report.complete()).as(report.toString()).isTrue();
        assertThat(group.size()).isZero();
        assertThat(pool.isClosed()).isTrue();
        assertThat(pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
        assertThat(output).contains("No thread could be started to close cleanup group 'scans'");
    }

    /**
     * As on a machine that has no threads left.
     */
    private static final class Unstartable extends Thread {

        @Override
        public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread");
        }

    }

}
