package dev.tpool;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Gathering}, with a worker and posters that are played.
 */
class GatheringTests {

    private final Gathering gathering = new Gathering();

    private long now = 1_000_000;

    private long begun;

    /** The pauses of the last moments without work. */
    private int pauses;

    /**
     * A worker without work, again and again.
     * @param nanosWithout how long it takes until the next time if it looks at once
     * @param nanosWith how long if it pauses
     * @param callbacksWith how many it runs then, instead of one
     */
    private void idle(int times, long nanosWithout, long nanosWith, int callbacksWith) {
        this.pauses = 0;
        for (int i = 0; i < times; i++) {
            if (this.gathering.idle(this.now, this.begun) > 0) {
                this.pauses++;
                this.now += nanosWith;
                this.begun += callbacksWith;
            }
            else {
                this.now += nanosWithout;
                this.begun++;
            }
        }
    }

    @Test
    void aStreamOfPostsThatGetsFasterIsLeftAloneForMoments() {
        idle(1_000, 150, 7_000, 70);
        idle(10_000, 150, 7_000, 70);

        // Now and then it looks whether it would be as fast without.
        assertThat(this.pauses).isBetween(5_000, 9_000);
    }

    @Test
    void whoWaitsForEachCallbackIsHardlyEverKeptWaiting() {
        idle(100_000, 300, 6_200, 1);
        idle(100_000, 300, 6_200, 1);

        assertThat(this.pauses).isLessThan(100);
    }

    @Test
    void someWhoWaitForEachOfTheirsAreHardlyEverKeptWaiting() {
        idle(100_000, 100, 6_400, 8);
        idle(100_000, 100, 6_400, 8);

        assertThat(this.pauses).isLessThan(100);
    }

    @Test
    void whatComesNowAndThenIsNeverKeptWaiting() {
        idle(100_000, 25_000, 25_000, 1);

        assertThat(this.pauses).isZero();
    }

    @Test
    void thePausesEndSoonAfterTheStreamDoes() {
        idle(10_000, 150, 7_000, 70);
        idle(100_000, 300, 6_200, 1);

        assertThat(this.pauses).isLessThan(200);
    }

    @Test
    void aStreamIsFoundAgain() {
        idle(100_000, 300, 6_200, 1);
        idle(100_000, 150, 7_000, 70);
        idle(10_000, 150, 7_000, 70);

        assertThat(this.pauses).isGreaterThan(5_000);
    }

    @Test
    void thePausesEndIfTheStreamBecomesOneOfLongCallbacks() {
        idle(10_000, 150, 7_000, 70);
        idle(1_000, 22_000, 23_000, 1);

        assertThat(this.pauses).isLessThan(20);
    }

    @Test
    void aFewLongCallbacksDoNotEndThePauses() {
        idle(10_000, 150, 7_000, 70);
        int gathered = 0;
        for (int i = 0; i < 100; i++) {
            idle(1, 60_000, 60_000, 1);
            idle(20, 150, 7_000, 70);
            gathered += this.pauses;
        }

        assertThat(gathered).isGreaterThan(1_000);
    }

    @Test
    void burstsThatAreNoFasterWithAPauseAreHardlyEverKeptWaiting() {
        int delayed = 0;
        long idles = 0;
        // Twenty callbacks in 3 microseconds, then nothing for 15, whatever the worker
        // does.
        for (int burst = 0; burst < 20_000; burst++) {
            long end = this.now + 18_000;
            int arrived = 0;
            while (arrived < 20) {
                idles++;
                long pause = this.gathering.idle(this.now, this.begun);
                delayed += (pause > 0) ? 1 : 0;
                int came = (pause > 0) ? 20 - arrived : 1;
                this.now += (pause > 0) ? pause + 60L * came : 150;
                arrived += came;
                this.begun += came;
            }
            this.now = end;
        }

        assertThat(delayed).isLessThan((int) (idles / 100));
    }

    @Test
    void whoWaitsForEachCallbackIsHardlyEverKeptWaitingThoughThePaceChanges() {
        int delayed = 0;
        for (int phase = 0; phase < 10_000; phase++) {
            idle(200, 1_200, 6_700, 1);
            delayed += this.pauses;
            idle(80, 12_200, 13_200, 1);
            delayed += this.pauses;
        }

        assertThat(delayed).isLessThan(28_000);
    }

    @Test
    void callbacksThatOnlyComeWithPausesSinceOthersRunThemOtherwiseAreNoReasonToPause() {
        idle(100, 150, 6_200, 1);
        for (int i = 0; i < 100_000; i++) {
            long pause = this.gathering.idle(this.now, this.begun);
            this.now += 200 + pause;
            this.begun += (pause > 0) ? 1 : 0;
            this.pauses += (pause > 0) ? 1 : 0;
        }

        assertThat(this.pauses).isLessThan(1_000);
    }

    @Test
    void aClockThatIsNegativeAtFirstIsAsGood() {
        this.now = -1_000_000_000_000L;
        idle(100_000, 300, 6_200, 1);
        assertThat(this.pauses).isLessThan(200);

        idle(100_000, 150, 7_000, 70);
        assertThat(this.pauses).isGreaterThan(40_000);
    }

    @Test
    void whatOthersRanInsteadIsNoReasonToPause() {
        for (int i = 0; i < 100_000; i++) {
            long pause = this.gathering.idle(this.now, 0);
            this.now += 200 + pause;
            this.pauses += (pause > 0) ? 1 : 0;
        }

        assertThat(this.pauses).isLessThan(1_000);
    }

}
