package dev.tpool.spring;

import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;

/**
 * The lines of the callbacks that take a named mutex or section at their entry. They wait
 * there without a thread, so the lock itself knows nothing of them.
 */
public interface TpEntryLines {

    /**
     * No lines: nobody waits in them.
     */
    TpEntryLines NONE = new TpEntryLines() {

        @Override
        public int waiting(TpMutex mutex) {
            return 0;
        }

        @Override
        public int waiting(TpCriticalSection section) {
            return 0;
        }

    };

    /**
     * How many callbacks wait for a mutex: those whose turn has not come, and the one
     * whose turn it is while it is kept waiting by somebody else who has the mutex. For
     * monitoring; the number may be outdated when it is returned.
     * @param mutex the mutex
     * @return the number of callbacks, of which none is counted by
     * {@link TpMutex#waiting()}
     */
    int waiting(TpMutex mutex);

    /**
     * How many callbacks wait for a section, as {@link #waiting(TpMutex)} says it of a
     * mutex.
     * @param section the section
     * @return the number of callbacks, of which none is counted by
     * {@link TpCriticalSection#waiting()}
     */
    int waiting(TpCriticalSection section);

}
