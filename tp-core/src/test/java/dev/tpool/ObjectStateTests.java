package dev.tpool;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ObjectState}.
 */
class ObjectStateTests {

    private static final long ALL_FLAGS = ObjectState.QUEUED | ObjectState.WAITED | ObjectState.CLOSED
            | ObjectState.FREED | ObjectState.RELEASED | ObjectState.HELD | ObjectState.CREATING;

    @Test
    void aNewObjectIsQuiescentAndHasNoFlag() {
        assertThat(ObjectState.pending(0)).isZero();
        assertThat(ObjectState.running(0)).isZero();
        assertThat(ObjectState.isQuiescent(0)).isTrue();
        assertThat(ObjectState.is(0, ALL_FLAGS)).isFalse();
    }

    @Test
    void countsAndFlagsDoNotOverlap() {
        long full = ObjectState.MAX_PENDING + ObjectState.MAX_RUNNING * ObjectState.RUNNING_ONE;

        assertThat(full & ALL_FLAGS).isZero();
        assertThat(Long.bitCount(ALL_FLAGS)).isEqualTo(7);
        assertThat(ObjectState.pending(full)).isEqualTo(4_294_967_295L);
        assertThat(ObjectState.running(full)).isEqualTo(ObjectState.MAX_RUNNING);
        assertThat(ObjectState.pending(full | ALL_FLAGS)).isEqualTo(ObjectState.MAX_PENDING);
        assertThat(ObjectState.running(full | ALL_FLAGS)).isEqualTo(ObjectState.MAX_RUNNING);
    }

    @Test
    void thePoolMayRunAsManyCallbacksAsCanBeCounted() {
        assertThat(ObjectState.MAX_RUNNING).isEqualTo(1_048_575);
    }

    @ParameterizedTest
    @ValueSource(longs = { ObjectState.QUEUED, ObjectState.WAITED, ObjectState.CLOSED, ObjectState.FREED,
            ObjectState.RELEASED, ObjectState.HELD, ObjectState.CREATING })
    void aFlagIsSeenAndSaysNothingOfTheCounts(long flag) {
        assertThat(ObjectState.is(flag, flag)).isTrue();
        assertThat(ObjectState.is(flag, ALL_FLAGS & ~flag)).isFalse();
        assertThat(ObjectState.isQuiescent(flag)).isTrue();
        assertThat(ObjectState.isQuiescent(flag + ObjectState.PENDING_ONE)).isFalse();
        assertThat(ObjectState.isQuiescent(flag + ObjectState.RUNNING_ONE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = { ObjectState.PENDING_ONE, ObjectState.QUEUED, ObjectState.CLOSED })
    void anObjectIsNotIdleWithAPostAPlaceInTheQueueOrClosed(long state) {
        assertThat(ObjectState.isIdle(state)).isFalse();
        assertThat(ObjectState.isIdle(ObjectState.RUNNING_ONE | ObjectState.WAITED)).isTrue();
    }

    @Test
    void claimingTheLastPostGivesUpThePlaceInTheQueue() {
        long state = ObjectState.QUEUED | ObjectState.WAITED | ObjectState.PENDING_ONE;

        long next = ObjectState.claimed(state);

        assertThat(next).isEqualTo(ObjectState.WAITED | ObjectState.RUNNING_ONE);
    }

    @Test
    void claimingOneOfSeveralPostsKeepsThePlaceInTheQueue() {
        long state = ObjectState.QUEUED + 3 * ObjectState.PENDING_ONE + 2 * ObjectState.RUNNING_ONE;

        long next = ObjectState.claimed(state);

        assertThat(next).isEqualTo(ObjectState.QUEUED + 2 * ObjectState.PENDING_ONE + 3 * ObjectState.RUNNING_ONE);
    }

    @Test
    void nothingCanBeClaimedWhereNothingIsPendingOrTheObjectHasComeToItsEnd() {
        assertThat(ObjectState.isClaimable(ObjectState.QUEUED)).isFalse();
        assertThat(ObjectState.isClaimable(ObjectState.QUEUED | ObjectState.PENDING_ONE)).isTrue();
        assertThat(ObjectState.isClaimable(ObjectState.QUEUED | ObjectState.CLOSED | ObjectState.PENDING_ONE)).isTrue();
        assertThat(ObjectState
            .isClaimable(ObjectState.QUEUED | ObjectState.CLOSED | ObjectState.FREED | ObjectState.PENDING_ONE))
            .isFalse();
        assertThat(ObjectState
            .isClaimable(ObjectState.QUEUED | ObjectState.CLOSED | ObjectState.RELEASED | ObjectState.PENDING_ONE))
            .isFalse();
    }

    @Test
    void anObjectIsFreedOnceWhenItIsClosedQuiescentAndNotHeld() {
        assertThat(ObjectState.isToBeFreed(0)).isFalse();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED)).isTrue();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED | ObjectState.QUEUED | ObjectState.WAITED)).isTrue();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED + ObjectState.PENDING_ONE)).isFalse();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED + ObjectState.RUNNING_ONE)).isFalse();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED | ObjectState.FREED)).isFalse();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED | ObjectState.RELEASED | ObjectState.HELD)).isFalse();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED | ObjectState.CREATING)).isFalse();
        assertThat(ObjectState.isToBeFreed(ObjectState.CLOSED | ObjectState.RELEASED)).isTrue();
    }

    @Test
    void whoWaitsIsToldOnceNothingIsPendingOrInFlight() {
        long waited = ObjectState.WAITED;

        assertThat(ObjectState.isToBeTold(ObjectState.QUEUED | ObjectState.CLOSED)).isFalse();
        assertThat(ObjectState.isToBeTold(waited)).isTrue();
        assertThat(ObjectState.isToBeTold(waited + ObjectState.PENDING_ONE)).isFalse();
        assertThat(ObjectState.isToBeTold(waited | ObjectState.STARTED | ObjectState.IN_FLIGHT)).isFalse();
        assertThat(ObjectState.isToBeTold(waited | ObjectState.IN_FLIGHT)).isTrue();
        // They may be disassociated, which the state does not say.
        assertThat(ObjectState.isToBeTold(waited + 3 * ObjectState.RUNNING_ONE)).isTrue();
    }

    @Test
    void cancellingDropsWhatIsPendingAndNothingElse() {
        long state = ALL_FLAGS | ObjectState.MAX_PENDING | (7 * ObjectState.RUNNING_ONE);

        assertThat(ObjectState.withoutPending(state)).isEqualTo(ALL_FLAGS | (7 * ObjectState.RUNNING_ONE));
    }

    @Test
    void tooManyConcurrentPostersStillDoNotReachTheRunningCount() {
        long state = ObjectState.MAX_PENDING - ObjectState.PENDING_HEADROOM;

        long overshot = state + (ObjectState.PENDING_HEADROOM - 1) * ObjectState.PENDING_ONE;

        assertThat(ObjectState.running(overshot)).isZero();
        assertThat(ObjectState.pending(overshot)).isLessThan(ObjectState.MAX_PENDING);
    }

    @Test
    void whateverHappensExecutionsAndCancelledPostsAddUpToPosts() {
        Random random = new Random(20261121);
        long state = 0;
        long posts = 0;
        long executions = 0;
        long cancelled = 0;
        for (int i = 0; i < 100_000; i++) {
            int step = random.nextInt(10);
            if (step < 4) {
                state = (state + ObjectState.PENDING_ONE) | ObjectState.QUEUED;
                posts++;
            }
            else if (step < 7 && ObjectState.pending(state) > 0) {
                state = ObjectState.claimed(state);
            }
            else if (step < 9 && ObjectState.running(state) > 0) {
                state -= ObjectState.RUNNING_ONE;
                executions++;
            }
            else if (step == 9 && random.nextInt(20) == 0) {
                cancelled += ObjectState.pending(state);
                state = ObjectState.withoutPending(state);
            }
            assertThat(executions + cancelled + ObjectState.pending(state) + ObjectState.running(state))
                .isEqualTo(posts);
            assertThat(ObjectState.isQuiescent(state)).isEqualTo(executions + cancelled == posts);
            if (ObjectState.pending(state) > 0) {
                assertThat(ObjectState.is(state, ObjectState.QUEUED)).isTrue();
            }
        }
    }

}
