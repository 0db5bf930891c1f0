package dev.tpool;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StandBy}.
 */
class StandByTests {

    private final StandBy standBy = new StandBy(100, 400);

    private StandBy.Pace look(long elapsed, long ran, int workers) {
        this.standBy.begin(-5_000, 50);
        return this.standBy.look(elapsed - 5_000, 50 + ran, workers);
    }

    @Test
    void callbacksThatAreBegunOneSoonAfterTheOtherAreBrisk() {
        assertThat(look(200_000, 100, 1)).isEqualTo(StandBy.Pace.BRISK);
        assertThat(look(16_000, 100, 1)).isEqualTo(StandBy.Pace.BRISK);
    }

    @Test
    void callbacksThatAreOverAtOnceAreShort() {
        assertThat(look(15_000, 100, 1)).isEqualTo(StandBy.Pace.SHORT);
    }

    @Test
    void thoseOfManyWorkersAreNotShortBecauseTheyAreMany() {
        assertThat(look(15_000, 100, 2)).isEqualTo(StandBy.Pace.BRISK);
        assertThat(look(7_500, 100, 2)).isEqualTo(StandBy.Pace.SHORT);
    }

    @Test
    void callbacksThatComeMoreSeldomAreSlow() {
        assertThat(look(200_100, 100, 1)).isEqualTo(StandBy.Pace.SLOW);
        assertThat(look(100, 0, 1)).isEqualTo(StandBy.Pace.SLOW);
    }

    @Test
    void eachLookIsAboutTheTimeSinceTheLastOne() {
        this.standBy.begin(1_000, 50);

        assertThat(this.standBy.look(2_000, 60, 1)).isEqualTo(StandBy.Pace.SHORT);
        assertThat(this.standBy.look(402_000, 60, 1)).isEqualTo(StandBy.Pace.SLOW);
        assertThat(this.standBy.look(403_000, 61, 1)).isEqualTo(StandBy.Pace.BRISK);
    }

    @Test
    void callbacksOfAWorkerThatHasLeftCountAsNone() {
        this.standBy.begin(1_000, 50);

        assertThat(this.standBy.look(3_000, 10, 1)).isEqualTo(StandBy.Pace.SLOW);
        assertThat(this.standBy.look(4_000, 20, 1)).isEqualTo(StandBy.Pace.SHORT);
    }

    @Test
    void itLooksLessOftenTheLongerNobodyNeedsIt() {
        assertThat(this.standBy.nanosToNextLook()).isEqualTo(100);
        assertThat(this.standBy.nanosToNextLook()).isEqualTo(200);
        assertThat(this.standBy.nanosToNextLook()).isEqualTo(400);
        assertThat(this.standBy.nanosToNextLook()).isEqualTo(400);

        this.standBy.wasNeeded();

        assertThat(this.standBy.nanosToNextLook()).isEqualTo(100);
    }

    @Test
    void itComesWithinAMillisecondEvenIfThoseItWatchesGotStuckRightAfterALook() {
        StandBy usual = new StandBy();
        long next = 0;
        for (int i = 0; i < 10; i++) {
            next = usual.nanosToNextLook();
        }

        assertThat(2 * next).isLessThan(1_000_000);
    }

}
