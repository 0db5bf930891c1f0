package dev.tpool;

import org.junit.jupiter.api.Test;

import static dev.tpool.StarvationWatch.FIRST_AFTER;
import static dev.tpool.StarvationWatch.LAST_AFTER;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StarvationWatch}.
 */
class StarvationWatchTests {

    private final StarvationWatch watch = new StarvationWatch();

    private long now;

    private boolean stuck(long later, long completed) {
        this.now += later;
        return this.watch.isToBeReported(this.now, true, completed);
    }

    @Test
    void isReportedOnceAfterAWhile() {
        assertThat(stuck(0, 5)).isFalse();
        assertThat(stuck(FIRST_AFTER - 1, 5)).isFalse();
        assertThat(stuck(1, 5)).isTrue();
        assertThat(this.watch.stuckFor(this.now)).isEqualTo(FIRST_AFTER);
        assertThat(stuck(LAST_AFTER, 5)).isFalse();
    }

    @Test
    void whoComputesGetsOn() {
        stuck(0, 5);
        this.now += FIRST_AFTER - 1;
        assertThat(this.watch.isToBeReported(this.now, false, 0)).isFalse();

        assertThat(stuck(1, 5)).isFalse();
        assertThat(stuck(FIRST_AFTER - 1, 5)).isFalse();
        assertThat(stuck(1, 5)).isTrue();
    }

    @Test
    void aCallbackThatEndsIsProgress() {
        stuck(0, 5);

        assertThat(stuck(FIRST_AFTER, 6)).isFalse();
        assertThat(stuck(FIRST_AFTER, 6)).isTrue();
    }

    @Test
    void aPoolThatMayGrowOrHasSomebodyIdleGetsOn() {
        stuck(0, 5);
        this.watch.getsOn();

        assertThat(stuck(FIRST_AFTER, 5)).isFalse();
        assertThat(stuck(FIRST_AFTER, 5)).isTrue();
    }

    @Test
    void isReportedAgainOnlyAfterTwiceAsLong() {
        stuck(0, 5);
        stuck(FIRST_AFTER, 5);

        stuck(0, 6);
        assertThat(stuck(2 * FIRST_AFTER - 1, 6)).isFalse();
        assertThat(stuck(1, 6)).isTrue();

        stuck(0, 7);
        assertThat(stuck(4 * FIRST_AFTER - 1, 7)).isFalse();
        assertThat(stuck(1, 7)).isTrue();
    }

    @Test
    void isAlwaysReportedAfterTheLongestTime() {
        for (int i = 0; i < 20; i++) {
            stuck(0, i);
            assertThat(stuck(LAST_AFTER, i)).isTrue();
        }
    }

    @Test
    void beginsAnewWhenTheBacklogIsGone() {
        stuck(0, 5);
        stuck(FIRST_AFTER, 5);
        this.watch.reset();

        assertThat(stuck(0, 5)).isFalse();
        assertThat(stuck(FIRST_AFTER, 5)).isTrue();
    }

}
