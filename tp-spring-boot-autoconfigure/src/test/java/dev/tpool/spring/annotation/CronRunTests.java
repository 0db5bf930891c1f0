package dev.tpool.spring.annotation;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * After which moment {@link CronRun} looks for the next one.
 */
class CronRunTests {

    private static final Instant DUE = Instant.parse("2030-01-01T12:00:00Z");

    @Test
    void leavesOutWhatHasPassedUnlessItCatchesUp() {
        Instant now = DUE.plusSeconds(5);

        assertThat(CronRun.after(false, DUE, now, Duration.ofMillis(1))).isEqualTo(now);
        assertThat(CronRun.after(true, DUE, now, Duration.ofMillis(1))).isEqualTo(DUE);
    }

    @Test
    void servesNoMomentTwiceThoughTheClockIsSetBack() {
        Instant now = DUE.minusSeconds(3600);

        assertThat(CronRun.after(false, DUE, now, Duration.ofHours(-1))).isEqualTo(DUE);
        assertThat(CronRun.after(true, DUE, now, Duration.ofHours(-1))).isEqualTo(DUE);
    }

    @Test
    void doesNotCatchUpWithWhatTheClockHasJumpedOver() {
        Instant now = DUE.plusSeconds(3600 + 5);

        assertThat(CronRun.after(true, DUE, now, Duration.ofHours(1))).isEqualTo(DUE.plusSeconds(3600));
        assertThat(CronRun.after(true, DUE, now, Duration.ofHours(2))).isEqualTo(now);
    }

}
