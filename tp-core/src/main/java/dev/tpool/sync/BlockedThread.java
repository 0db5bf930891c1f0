package dev.tpool.sync;

import java.util.concurrent.locks.LockSupport;

/**
 * The calling thread's place in line.
 */
final class BlockedThread extends WaitLine.Node {

    private final int wanted;

    private final Thread thread = Thread.currentThread();

    private volatile boolean granted;

    BlockedThread(int wanted) {
        this.wanted = wanted;
    }

    boolean granted() {
        return this.granted;
    }

    @Override
    int wanted() {
        return this.wanted;
    }

    @Override
    boolean accept() {
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
