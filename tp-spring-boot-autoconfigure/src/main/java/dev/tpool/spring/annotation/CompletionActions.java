package dev.tpool.spring.annotation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCompletionAction;
import dev.tpool.TpLibrary;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;

/**
 * The completion actions that an annotation names.
 */
record CompletionActions(@Nullable TpCriticalSection section, @Nullable TpMutex mutex, @Nullable TpSemaphore semaphore,
        int count, @Nullable TpEvent event, @Nullable TpLibrary library) {

    /**
     * What a callback that never runs keeps from others. A mutex and a section it would
     * have had to take itself.
     * @return empty if there is nothing
     */
    String notGivenBack() {
        List<String> kept = new ArrayList<>();
        if (this.semaphore != null) {
            kept.add(this.count + " of semaphore '" + this.semaphore.name() + "'");
        }
        if (this.library != null) {
            kept.add("a reference to library '" + this.library.name() + "'");
        }
        return String.join(" and ", kept);
    }

    /**
     * The same, where the semaphore is not to be given back.
     */
    CompletionActions withoutSemaphore() {
        return new CompletionActions(this.section, this.mutex, null, 1, this.event, this.library);
    }

    /**
     * Carries them out on the calling thread, after the callback is over. There is no
     * lock among them.
     * @param report told of those that fail
     */
    void carryOut(BiConsumer<TpCompletionAction, Throwable> report) {
        if (this.semaphore != null) {
            TpSemaphore released = this.semaphore;
            carryOut(TpCompletionAction.RELEASE_SEMAPHORE, () -> released.release(this.count), report);
        }
        if (this.event != null) {
            carryOut(TpCompletionAction.SET_EVENT, this.event::set, report);
        }
        if (this.library != null) {
            carryOut(TpCompletionAction.FREE_LIBRARY, this.library::free, report);
        }
    }

    private static void carryOut(TpCompletionAction action, Runnable step,
            BiConsumer<TpCompletionAction, Throwable> report) {
        try {
            step.run();
        }
        catch (Throwable ex) {
            report.accept(action, ex);
        }
    }

    void register(TpCallbackInstance instance) {
        if (this.section != null) {
            instance.leaveCriticalSectionWhenCallbackReturns(this.section);
        }
        if (this.mutex != null) {
            instance.releaseMutexWhenCallbackReturns(this.mutex);
        }
        if (this.semaphore != null) {
            instance.releaseSemaphoreWhenCallbackReturns(this.semaphore, this.count);
        }
        if (this.event != null) {
            instance.setEventWhenCallbackReturns(this.event);
        }
        if (this.library != null) {
            instance.freeLibraryWhenCallbackReturns(this.library);
        }
    }

}
