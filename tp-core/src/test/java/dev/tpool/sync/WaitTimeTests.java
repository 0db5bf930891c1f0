package dev.tpool.sync;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WaitTimeTests {

    @Test
    void isInNanoseconds() {
        assertThat(WaitTime.of(Duration.ofMillis(3))).isEqualTo(3_000_000);
        assertThat(WaitTime.of(Duration.ZERO)).isZero();
        assertThat(WaitTime.of(Duration.ofNanos(-7))).isEqualTo(-7);
    }

    @Test
    void isForEverIfItIsTooLong() {
        assertThat(WaitTime.of(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(WaitTime.FOREVER);
        assertThat(WaitTime.of(Duration.ofSeconds(Long.MIN_VALUE))).isNegative();
    }

    @Test
    void runsOutUnlessItIsForEver() {
        long aSecondAgo = System.nanoTime() - 1_000_000_000;

        assertThat(WaitTime.left(5_000_000_000L, aSecondAgo)).isBetween(0L, 4_000_000_000L);
        assertThat(WaitTime.left(1_000_000_000L, aSecondAgo)).isNotPositive();
        assertThat(WaitTime.left(WaitTime.FOREVER - 1, aSecondAgo)).isPositive();
        assertThat(WaitTime.left(WaitTime.FOREVER, aSecondAgo)).isEqualTo(WaitTime.FOREVER);
    }

}
