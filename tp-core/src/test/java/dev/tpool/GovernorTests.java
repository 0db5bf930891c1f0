package dev.tpool;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the {@link Governor} makes of two looks at a worker.
 */
class GovernorTests {

    private static final long IN_JAVA = -1;

    private final Governor.Sample sample = new Governor.Sample();

    @Test
    void oneLookIsNotEnough() {
        assertThat(this.sample.isBlockedSince(0, true, IN_JAVA)).isFalse();
    }

    @Test
    void aWorkerThatWaitsAtTwoLooksIsBlocked() {
        this.sample.isBlockedSince(7, true, IN_JAVA);

        assertThat(this.sample.isBlockedSince(7, true, IN_JAVA)).isTrue();
        assertThat(this.sample.isBlockedSince(7, true, IN_JAVA)).isTrue();
    }

    @Test
    void aWorkerThatWaitsInAnotherCallbackIsNot() {
        this.sample.isBlockedSince(7, true, IN_JAVA);

        assertThat(this.sample.isBlockedSince(8, true, IN_JAVA)).isFalse();
    }

    @Test
    void aWorkerInNativeCodeIsBlockedIfItsProcessorTimeStandsStill() {
        this.sample.isBlockedSince(7, false, 1_000);

        assertThat(this.sample.isBlockedSince(7, false, 1_000)).isTrue();
        assertThat(this.sample.isBlockedSince(7, false, 1_001)).isFalse();
        assertThat(this.sample.isBlockedSince(7, false, 1_001)).isTrue();
    }

    @Test
    void aWorkerThatComputesIsNeverBlocked() {
        this.sample.isBlockedSince(7, false, IN_JAVA);

        assertThat(this.sample.isBlockedSince(7, false, IN_JAVA)).isFalse();
    }

    @Test
    void aWorkerThatWaitedAndThenComputesIsNotBlocked() {
        this.sample.isBlockedSince(7, true, IN_JAVA);

        assertThat(this.sample.isBlockedSince(7, false, IN_JAVA)).isFalse();
        assertThat(this.sample.isBlockedSince(7, true, IN_JAVA)).isFalse();
    }

    @Test
    void whatWasForgottenDoesNotCount() {
        this.sample.isBlockedSince(7, true, IN_JAVA);

        this.sample.forget();

        assertThat(this.sample.isBlockedSince(7, true, IN_JAVA)).isFalse();
    }

}
