package dev.tpool;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Makes what belongs to a certain shard, by a thread whose shard that is.
 */
final class OfShard {

    private OfShard() {
    }

    static <T> T make(int shard, Supplier<T> maker) {
        AtomicReference<T> made = new AtomicReference<>();
        while (made.get() == null) {
            Thread thread = new Thread(() -> {
                if (Shards.ofThisThread() == shard) {
                    made.set(maker.get());
                }
            });
            thread.start();
            try {
                thread.join();
            }
            catch (InterruptedException ex) {
                throw new AssertionError(ex);
            }
        }
        return made.get();
    }

}
