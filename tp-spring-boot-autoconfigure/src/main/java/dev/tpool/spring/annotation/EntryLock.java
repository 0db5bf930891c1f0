package dev.tpool.spring.annotation;

import dev.tpool.TpCallbackInstance;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;
import org.jspecify.annotations.Nullable;

/**
 * A lock that a callback takes on its own thread: a mutex or a section. Two are equal if
 * they are the same lock.
 */
sealed interface EntryLock {

    /**
     * Takes it if that needs no waiting.
     */
    boolean tryTake();

    /**
     * Lets go of it once.
     */
    void letGo();

    /**
     * Who has it.
     */
    @Nullable Thread owner();

    /**
     * How often the calling thread has it.
     */
    int holdCount();

    /**
     * See {@link TpMutex#tellWhenFree}.
     */
    boolean tellWhenFree(Runnable told);

    /**
     * See {@link TpMutex#forget}.
     */
    boolean forget(Runnable told);

    /**
     * Makes the callback let go of it at its end.
     */
    void letGoWhenCallbackReturns(TpCallbackInstance instance);

    /**
     * A mutex.
     *
     * @param mutex the mutex
     */
    record OfMutex(TpMutex mutex) implements EntryLock {

        @Override
        public boolean tryTake() {
            return this.mutex.tryLock();
        }

        @Override
        public void letGo() {
            this.mutex.unlock();
        }

        @Override
        public @Nullable Thread owner() {
            return this.mutex.owner();
        }

        @Override
        public int holdCount() {
            return this.mutex.holdCount();
        }

        @Override
        public boolean tellWhenFree(Runnable told) {
            return this.mutex.tellWhenFree(told);
        }

        @Override
        public boolean forget(Runnable told) {
            return this.mutex.forget(told);
        }

        @Override
        public void letGoWhenCallbackReturns(TpCallbackInstance instance) {
            instance.releaseMutexWhenCallbackReturns(this.mutex);
        }

        @Override
        public String toString() {
            return "mutex '" + this.mutex.name() + "'";
        }

    }

    /**
     * A critical section.
     *
     * @param section the section
     */
    record OfSection(TpCriticalSection section) implements EntryLock {

        @Override
        public boolean tryTake() {
            return this.section.tryEnter();
        }

        @Override
        public void letGo() {
            this.section.leave();
        }

        @Override
        public @Nullable Thread owner() {
            return this.section.owner();
        }

        @Override
        public int holdCount() {
            return this.section.holdCount();
        }

        @Override
        public boolean tellWhenFree(Runnable told) {
            return this.section.tellWhenFree(told);
        }

        @Override
        public boolean forget(Runnable told) {
            return this.section.forget(told);
        }

        @Override
        public void letGoWhenCallbackReturns(TpCallbackInstance instance) {
            instance.leaveCriticalSectionWhenCallbackReturns(this.section);
        }

        @Override
        public String toString() {
            return "section '" + this.section.name() + "'";
        }

    }

}
