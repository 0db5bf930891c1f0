package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.Objects;

import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;

/**
 * What operations acquire for their callbacks.
 *
 * @param semaphore whose permits are acquired, if any
 * @param count how many
 * @param mutex the line for a mutex, if any
 * @param section the line for a section, if any
 * @param whenUnavailable what to do if something is not to be had
 * @param waitAtMost how long the caller waits, if it does
 */
record OperationsEntry(@Nullable TpSemaphore semaphore, int count, @Nullable EntryLine mutex,
        @Nullable EntryLine section, TpWhenUnavailable whenUnavailable, @Nullable Duration waitAtMost) {

    static final OperationsEntry NONE = new OperationsEntry(null, 1, null, null, TpWhenUnavailable.LATER, null);

    OperationsEntry withSemaphore(TpSemaphore semaphore, int count) {
        return new OperationsEntry(semaphore, count, this.mutex, this.section, this.whenUnavailable, this.waitAtMost);
    }

    OperationsEntry withMutex(EntryLine mutex) {
        return new OperationsEntry(this.semaphore, this.count, mutex, this.section, this.whenUnavailable,
                this.waitAtMost);
    }

    OperationsEntry withSection(EntryLine section) {
        return new OperationsEntry(this.semaphore, this.count, this.mutex, section, this.whenUnavailable,
                this.waitAtMost);
    }

    OperationsEntry withWhenUnavailable(TpWhenUnavailable whenUnavailable, @Nullable Duration waitAtMost) {
        return new OperationsEntry(this.semaphore, this.count, this.mutex, this.section, whenUnavailable, waitAtMost);
    }

    private boolean isNeeded() {
        return this.semaphore != null || this.mutex != null || this.section != null;
    }

    /**
     * The entry that posts the callbacks.
     * @return {@code null} if they acquire nothing
     */
    <C> @Nullable Entry<C> entry(EntryMethod<C> method) {
        return isNeeded() ? new Entry<>(method, this.semaphore, this.count, this.mutex, this.section,
                this.whenUnavailable, this.waitAtMost) : null;
    }

    /**
     * Why no callback can be posted like that, and what to do about it. The lock of a key
     * is let go of by the callback itself.
     * @return {@code null} if all that is acquired is given back
     */
    @Nullable String problem(CompletionActions actions) {
        if (!isNeeded() && this.whenUnavailable != TpWhenUnavailable.LATER) {
            return "it is said what to do if something is not to be had, but nothing is acquired;"
                    + " use acquireSemaphore, acquireMutex or enterSection";
        }
        if (this.semaphore != null && actions.semaphore() != this.semaphore) {
            return "it acquires semaphore '" + this.semaphore.name()
                    + "' and never releases it; add releaseSemaphore(\"" + this.semaphore.name() + "\""
                    + ((this.count > 1) ? ", " + this.count : "") + ")";
        }
        if (this.semaphore != null && actions.count() != this.count) {
            return "it acquires " + this.count + " of semaphore '" + this.semaphore.name() + "' and releases "
                    + actions.count() + "; make the counts the same";
        }
        String ofMutex = problem(this.mutex, (actions.mutex() != null) ? new EntryLock.OfMutex(actions.mutex()) : null,
                "releaseMutex");
        return (ofMutex != null) ? ofMutex : problem(this.section,
                (actions.section() != null) ? new EntryLock.OfSection(actions.section()) : null, "leaveSection");
    }

    private static @Nullable String problem(@Nullable EntryLine taken, @Nullable EntryLock letGo, String action) {
        if (taken == null || Objects.equals(taken.place(), letGo)) {
            return null;
        }
        if (taken.isKeyed()) {
            return (letGo != null) ? problemOfKey(taken, letGo, action) : null;
        }
        return "it acquires " + taken.place() + " and never lets go of it; add " + action + " with the same name";
    }

    /**
     * A callback has one completion action of a kind.
     */
    private static String problemOfKey(EntryLine taken, EntryLock letGo, String action) {
        boolean mutex = letGo instanceof EntryLock.OfMutex;
        String verb = mutex ? "release" : "leave";
        return "it acquires the " + (mutex ? "mutex" : "section") + " of key '" + taken.place() + "', which it " + verb
                + "s by itself, and so would never " + verb + " " + letGo + "; leave out " + action;
    }

}
