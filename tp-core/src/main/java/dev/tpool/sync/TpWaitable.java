package dev.tpool.sync;

import java.util.concurrent.CompletionStage;

/**
 * What a wait may be registered on: the counterpart of the waitable handle of
 * {@code SetThreadpoolWait}. {@link TpEvent} and {@link TpSemaphore} are waitables, as
 * are the stages and processes wrapped by {@link #of(CompletionStage)} and
 * {@link #of(Process)}. {@link TpMutex} and {@link TpCriticalSection} are not: they
 * belong to the thread that took them, and nobody could say whose they are once a pool
 * was told (Windows refuses a mutex there too).
 *
 * <h2>For implementors</h2> Everything below may be called by any thread at any time.
 * <ul>
 * <li>A registration is served at most once. The waitable calls {@link Waiter#claim()}
 * when it has a signal to give; only if that is accepted is the signal consumed, and then
 * {@link Waiter#signalled()} follows exactly once. Both steps are atomic together: no
 * signal is consumed by a waiter that declined or was cancelled, and none is lost.</li>
 * <li>A waiter that declines is forgotten and the signal goes to the next one.</li>
 * <li>Those who wait are served in the order in which they came.</li>
 * <li>{@code signalled()} runs on the thread that gave the signal (within
 * {@link #register} if the signal was already there) and never under a lock of the
 * waitable, so that it may call the waitable again. The events and semaphores of this
 * package call it before the method that gave the signal returns, unless 64 of them are
 * running within one another on that thread: then after the outermost one, so that the
 * stack does not grow with the number of waiters that pass a signal on.</li>
 * <li>What a waiter throws must keep no other waiter from being told and must not reach
 * the thread that gave the signal, which has done its part. The waitables of this package
 * hand it to that thread's {@link Thread.UncaughtExceptionHandler}; a throw out of
 * {@code claim()} counts as having declined.</li>
 * <li>What one thread did before it gave a signal happens-before {@code signalled()} of
 * the waiter that got it.</li>
 * </ul>
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TpWaitable {

    /**
     * Puts a waiter in line. If a signal is there and nobody stands in front, the waiter
     * is claimed and told at once, by the calling thread, before this method returns.
     * Registering the same waiter twice makes two independent registrations.
     * @param waiter who is to be told
     * @return the place in line, by which it can be given up
     */
    Registration register(Waiter waiter);

    /**
     * A waitable that is signalled, for good, once a stage is complete, normally or not.
     * It adds one dependent to the stage, now, however many registrations follow; a
     * registration that is cancelled leaves nothing behind. Waiters are told by the
     * thread that completes the stage.
     * @param stage the stage to wait for
     * @return a waitable with the manner of a manual-reset event
     */
    static TpWaitable of(CompletionStage<?> stage) {
        return new Completion(stage, stage);
    }

    /**
     * A waitable that is signalled, for good, once a process has ended: the counterpart
     * of waiting for a process handle.
     * @param process the process to wait for
     * @return a waitable with the manner of a manual-reset event
     * @throws UnsupportedOperationException if the process does not support
     * {@link Process#onExit()}
     */
    static TpWaitable of(Process process) {
        return new Completion(process, process.onExit());
    }

    /**
     * The receiving end of a registration. A waitable calls each method at most once for
     * each registration.
     */
    interface Waiter {

        /**
         * Accepts or declines a signal. Called by the waitable, possibly under its lock:
         * it must not block, must not call the waitable and must not run code of a user.
         * One compare-and-set is what it is meant to be.
         * @return true to accept the signal, which is thereby consumed; false if this
         * waiter has withdrawn, in which case the signal stays for the next one
         */
        boolean claim();

        /**
         * Tells the waiter that the signal it accepted is its own. Called once after
         * {@link #claim()} returned true, never under a lock of the waitable. It borrows
         * the thread that gave the signal and should be short.
         */
        void signalled();

    }

    /**
     * A place in line.
     */
    interface Registration {

        /**
         * Gives the place up. Consumes nothing, calls no waiter and takes constant time.
         * May be called by any thread and any number of times, with the same answer.
         * @return true if the waiter has accepted no signal and never will; false if it
         * has, in which case {@code signalled()} has been or is about to be called
         */
        boolean cancel();

    }

}
