package dev.tpool.spring.annotation;

/**
 * A lock that the thread of a callback has taken for it, perhaps not for the first time.
 * For use by that thread.
 */
final class HeldLock {

    private final EntryLock lock;

    private final int before;

    HeldLock(EntryLock lock, int before) {
        this.lock = lock;
        this.before = before;
    }

    EntryLock lock() {
        return this.lock;
    }

    /**
     * Lets go of it as often as it was taken since.
     * @return whether it was still held
     */
    boolean letGo() {
        boolean held = false;
        while (this.lock.holdCount() > this.before) {
            this.lock.letGo();
            held = true;
        }
        return held;
    }

}
