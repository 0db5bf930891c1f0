package dev.tpool.sync;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class TpCriticalSectionTests extends OwnedLockTests {

    @Override
    OwnedLock create(String name) {
        return TpCriticalSection.named(name);
    }

    @Nested
    class Spinning extends OwnedLockTests {

        @Override
        OwnedLock create(String name) {
            return TpCriticalSection.named(name, 4_000);
        }

    }

    @Test
    void speaksOfEntering() throws Exception {
        TpCriticalSection section = TpCriticalSection.of();

        section.enter();
        section.enterInterruptibly();
        assertThat(section.tryEnter()).isTrue();
        assertThat(section.tryEnter(Duration.ofSeconds(1))).isTrue();
        assertThat(section.holdCount()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            section.leave();
        }

        assertThat(section).hasToString("TpCriticalSection[unnamed, free, 0 waiting]");
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(section::leave);
    }

    @Test
    void spinsOnlyWhereThereIsAnotherProcessor() {
        int expected = (Runtime.getRuntime().availableProcessors() > 1) ? 4_000 : 0;

        assertThat(TpCriticalSection.of(4_000).spinCount()).isEqualTo(expected);
        assertThat(TpCriticalSection.of().spinCount()).isZero();
        assertThat(TpCriticalSection.named("statistics").spinCount()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> TpCriticalSection.named("statistics", -1))
            .withMessage("The spin count of critical section 'statistics' must be at least 0, not -1");
    }

    @Test
    void cannotBeEnteredAnyMoreIfItsOwnerEndedInside() throws Exception {
        TpCriticalSection section = TpCriticalSection.named("statistics");
        Thread ended = endedOwner(section);

        assertThatIllegalStateException().isThrownBy(section::enter)
            .withMessageContaining("statistics")
            .withMessageContaining("'" + ended.getName() + "', which has ended");
        assertThatIllegalStateException().isThrownBy(section::enterInterruptibly);
        assertThatIllegalStateException().isThrownBy(section::tryEnter);
        assertThatIllegalStateException().isThrownBy(() -> section.tryEnter(Duration.ZERO));
        assertThatIllegalStateException().isThrownBy(() -> section.asLock().lock());
        assertThat(section.owner()).isSameAs(ended);
        assertThat(section.waiting()).isZero();
    }

    @Test
    void anOwnerThatLeftBeforeItEndedIsNoOffence() throws Exception {
        TpCriticalSection section = TpCriticalSection.of();
        Background<Void> visitor = Background.run(() -> {
            section.enter();
            section.leave();
        });
        visitor.result();

        // As one does who saw the owner and asked too late whether it was alive.
        assertThat(section.takeFromEnded(visitor.thread())).isFalse();
        assertThat(section.tryEnter()).isTrue();
    }

    @Test
    void thoseWhoWaitLearnThatTheOwnerEndedInside() throws Exception {
        TpCriticalSection section = TpCriticalSection.of(100);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        Background.run(() -> {
            section.enter();
            inside.countDown();
            end.await();
        });
        inside.await();
        Background<Void> first = Background.run(section::enter);
        await().until(() -> section.waiting() == 1);
        Background<Void> second = Background.run(section::enterInterruptibly);
        await().until(() -> section.waiting() == 2);

        end.countDown();

        assertThatIllegalStateException().isThrownBy(first::result);
        assertThatIllegalStateException().isThrownBy(second::result);
        assertThat(section.waiting()).isZero();
    }

}
