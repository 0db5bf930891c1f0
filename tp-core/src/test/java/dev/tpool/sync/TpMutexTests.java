package dev.tpool.sync;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class TpMutexTests extends OwnedLockTests {

    @Override
    OwnedLock create(String name) {
        return TpMutex.named(name);
    }

    @Test
    void speaksOfLocking() throws Exception {
        TpMutex mutex = TpMutex.of();

        mutex.lock();
        mutex.lockInterruptibly();
        assertThat(mutex.tryLock()).isTrue();
        assertThat(mutex.tryLock(Duration.ZERO)).isTrue();
        assertThat(mutex.holdCount()).isEqualTo(4);
        assertThat(mutex.wasAbandoned()).isFalse();
        for (int i = 0; i < 4; i++) {
            mutex.unlock();
        }

        assertThat(mutex).hasToString("TpMutex[unnamed, free, 0 waiting]");
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(mutex::unlock);
    }

    @Test
    void theNextOneLearnsThatTheMutexWasAbandoned() throws Exception {
        TpMutex mutex = TpMutex.named("ledger");
        Thread ended = endedOwner(mutex);
        assertThat(mutex.owner()).isSameAs(ended);
        assertThat(mutex.wasAbandoned()).isFalse();
        assertThat(mutex)
            .hasToString("TpMutex[ledger, owned by thread '" + ended.getName() + "', which has ended, 0 waiting]");

        mutex.lock();

        assertThat(mutex.owner()).isSameAs(Thread.currentThread());
        assertThat(mutex.holdCount()).isEqualTo(1);
        assertThat(mutex.wasAbandoned()).isTrue();
        assertThat(Background.start(mutex::wasAbandoned).result()).isFalse();
        mutex.lock();
        mutex.unlock();
        assertThat(mutex.wasAbandoned()).isTrue();
        mutex.unlock();
        mutex.lock();
        assertThat(mutex.wasAbandoned()).isFalse();
    }

    @Test
    void isInOrderAgainForTheNextOneHoweverItWasUnlocked() throws Exception {
        TpMutex mutex = TpMutex.of();
        endedOwner(mutex);
        mutex.lock();
        assertThat(mutex.wasAbandoned()).isTrue();

        mutex.asLock().unlock();

        mutex.lock();
        assertThat(mutex.wasAbandoned()).isFalse();
    }

    @Test
    void anAbandonedMutexIsTakenWithoutWaiting() throws Exception {
        TpMutex mutex = TpMutex.of();
        endedOwner(mutex);

        assertThat(mutex.tryLock()).isTrue();

        assertThat(mutex.wasAbandoned()).isTrue();
    }

    @Test
    void anOwnerThatUnlockedBeforeItEndedAbandonedNothing() throws Exception {
        TpMutex mutex = TpMutex.of();
        Background<Void> visitor = Background.run(() -> {
            mutex.lock();
            mutex.unlock();
        });
        visitor.result();

        // As one does who saw the owner and asked too late whether it was alive.
        assertThat(mutex.takeFromEnded(visitor.thread())).isFalse();
        assertThat(mutex.tryLock()).isTrue();
        assertThat(mutex.wasAbandoned()).isFalse();
    }

    @Test
    void aMutexCanBeAbandonedAgain() throws Exception {
        TpMutex mutex = TpMutex.of();
        endedOwner(mutex);
        endedOwner(mutex);

        assertThat(mutex.tryLock(Duration.ZERO)).isTrue();

        assertThat(mutex.wasAbandoned()).isTrue();
        assertThat(mutex.holdCount()).isEqualTo(1);
    }

    @Test
    void oneAfterTheOtherOfThoseWhoWaitNoticeThatTheMutexWasAbandoned() throws Exception {
        TpMutex mutex = TpMutex.of();
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        Background.run(() -> {
            mutex.lock();
            taken.countDown();
            end.await();
        });
        taken.await();
        Background<Boolean> first = Background.start(() -> {
            mutex.lock();
            return mutex.wasAbandoned();
        });
        await().until(() -> mutex.waiting() == 1);
        Background<Boolean> second = Background.start(() -> {
            mutex.lockInterruptibly();
            return mutex.wasAbandoned();
        });
        await().until(() -> mutex.waiting() == 2);
        Background<Boolean> third = Background
            .start(() -> mutex.tryLock(Duration.ofMinutes(1)) && mutex.wasAbandoned());
        await().until(() -> mutex.waiting() == 3);

        end.countDown();

        assertThat(first.result()).isTrue();
        assertThat(second.result()).isTrue();
        assertThat(third.result()).isTrue();
    }

    @Test
    void oneWhoComesLaterDoesNotPassTheLineBy() throws Exception {
        TpMutex mutex = TpMutex.of();
        CountDownLatch firstMayUnlock = new CountDownLatch(1);
        mutex.lock();
        Background<Void> first = Background.run(() -> {
            mutex.lock();
            firstMayUnlock.await();
            mutex.unlock();
        });
        await().until(() -> mutex.waiting() == 1);

        mutex.unlock();
        boolean passed = mutex.tryLock(Duration.ofMillis(20));

        assertThat(passed).isFalse();
        firstMayUnlock.countDown();
        first.result();
    }

    @Test
    void anEndedVirtualThreadAbandonsItsMutexToo() throws Exception {
        TpMutex mutex = TpMutex.of();
        Background.runVirtual(mutex::lock).result();

        assertThat(mutex.tryLock()).isTrue();

        assertThat(mutex.wasAbandoned()).isTrue();
    }

}
