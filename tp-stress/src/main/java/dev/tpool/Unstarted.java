package dev.tpool;

import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.sync.TpEvent;

/**
 * Engines whose workers never start, so that the actors of a test can do what workers do.
 */
final class Unstarted {

    private Unstarted() {
    }

    static TpPool pool() {
        return pool(Clock.ofProcess());
    }

    static TpPool pool(Clock clock) {
        return TpPool.builder("stress").threadFactory(Unstarted::thread).clock(clock).build();
    }

    static Clock clock(TimeSource time) {
        return new Clock(time, Unstarted::thread);
    }

    /**
     * Does what a worker does with what is queued, if something is.
     */
    static void serve(TpPool pool) {
        TpCallbackInstance instance = new TpCallbackInstance(pool, null);
        QueueNode node = pool.queue().normal().take();
        if (node != null && node.claim(instance)) {
            pool.callbackClaimed(node);
            try {
                node.tellCompletion(null);
            }
            finally {
                node.settle(false);
            }
        }
        instance.leaveThread();
    }

    static TpWork work(TpEnvironment environment) {
        return new TpWork("work", environment, (instance, context, work) -> {
        }, null);
    }

    static TpWait wait(TpPool pool) {
        return new TpWait("wait", TpEnvironment.of(pool), (instance, context, self, result) -> {
        }, null);
    }

    /**
     * A task that does nothing but count how often it is told of its end.
     */
    static TpTask<Object> counting(AtomicInteger told) {
        return new TpTask<>() {

            @Override
            public String name() {
                return "counting";
            }

            @Override
            public void run(TpCallbackInstance instance, Object context) {
                // Only its end matters.
            }

            @Override
            public void completed(Throwable failure) {
                told.incrementAndGet();
            }

            @Override
            public void cancelled() {
                told.incrementAndGet();
            }

        };
    }

    /**
     * A work object of which one callback runs and others are leased.
     * @param stripe its owner has claimed them, and is a worker of the pool from now on
     * @param posts how many callbacks in all
     * @param leased how many of them in the lease
     */
    static TpWork leased(TpPool pool, Stripe stripe, int posts, int leased) {
        TpWork work = work(TpEnvironment.of(pool));
        for (int i = 0; i < posts; i++) {
            work.post();
        }
        lease(pool, work, stripe, leased);
        return work;
    }

    /**
     * The same of a wait, whose callbacks have all been signalled.
     */
    static TpWait leased(TpPool pool, TpEvent set, Stripe stripe, int posts, int leased) {
        TpWait wait = wait(pool);
        for (int i = 0; i < posts; i++) {
            wait.set(set);
        }
        lease(pool, wait, stripe, leased);
        return wait;
    }

    private static void lease(TpPool pool, TpObject object, Stripe stripe, int leased) {
        pool.queue().addStripe(stripe);
        object.claimInPlace();
        // The execution goes on with another callback, which is not in the lease.
        object.settleAndClaimInPlace(stripe.leases, leased + 1);
    }

    /**
     * Begins a callback of a wait, and ends it at once.
     * @return what it is told, or {@code "NONE"} if there is none
     */
    static Object claimedResult(TpPool pool, TpWait wait) {
        TpCallbackInstance instance = new TpCallbackInstance(pool, null);
        try {
            if (!wait.claim(instance)) {
                return "NONE";
            }
            wait.settle(false);
            return (instance.payload != null) ? instance.payload : TpWaitResult.SIGNALLED;
        }
        finally {
            instance.leaveThread();
        }
    }

    /**
     * Begins several, one after the other.
     * @return what they are told
     */
    static String claimedResults(TpPool pool, TpWait wait, long count) {
        StringJoiner results = new StringJoiner(" ");
        for (long i = 0; i < count; i++) {
            results.add(claimedResult(pool, wait).toString());
        }
        return results.toString();
    }

    /**
     * What an actor waits for; no actor is ever interrupted.
     */
    static <T> T uninterrupted(Callable<T> step) {
        try {
            return step.call();
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * A thread that never starts.
     */
    static Thread thread(Runnable played) {
        return new Thread(played) {

            @Override
            public void start() {
                // An actor plays the thread.
            }

        };
    }

}
