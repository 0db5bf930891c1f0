package dev.tpool.benchmarks;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that take all that was posted of a callback in one step. It can neither park
 * nor cancel nor wait, knows no turns, and keeps what is posted behind a callback that
 * blocks from others: no pool, but hardly anything beside the callbacks. Its threads look
 * for posts all the time, so where there are more of them than processors it is no bound.
 */
final class LeastSubmitter implements Submitter {

    private final List<Posts> all = new CopyOnWriteArrayList<>();

    private volatile boolean closed;

    LeastSubmitter(int workers) {
        for (int i = 0; i < workers; i++) {
            int index = i;
            Thread worker = new Thread(() -> work(index), "least-" + i);
            worker.setDaemon(true);
            worker.start();
        }
    }

    @Override
    public Runnable submitterOf(Runnable callback) {
        Posts posts = new Posts(callback);
        this.all.add(posts);
        return posts::post;
    }

    // parking would need somebody who wakes
    @SuppressWarnings("ThreadPriorityCheck")
    private void work(int index) {
        int next = index;
        int idle = 0;
        while (!this.closed) {
            int count = this.all.size();
            next = (next + 1 < count) ? next + 1 : 0;
            boolean ran = count > 0 && this.all.get(next).runAll();
            idle = ran ? 0 : idle + 1;
            if (idle > count) {
                Thread.yield();
            }
        }
    }

    @Override
    public void close() {
        this.closed = true;
    }

    private static final class Posts {

        private final Runnable callback;

        // in the middle of cache lines of its own
        private final AtomicLong[] pending = new AtomicLong[16];

        Posts(Runnable callback) {
            this.callback = callback;
            for (int i = 0; i < this.pending.length; i++) {
                this.pending[i] = new AtomicLong();
            }
        }

        void post() {
            this.pending[this.pending.length / 2].getAndIncrement();
        }

        boolean runAll() {
            AtomicLong mine = this.pending[this.pending.length / 2];
            long taken = (mine.get() != 0) ? mine.getAndSet(0) : 0;
            for (long i = 0; i < taken; i++) {
                this.callback.run();
            }
            return taken != 0;
        }

    }

}
