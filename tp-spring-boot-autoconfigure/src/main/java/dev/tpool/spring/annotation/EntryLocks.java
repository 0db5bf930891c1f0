package dev.tpool.spring.annotation;

import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;

/**
 * The lines for the locks that callbacks of one bean factory take at their entry. Keys of
 * mutexes and keys of sections have nothing to do with each other, nor with the names in
 * the registry.
 */
final class EntryLocks {

    private final Turns mutexes = new Turns((key) -> new EntryLock.OfMutex(TpMutex.named(key)));

    private final Turns sections = new Turns((key) -> new EntryLock.OfSection(TpCriticalSection.named(key)));

    Turns mutexes() {
        return this.mutexes;
    }

    Turns sections() {
        return this.sections;
    }

}
