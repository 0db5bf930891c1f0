package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A thread of the engine's own, which remembers what it executes: a field is found faster
 * than a thread-local, and callbacks that post ask for it each time.
 */
final class WorkerThread extends Thread {

    /** What {@link TpCallbackInstance} keeps here; used by the thread alone. */
    @Nullable TpCallbackInstance current;

    WorkerThread(Runnable task, String name, long stackSize) {
        super(null, task, name, stackSize, false);
    }

}
