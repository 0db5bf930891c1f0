package dev.tpool;

import java.util.concurrent.Callable;

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

    static TpWork work(TpEnvironment environment) {
        return new TpWork("work", environment, (instance, context, work) -> {
        }, null);
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

    private static Thread thread(Runnable played) {
        return new Thread(played) {

            @Override
            public void start() {
                // An actor plays the thread.
            }

        };
    }

}
