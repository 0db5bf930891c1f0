package dev.tpool.spring.actuate;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import dev.tpool.spring.actuate.SynchronizationEndpoint.OwnerDescriptor;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SynchronizationEndpoint} that need no server.
 */
class SynchronizationEndpointTests {

    @Test
    void nobodyOwnsWhatIsFree() {
        assertThat(OwnerDescriptor.of(() -> null)).isNull();
    }

    @Test
    void anOwnerThatLivesHasNotEnded() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Thread thread = new Thread(() -> awaitUninterruptibly(gate), "holder");
        thread.start();

        assertThat(OwnerDescriptor.of(() -> thread)).isEqualTo(new OwnerDescriptor("holder", id(thread), false));
        gate.countDown();
        thread.join();
        assertThat(OwnerDescriptor.of(() -> thread)).isEqualTo(new OwnerDescriptor("holder", id(thread), true));
    }

    @Test
    void anOwnerThatLetGoBeforeItEndedIsNoneThatDidNot() throws Exception {
        Thread thread = new Thread(() -> {
        }, "holder");
        thread.start();
        thread.join();
        Iterator<Thread> owners = List.of(thread, Thread.currentThread()).iterator();

        assertThat(OwnerDescriptor.of(owners::next)).isEqualTo(new OwnerDescriptor("holder", id(thread), false));
    }

    private static void awaitUninterruptibly(CountDownLatch gate) {
        try {
            gate.await();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("deprecation") // getId() is what Java 17 has.
    private static long id(Thread thread) {
        return thread.getId();
    }

}
