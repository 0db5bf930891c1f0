package dev.tpool.sync;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * Who wants to be told when a lock is let go, and how often. Made for a lock when the
 * first one comes. Listeners that are equal are not the same.
 */
final class ReleaseListeners {

    static {
        Telling.prepare();
    }

    private final ConcurrentMap<Listener, Integer> listeners = new ConcurrentHashMap<>();

    void add(Runnable listener) {
        this.listeners.merge(new Listener(listener), 1, Integer::sum);
    }

    /**
     * Takes back one that was added.
     * @return whether there was one
     */
    boolean remove(Runnable listener) {
        Listener key = new Listener(listener);
        Integer times = this.listeners.get(key);
        while (times != null) {
            if ((times == 1) ? this.listeners.remove(key, times) : this.listeners.replace(key, times, times - 1)) {
                return true;
            }
            times = this.listeners.get(key);
        }
        return false;
    }

    /**
     * Tells each of them and forgets it. What they throw goes to the thread's handler:
     * who lets go has done its part.
     */
    void tell() {
        this.listeners.keySet().forEach(this::tell);
    }

    private void tell(Listener listener) {
        // Those that are added from here on are for the next time.
        Integer times = this.listeners.remove(listener);
        Error failure = null;
        for (int left = (times != null) ? times : 0; left > 0; left--) {
            try {
                Telling.tell(listener);
            }
            catch (Error ex) {
                // The end of the stack: it is told as often all the same.
                failure = ex;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static final class Listener extends Telling.Told {

        private final Runnable told;

        Listener(Runnable told) {
            this.told = told;
        }

        @Override
        void tell() {
            try {
                this.told.run();
            }
            catch (Throwable ex) {
                RegisteredWaiter.report(ex);
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Listener listener && listener.told == this.told;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this.told);
        }

    }

}
