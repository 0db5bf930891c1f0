package dev.tpool.spring.annotation;

import java.util.ArrayList;
import java.util.List;

import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpWaitable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Turns}.
 */
class TurnsTests {

    private final Turns turns = new Turns((key) -> new EntryLock.OfMutex(TpMutex.named(key)));

    private final List<String> told = new ArrayList<>();

    private TurnStep step(Object key) {
        return new TurnStep(this.turns, key);
    }

    private TurnStep waiting(Object key, String name) {
        TurnStep step = step(key);
        step.await(new TpWaitable.Waiter() {

            @Override
            public boolean claim() {
                return true;
            }

            @Override
            public void signalled() {
                TurnsTests.this.told.add(name);
            }

        });
        return step;
    }

    @Test
    void aMillionKeysLeaveNothingBehind() {
        for (int i = 0; i < 1_000_000; i++) {
            TurnStep step = step("key-" + i);
            assertThat(step.tryTake()).isTrue();
            step.giveBack();
        }

        assertThat(this.turns.size()).isZero();
    }

    @Test
    void theFirstHasTheTurnAndTheOthersFollowInOrder() {
        TurnStep first = waiting("a", "first");
        TurnStep second = waiting("a", "second");
        TurnStep third = waiting("a", "third");
        assertThat(this.told).containsExactly("first");
        assertThat(step("a").tryTake()).isFalse();
        assertThat(second.lock()).isSameAs(first.lock());

        second.giveBack();
        assertThat(this.told).containsExactly("first");
        first.giveBack();
        assertThat(this.told).containsExactly("first", "third");
        third.giveBack();
        third.giveBack();
        assertThat(this.turns.size()).isZero();
    }

    @Test
    void thoseBehindTheFirstWait() {
        EntryLock lock = new EntryLock.OfMutex(TpMutex.named("a"));
        assertThat(this.turns.waiting(lock)).isZero();
        TurnStep first = waiting(lock, "first");
        assertThat(this.turns.waiting(lock)).isZero();
        TurnStep second = waiting(lock, "second");
        TurnStep third = waiting(lock, "third");
        waiting("a", "key");

        assertThat(this.turns.waiting(lock)).isEqualTo(2);
        first.giveBack();
        assertThat(this.turns.waiting(lock)).isEqualTo(1);
        second.giveBack();
        third.giveBack();
        assertThat(this.turns.waiting(lock)).isZero();
    }

    @Test
    void aKeyAndALockOfThatNameAreTwo() {
        EntryLock lock = new EntryLock.OfMutex(TpMutex.named("a"));
        TurnStep named = step(lock);
        TurnStep again = step(new EntryLock.OfMutex(((EntryLock.OfMutex) lock).mutex()));
        assertThat(step("a").tryTake()).isTrue();
        assertThat(named.tryTake()).isTrue();
        assertThat(again.tryTake()).isFalse();

        assertThat(this.turns.size()).isEqualTo(2);
    }

}
