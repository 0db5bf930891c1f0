package dev.tpool;

/**
 * The control word of a crew: what posters and workers agree on before anybody is woken,
 * started, parked or let go.
 */
final class CrewState {

    /*-
     * Layout, high to low
     *
     *   63..62  unused      always 0
     *   61      TERMINATED  somebody was told that the pool is at its end: nobody starts any more
     *   60      CLOSED      the pool was closed
     *   59..40  searching   workers that are on their way to the queue: started, woken, or spinning
     *   39..20  idle        workers that are on the idle stack
     *   19..0   alive       workers permitted to start and not yet permitted to leave
     *
     * Invariants (CrewStateTests, PoolStressTests)
     *
     *   idle + searching <= alive, and none of them is ever below zero: a waker counts before the woken
     *   worker can see that it is not parked any more
     *   a queue that is not empty has somebody searching, or nobody idle and alive at its growth limit,
     *   or a poster or worker that is about to look at this word, or a worker that stands by
     *
     * Transitions (those marked L under the crew's lock, together with the idle stack)
     *
     *   by           when                                      change
     *   poster       nobody idle, below the growth limit       alive + 1, searching + 1
     *   poster       somebody idle, nobody searching,      L   idle - 1, searching + 1, then unpark
     *                and it is not seen to
     *   starter      the thread could not be started        L  alive - 1, searching - 1
     *   searcher     has something to run                      searching - 1, then looks at the queue again
     *   worker       found nothing, nobody searching           searching + 1, spins a little, and may not look
     *                                                          at the queue at first (Gathering)
     *   worker       about to park                         L   idle + 1, searching - 1 if it was searching,
     *                                                          then looks at the queue again
     *   worker       the queue is not empty after all      L   idle - 1, searching + 1
     *   worker       about to stand by                     L   idle + 1, searching - 1 if it was searching,
     *                                                          then looks whether there is something else
     *   worker       there is, or stands by no longer and  L   idle - 1, searching + 1
     *                the queue is not empty
     *   worker       idle for too long, above the floor    L   idle - 1, alive - 1
     *   worker       closed and nothing left to do         L   alive - 1, searching - 1 if it was searching
     *   closer       close()                                   CLOSED
     *   observer     asks for the end, and finds CLOSED, no L  TERMINATED
     *                object, nothing queued and alive at 0
     *
     * One of those on the stack may stand by: it looks by itself, at least every 0.4 ms, whether callbacks are
     * still begun one soon after the other, and if they are not says so, by the field standingBy of the crew,
     * before it looks at the queue. Meanwhile one object in the queue is seen to without waking anybody, as long
     * as some worker is neither idle nor known to be held up: that one looks at the queue when it is done, or
     * about to be idle. Waking would be of no use, since the callback is over before whoever is woken has a
     * processor, and does harm, since it is the processor of the worker or the poster. If the worker is held up
     * after all, the one that stands by finds nothing begun since its last look, within a millisecond. Whoever
     * reads that nobody stands by wakes somebody as ever; whoever reads that somebody does has added before, so
     * that one sees it.
     *
     * A one-shot is admitted and then added. If the pool came to its end in between, its poster meets TERMINATED
     * when he looks for somebody to run it, and takes back what he finds in the queue. Both are in one word, and
     * nobody is taken away from alive but under the lock: either a worker was permitted to start before the mark,
     * and then there is none as long as he is there, or nobody starts any more.
     *
     * Whoever adds to the queue looks at this word afterwards, and whoever stops searching looks at the
     * queue afterwards; both are sequentially consistent, so one of them sees the other: no wake-up is
     * lost. While somebody searches nobody else is woken; the searcher wakes the next one if there is more
     * than it can take.
     *
     * What it does not say: alive counts permissions, not threads. It runs ahead of the live threads while
     * one is starting, and until a failed start has been taken back.
     */

    static final long ALIVE_ONE = 1L;

    static final long IDLE_ONE = 1L << 20;

    static final long SEARCHING_ONE = 1L << 40;

    static final long CLOSED = 1L << 60;

    static final long TERMINATED = 1L << 61;

    private static final int COUNT_MASK = (1 << 20) - 1;

    private CrewState() {
    }

    static int alive(long state) {
        return (int) state & COUNT_MASK;
    }

    static int idle(long state) {
        return (int) (state >>> 20) & COUNT_MASK;
    }

    static int searching(long state) {
        return (int) (state >>> 40) & COUNT_MASK;
    }

    static boolean isClosed(long state) {
        return (state & CLOSED) != 0;
    }

    static boolean isTerminated(long state) {
        return (state & TERMINATED) != 0;
    }

}
