package dev.tpool.sync;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who wants to be told when a lock is let go. Made for a lock when the first one comes.
 */
final class ReleaseListeners {

    private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();

    void add(Runnable listener) {
        this.listeners.add(listener);
    }

    boolean remove(Runnable listener) {
        return this.listeners.remove(listener);
    }

    /**
     * Tells each of them and forgets it. What they throw goes to the thread's handler:
     * who lets go has done its part.
     */
    void tell() {
        this.listeners.forEach(this::tell);
    }

    private void tell(Runnable listener) {
        if (this.listeners.remove(listener)) {
            try {
                listener.run();
            }
            catch (Throwable ex) {
                RegisteredWaiter.report(ex);
            }
        }
    }

}
