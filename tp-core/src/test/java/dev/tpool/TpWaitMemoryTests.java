package dev.tpool;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import com.sun.management.ThreadMXBean;
import dev.tpool.sync.TpEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What waits take of the heap, as the JVM counts it for the thread that sets them.
 */
class TpWaitMemoryTests {

    private static final int TIMES = 10_000;

    private static final Duration LONG = Duration.ofHours(1);

    private static final Duration LONGER = Duration.ofDays(10);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final TpPool pool = TpPool.builder("memory").threadMaximum(1).build();

    private final TpEnvironment environment = TpEnvironment.of(this.pool);

    private final TpEvent event = TpEvent.autoReset();

    private final TpEvent other = TpEvent.autoReset();

    private final TpWait wait = this.environment.wait((instance, context, self, result) -> {
    }, null);

    @AfterEach
    void closePool() throws InterruptedException {
        this.wait.close();
        this.pool.close();
        assertThat(this.pool.awaitTermination(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void aSettingThatIsTakenBackLeavesNoGarbage() {
        assertNoGarbage(() -> {
            this.wait.set(this.event);
            this.wait.unset();
            this.wait.set(this.event, LONG);
            this.wait.unset();
        });
    }

    @Test
    void aSettingThatIsSignalledLeavesNoGarbage() {
        assertNoGarbage(() -> {
            this.wait.set(this.event);
            this.event.set();
            this.wait.set(this.event, LONG);
            this.event.set();
        });
    }

    @Test
    void aSettingThatIsSignalledBeforeItsTimeIsOverLeavesNoGarbage() {
        assertNoGarbage(() -> {
            this.wait.set(this.event, LONG);
            this.event.set();
        });
    }

    @Test
    void aTimeOutThatIsBroughtForwardLeavesNoGarbage() {
        assertNoGarbage(() -> {
            this.wait.set(this.event, LONGER);
            this.wait.unset();
            this.wait.set(this.event, LONG);
            this.event.set();
        });
    }

    @Test
    void aSettingThatIsReplacedByOneWithATimeOutLeavesNoGarbage() {
        assertNoGarbage(() -> {
            this.wait.set(this.event, LONG);
            this.wait.set(this.other, LONG);
        });
    }

    @Test
    void aSettingWithoutATimeOutThatIsReplacedLeavesNoGarbage() {
        assertNoGarbage(() -> {
            this.wait.set(this.event);
            this.wait.set(this.other);
            this.wait.set(this.other, LONG);
        });
    }

    @Test
    void aSettingThatIsReplacedLeavesNoGarbage() {
        assertNoGarbage(() -> {
            this.wait.set(this.event, LONG);
            this.wait.set(this.other);
        });
    }

    @Test
    void aWaitWithATimeOutTakesLittle() {
        TpWait[] waits = new TpWait[TIMES];
        // The first one arms the clock, and classes are loaded.
        setOne().close();

        long before = allocated();
        for (int i = 0; i < TIMES; i++) {
            waits[i] = setOne();
        }
        long each = (allocated() - before) / TIMES;

        for (TpWait one : waits) {
            one.close();
        }
        assertThat(each).isLessThanOrEqualTo(128);
    }

    private TpWait setOne() {
        TpWait one = this.environment.wait((instance, context, self, result) -> {
        }, null);
        one.set(this.event, LONG);
        return one;
    }

    private void assertNoGarbage(Runnable settings) {
        // The first ones make what is used again, classes are loaded, and a post may have
        // to
        // start a thread; a setting's garbage would be there each time.
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = allocated();
            for (int i = 0; i < TIMES; i++) {
                settings.run();
            }
            least = Math.min(least, allocated() - before);
        }

        assertThat(least / TIMES).as("bytes for each round").isZero();
    }

    private long allocated() {
        return this.threads.getCurrentThreadAllocatedBytes();
    }

}
