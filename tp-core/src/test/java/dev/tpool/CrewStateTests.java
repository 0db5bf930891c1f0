package dev.tpool;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CrewState}.
 */
class CrewStateTests {

    @Test
    void aNewCrewHasNobodyAndIsOpen() {
        assertThat(CrewState.alive(0)).isZero();
        assertThat(CrewState.idle(0)).isZero();
        assertThat(CrewState.searching(0)).isZero();
        assertThat(CrewState.isClosed(0)).isFalse();
    }

    @Test
    void countsDoNotOverlap() {
        long state = 3 * CrewState.ALIVE_ONE + 5 * CrewState.IDLE_ONE + 7 * CrewState.SEARCHING_ONE;

        assertThat(CrewState.alive(state)).isEqualTo(3);
        assertThat(CrewState.idle(state)).isEqualTo(5);
        assertThat(CrewState.searching(state)).isEqualTo(7);
        assertThat(CrewState.isClosed(state)).isFalse();
        assertThat(CrewState.isClosed(state | CrewState.CLOSED)).isTrue();
    }

    @Test
    void eachCountTakesAsManyAsAPoolMayHaveThreads() {
        long most = ObjectState.MAX_RUNNING;
        long state = (most * CrewState.ALIVE_ONE + most * CrewState.IDLE_ONE + most * CrewState.SEARCHING_ONE)
                | CrewState.CLOSED;

        assertThat(CrewState.alive(state)).isEqualTo(ObjectState.MAX_RUNNING);
        assertThat(CrewState.idle(state)).isEqualTo(ObjectState.MAX_RUNNING);
        assertThat(CrewState.searching(state)).isEqualTo(ObjectState.MAX_RUNNING);
        assertThat(CrewState.isClosed(state)).isTrue();
    }

    @Test
    void aWorkerGoesThroughItsLifeWithoutLeavingATrace() {
        long closed = CrewState.CLOSED;

        long started = closed + CrewState.ALIVE_ONE + CrewState.SEARCHING_ONE;
        long parked = started + CrewState.IDLE_ONE - CrewState.SEARCHING_ONE;
        long woken = parked + CrewState.SEARCHING_ONE - CrewState.IDLE_ONE;
        long left = woken - CrewState.SEARCHING_ONE - CrewState.ALIVE_ONE;

        assertThat(CrewState.idle(parked)).isEqualTo(1);
        assertThat(CrewState.searching(parked)).isZero();
        assertThat(woken).isEqualTo(started);
        assertThat(left).isEqualTo(closed);
    }

}
