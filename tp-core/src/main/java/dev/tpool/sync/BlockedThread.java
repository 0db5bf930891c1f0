package dev.tpool.sync;

import java.util.concurrent.locks.LockSupport;

/**
 * The calling thread's place in line.
 */
final class BlockedThread extends WaitLine.Node {

    private final Thread thread = Thread.currentThread();

    private volatile boolean granted;

    BlockedThread(int wanted) {
        super(wanted);
    }

    boolean granted() {
        return this.granted;
    }

    @Override
    boolean claim() {
        this.granted = true;
        return true;
    }

    @Override
    void tell() {
        // A thread that is served on arrival would leave itself a permit for its next
        // park.
        if (this.thread != Thread.currentThread()) {
            LockSupport.unpark(this.thread);
        }
    }

}
