package dev.tpool;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the {@link Governor} makes of its looks at a worker.
 */
class GovernorTests {

    private static final long WINDOW = Governor.Sample.WINDOW;

    private final Governor.Sample sample = new Governor.Sample();

    private long now;

    private long cpuTime = 1_000_000;

    private boolean inNative = true;

    private int asked;

    private final Governor.Meter meter = new Governor.Meter() {

        @Override
        public long cpuTime() {
            GovernorTests.this.asked++;
            return GovernorTests.this.cpuTime;
        }

        @Override
        public boolean isInNative() {
            return GovernorTests.this.inNative;
        }

    };

    /**
     * A look at a runnable thread, so much time after the last one.
     */
    private boolean look(long later, long execution) {
        return look(later, execution, false);
    }

    private boolean look(long later, long execution, boolean late) {
        this.now += later;
        return this.sample.standsStill(this.now, execution, late, this.meter);
    }

    @Test
    void oneLookIsNotEnough() {
        assertThat(this.sample.waits(0)).isFalse();
    }

    @Test
    void aWorkerThatWaitsAtTwoLooksIsBlocked() {
        this.sample.waits(7);

        assertThat(this.sample.waits(7)).isTrue();
        assertThat(this.sample.waits(7)).isTrue();
    }

    @Test
    void aWorkerThatWaitsInAnotherCallbackIsNot() {
        this.sample.waits(7);

        assertThat(this.sample.waits(8)).isFalse();
    }

    @Test
    void aWorkerInNativeCodeIsBlockedIfItsProcessorTimeStandsStillLongEnough() {
        assertThat(look(0, 7)).isFalse();
        assertThat(look(WINDOW - 1, 7)).isFalse();
        assertThat(look(1, 7)).isTrue();
    }

    @Test
    void aWorkerThatHadAShareOfTheProcessorIsNot() {
        look(0, 7);

        assertThat(this.sample.undecidedUntil()).isEqualTo(WINDOW);
        this.cpuTime += WINDOW / 50;

        assertThat(look(WINDOW, 7)).isFalse();
        assertThat(this.sample.undecidedUntil()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aWorkerThatHardlyDoesAnythingBetweenItsReadsIsBlocked() {
        look(0, 7);

        this.cpuTime += WINDOW / 51;

        assertThat(look(WINDOW, 12)).isTrue();
    }

    @Test
    void aWorkerThatRunsJavaCodeIsNeverBlockedHoweverStillItStands() {
        this.inNative = false;
        look(0, 7);

        assertThat(look(WINDOW, 7)).isFalse();
        assertThat(look(10 * WINDOW, 7)).isFalse();
    }

    @Test
    void aLookThatComesLateProvesNothing() {
        look(0, 7);

        assertThat(look(10 * WINDOW, 7, true)).isFalse();
        assertThat(look(WINDOW, 7)).isTrue();
        assertThat(look(10 * WINDOW, 7, true)).isTrue();
    }

    @Test
    void aWorkerThatGoesOnIsBlockedNoMoreOnceItIsMeasuredAgain() {
        look(0, 7);
        look(WINDOW, 7);
        this.cpuTime += WINDOW;

        assertThat(look(WINDOW, 7)).isTrue();
        assertThat(look(WINDOW, 7)).isFalse();
        assertThat(look(1, 7)).isFalse();
    }

    @Test
    void aWorkerThatStaysWhereItIsIsMeasuredLessAndLess() {
        for (int i = 0; i <= 1_000; i++) {
            look(WINDOW, 7);
        }

        assertThat(this.asked).isBetween(10, 20);
    }

    @Test
    void aWorkerThatComesToAnotherCallbackIsMeasuredSoon() {
        for (int i = 0; i < 100; i++) {
            look(WINDOW, 7);
        }
        this.cpuTime += 100 * WINDOW;

        assertThat(look(WINDOW, 8)).isFalse();
    }

    @Test
    void aLightWorkerIsBlockedWheneverItIsInNativeCode() {
        becomeLight();

        assertThat(look(1, 70)).isTrue();
        this.inNative = false;
        assertThat(look(1, 71)).isFalse();
        this.inNative = true;
        assertThat(look(1, 72)).isTrue();
    }

    @Test
    void aLightWorkerThatBeginsToComputeIsNotLightAnyMore() {
        becomeLight();
        this.cpuTime += WINDOW / 2;

        assertThat(look(WINDOW, 70)).isFalse();
    }

    @Test
    void whatWasBeforeALateLookMakesNobodyLight() {
        becomeLight();

        assertThat(look(1, 70, true)).isFalse();
        assertThat(look(1, 71)).isFalse();
    }

    /**
     * Has a twentieth of a processor, which is too much to stand still.
     */
    private void becomeLight() {
        look(0, 7);
        for (int i = 0; i < 4; i++) {
            this.cpuTime += WINDOW / 20;
            look(WINDOW, 8 + i);
        }
    }

    @Test
    void whatAWorkerHadInOneCallbackDoesNotCountAgainstTheNext() {
        look(0, 7);
        this.cpuTime += WINDOW / 4;

        assertThat(look(WINDOW / 2, 8)).isFalse();
        assertThat(this.sample.undecidedUntil()).isEqualTo(this.now + WINDOW);
        assertThat(look(WINDOW - 1, 8)).isFalse();
        assertThat(look(1, 8)).isTrue();
    }

    @Test
    void aNextCallbackThatRunsJavaCodeIsNotWaitedFor() {
        look(0, 7);
        this.cpuTime += WINDOW / 4;
        this.inNative = false;

        look(WINDOW / 2, 8);

        assertThat(this.sample.undecidedUntil()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aWorkerThatWaitsSeemsBlockedAtOnce() {
        this.sample.waits(7);

        assertThat(guess(7)).isEqualTo(Governor.Guess.SEEMS_BLOCKED);
        assertThat(guess(8)).isEqualTo(Governor.Guess.RUNS);
    }

    @Test
    void aWorkerInNativeCodeIsNewAtFirstAndThenSeemsBlockedIfItStandsStill() {
        look(0, 7);
        assertThat(guess(7)).isEqualTo(Governor.Guess.IS_NEW);

        look(WINDOW / 5, 7);
        assertThat(guess(7)).isEqualTo(Governor.Guess.SEEMS_BLOCKED);

        this.cpuTime += WINDOW / 50;
        assertThat(guess(7)).isEqualTo(Governor.Guess.RUNS);
    }

    @Test
    void aWorkerThatRunsJavaCodeOrIsInAnotherCallbackNeverSeemsBlocked() {
        look(0, 7);
        look(WINDOW / 5, 7);

        assertThat(guess(8)).isEqualTo(Governor.Guess.RUNS);
        this.inNative = false;
        assertThat(guess(7)).isEqualTo(Governor.Guess.RUNS);
    }

    @Test
    void aWorkerOfWhomNothingIsKnownRuns() {
        assertThat(guess(7)).isEqualTo(Governor.Guess.RUNS);
    }

    @Test
    void whereBlockingIsUsualHalfTheTimeIsEnough() {
        this.sample.use(Governor.Sample.SHORT_WINDOW);
        look(0, 7);

        assertThat(this.sample.undecidedUntil()).isEqualTo(WINDOW / 2);
        assertThat(look(WINDOW / 2 - 1, 7)).isFalse();
        assertThat(look(1, 7)).isTrue();
    }

    private Governor.Guess guess(long execution) {
        return this.sample.guess(this.now, execution, this.meter);
    }

    @Test
    void aThreadThatHasEndedIsNotBlocked() {
        this.cpuTime = -1;

        assertThat(look(0, 7)).isFalse();
        assertThat(look(WINDOW, 7)).isFalse();
    }

    @Test
    void aWorkerThatWaitedAndThenComputesIsNotBlocked() {
        this.sample.waits(7);
        this.sample.waits(7);

        assertThat(look(WINDOW, 7)).isFalse();
        assertThat(this.sample.waits(7)).isFalse();
    }

    @Test
    void theMeasurementBeginsAnewAfterAWait() {
        look(0, 7);
        this.sample.waits(7);

        assertThat(look(WINDOW, 7)).isFalse();
        assertThat(this.sample.undecidedUntil()).isEqualTo(this.now + WINDOW);
    }

    @Test
    void whatWasForgottenDoesNotCount() {
        this.sample.waits(7);
        this.sample.forget();

        assertThat(this.sample.waits(7)).isFalse();

        look(0, 7);
        look(WINDOW, 7);
        this.sample.forget();

        assertThat(look(WINDOW, 7)).isFalse();
    }

}
