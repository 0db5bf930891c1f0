package dev.tpool;

/**
 * The completion actions of a callback, in the fixed order in which they run once it has
 * returned.
 */
public enum TpCompletionAction {

    /** {@code LeaveCriticalSectionWhenCallbackReturns}. */
    LEAVE_CRITICAL_SECTION,

    /** {@code ReleaseMutexWhenCallbackReturns}. */
    RELEASE_MUTEX,

    /** {@code ReleaseSemaphoreWhenCallbackReturns}. */
    RELEASE_SEMAPHORE,

    /** {@code SetEventWhenCallbackReturns}. */
    SET_EVENT,

    /** {@code FreeLibraryWhenCallbackReturns}. */
    FREE_LIBRARY

}
