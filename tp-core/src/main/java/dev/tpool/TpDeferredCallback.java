package dev.tpool;

/**
 * A one-shot callback that was accepted and waits to be posted. It holds no thread. It is
 * a member of its cleanup group, whose close drops it or waits for it; the close of its
 * pool drops it. Safe for use by any thread.
 */
public sealed interface TpDeferredCallback permits DeferredOneShot {

    /**
     * Whether a full queue lets the caller run it: the first {@link #postNow()} runs it
     * on the thread that calls it, unless too little of that thread's stack is left, in
     * which case it goes to the queue.
     * @return whether the queue was full when it was accepted, and its pool's policy is
     * {@link TpFullPolicy#CALLER_RUNS}
     */
    boolean isRunByCaller();

    /**
     * Puts the callback into the queue. To be called once, and once more each time that
     * {@link TpDeferredTask#tryEnter()} answered {@code false}. Does nothing if the
     * callback was dropped or rejected.
     */
    void postNow();

    /**
     * Drops the callback if it has not begun: it is counted as dropped, and its task told
     * on the calling thread.
     * @return whether this call dropped it
     */
    boolean cancel();

    /**
     * Refuses the callback if it has not begun: it is counted as rejected, and its task
     * is told nothing.
     * @return whether this call rejected it; {@code false} if it has begun or was dropped
     */
    boolean reject();

}
