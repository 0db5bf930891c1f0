package dev.tpool;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * One thread of a crew: takes from the queue, runs, and parks when there is nothing to
 * take.
 */
final class Worker implements Runnable {

    private static final System.Logger logger = System.getLogger(TpPool.class.getName());

    private final Crew crew;

    private final TpPool pool;

    private final CallbackQueue queue;

    /** Whether it counts as searching; owned by the worker's thread. */
    boolean searching = true;

    /** Whether nobody has run it, and nobody has given up on it, yet. */
    private final AtomicBoolean permit = new AtomicBoolean(true);

    private volatile @Nullable Thread thread;

    private volatile @Nullable Execution execution;

    /** Whether it is on the idle stack; written under the crew's lock. */
    private volatile boolean parked;

    /** The neighbours on the idle stack; guarded by the crew's lock. */
    private @Nullable Worker above;

    private @Nullable Worker below;

    /** What the governor saw when it last looked; owned by the governor. */
    final Governor.Sample sample = new Governor.Sample();

    Worker(Crew crew, TpPool pool, CallbackQueue queue) {
        this.crew = crew;
        this.pool = pool;
        this.queue = queue;
    }

    void startOn(Thread thread) {
        this.thread = thread;
        thread.start();
    }

    /**
     * Gives up on a worker whose start failed.
     * @return {@code false} if it runs all the same, because the factory has started the
     * thread itself
     */
    boolean giveUp() {
        return this.permit.compareAndSet(true, false);
    }

    @Override
    public void run() {
        if (!this.permit.compareAndSet(true, false)) {
            return;
        }
        this.thread = Thread.currentThread();
        boolean inOrder = false;
        try {
            Execution running = new Execution(this.pool, true);
            this.execution = running;
            this.crew.entered(this);
            serve(running);
            running.leaveThread();
            inOrder = true;
        }
        finally {
            this.crew.left(this, inOrder);
        }
    }

    @Nullable Thread thread() {
        return this.thread;
    }

    long completed() {
        Execution running = this.execution;
        return (running != null) ? running.completed() : 0;
    }

    @Nullable TpCallbackInstance instance() {
        Execution running = this.execution;
        return (running != null) ? running.instance() : null;
    }

    boolean isParked() {
        return this.parked;
    }

    @Nullable Worker below() {
        return this.below;
    }

    void push(@Nullable Worker top) {
        this.below = top;
        this.above = null;
        if (top != null) {
            top.above = this;
        }
        this.parked = true;
    }

    void pop() {
        if (this.above != null) {
            this.above.below = this.below;
        }
        if (this.below != null) {
            this.below.above = this.above;
        }
        this.above = null;
        this.below = null;
        this.parked = false;
    }

    private void serve(Execution running) {
        while (true) {
            try {
                QueueNode node = this.queue.take();
                if (node != null) {
                    serve(running, node);
                }
                else if (!this.crew.awaitWork(this)) {
                    return;
                }
            }
            catch (Throwable ex) {
                // Not the callback's doing, which is met where it runs: most likely
                // memory has run out.
                Failures.log(logger, Level.ERROR,
                        () -> "a worker of pool '" + this.pool.name() + "' goes on after a failure", ex);
            }
        }
    }

    private void serve(Execution running, QueueNode node) {
        if (!node.claim(running.instance())) {
            return;
        }
        this.pool.callbackClaimed(node);
        if (this.searching) {
            this.searching = false;
            this.crew.found();
        }
        running.run(node);
    }

}
