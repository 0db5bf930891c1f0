package dev.tpool;

/**
 * Takes along what is in force on the thread of the poster, so that it is in force again
 * while the callback runs: thread-bound contexts such as a security context. What was
 * captured belongs to one post and goes with it, whichever worker runs it.
 */
@FunctionalInterface
public interface TpContextCapture {

    /**
     * Captures what is in force on the calling thread. Called before the post is counted:
     * at the post of a one-shot or work, when a one-shot is deferred, when a timer or
     * wait is set, when an operation of an I/O object is started. What it throws goes to
     * the poster, and nothing is posted then.
     * @return what puts it in force again on a worker, once for each callback that comes
     * of the post or setting
     */
    TpActivationContext capture();

}
