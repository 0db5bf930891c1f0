package dev.tpool;

import java.util.List;

/**
 * A pool at one moment. The numbers are read one after the other while the pool works on,
 * so sums may be off by what happened in between.
 *
 * @param name the pool's name
 * @param threadKind the kind of its threads
 * @param threadMinimum the threads that stay when idle
 * @param threadMaximum the threads it may have at most
 * @param threads the threads it has now
 * @param idle how many of those are parked
 * @param running the callbacks that are running
 * @param queued the callbacks that are queued, deferred ones that wait to be posted among
 * them
 * @param queueCapacity how many callbacks the queue takes, 0 if it is unbounded
 * @param completed the callbacks that have run to their end, failed ones among them
 * @param failed the callbacks that threw
 * @param dropped the callbacks that were cancelled before they began
 * @param rejected the callbacks that were refused
 * @param closed whether the pool was closed
 * @param terminated whether the pool was closed and its last thread is gone
 * @param objects its live objects; of one-shot callbacks only deferred ones that have not
 * begun or are running are listed
 * @param runningCallbacks what runs on its threads
 */
public record TpPoolSnapshot(String name, TpThreadKind threadKind, int threadMinimum, int threadMaximum, int threads,
        int idle, int running, long queued, int queueCapacity, long completed, long failed, long dropped, long rejected,
        boolean closed, boolean terminated, List<TpObjectSnapshot> objects, List<TpRunningCallback> runningCallbacks) {
}
