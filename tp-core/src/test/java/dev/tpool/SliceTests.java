package dev.tpool;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Slice}.
 */
class SliceTests {

    private static final long MICRO = 1_000;

    private final Slice slice = new Slice();

    private long now;

    private void passSlice(long nanosEach) {
        for (int i = 0; i < this.slice.length(); i++) {
            this.slice.count();
            this.now += nanosEach;
        }
        assertThat(this.slice.isOver()).isTrue();
        this.slice.next(this.now);
    }

    @Test
    void isOneCallbackAtFirst() {
        assertThat(this.slice.isOver()).isTrue();
        this.slice.next(this.now);

        assertThat(this.slice.length()).isEqualTo(1);
        assertThat(this.slice.isOver()).isFalse();
    }

    @Test
    void growsWhileCallbacksAreShort() {
        this.slice.next(this.now);
        for (int length = 1; length < 64; length *= 2) {
            assertThat(this.slice.length()).isEqualTo(length);
            passSlice(MICRO);
        }
        passSlice(MICRO);
        assertThat(this.slice.length()).isEqualTo(64);
    }

    @Test
    void staysAtOneWhileCallbacksTakeLong() {
        this.slice.next(this.now);
        for (int i = 0; i < 5; i++) {
            passSlice(200 * MICRO);
            assertThat(this.slice.length()).isEqualTo(1);
        }
    }

    @Test
    void isOneAgainAfterACallbackThatTookLong() {
        this.slice.next(this.now);
        for (int i = 0; i < 10; i++) {
            passSlice(MICRO / 10);
        }
        this.now += 10_000 * MICRO;
        passSlice(0);

        assertThat(this.slice.length()).isEqualTo(1);
    }

    @Test
    void doesNotChangeForTimeWithoutWork() {
        this.slice.next(this.now);
        passSlice(MICRO);
        passSlice(MICRO);
        int length = this.slice.length();
        this.slice.idle();
        this.now += 1_000_000 * MICRO;

        assertThat(this.slice.isOver()).isTrue();
        assertThat(this.slice.nextAfterIdleness()).isTrue();
        assertThat(this.slice.isOver()).isFalse();
        assertThat(this.slice.length()).isEqualTo(length);
    }

    @Test
    void isMeasuredAgainFromTheSecondOneAfterTimeWithoutWork() {
        this.slice.idle();
        assertThat(this.slice.nextAfterIdleness()).isTrue();
        passSlice(MICRO);
        assertThat(this.slice.length()).isEqualTo(1);

        assertThat(this.slice.nextAfterIdleness()).isFalse();
        passSlice(MICRO);
        assertThat(this.slice.length()).isEqualTo(2);
    }

}
