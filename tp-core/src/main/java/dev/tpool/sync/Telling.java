package dev.tpool.sync;

import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

/**
 * Tells those who wait for something that it has come, on the thread that brought it
 * about. Who is told may bring about the next thing, and so on: up to a point they are
 * told within one another, and all further ones once the innermost of these has returned,
 * so that the stack does not grow with the number of those who pass something on.
 */
final class Telling {

    /**
     * Little enough for any stack, and more than those need who wait for one another
     * while they are told.
     */
    private static final int MOST_NESTED = 64;

    private static final int NESTED = 0;

    private static final int LATER = 1;

    /*-
     * Of each thread: how many are being told within one another (an int[1]), and who is told
     * later. That is done by the innermost of MOST_NESTED, or if the stack has ended there by the
     * outermost.
     *
     * No class of the library's, since threads that outlive its class loader keep it.
     */
    private static final ThreadLocal<Object[]> STATE = ThreadLocal
        .withInitial(() -> new Object[] { new int[1], new ArrayDeque<Runnable>() });

    private Telling() {
    }

    /**
     * Tells somebody, now or later on this thread.
     * @param told does not throw, unless the stack ends
     */
    static void tell(Told told) {
        Object[] state = state();
        if (state == null) {
            told.tell();
            return;
        }
        int[] nested = (int[]) state[NESTED];
        int before = nested[0];
        if (before >= MOST_NESTED && tellLater(state, told)) {
            return;
        }
        nested[0] = before + 1;
        Error failure = null;
        try {
            told.tell();
        }
        catch (Error ex) {
            failure = ex;
        }
        try {
            if (before == 0 || before == MOST_NESTED - 1) {
                failure = tellThoseLeft(later(state), failure);
            }
        }
        finally {
            nested[0] = before;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static Object @Nullable [] state() {
        try {
            return STATE.get();
        }
        catch (OutOfMemoryError ex) {
            // Then at the cost of the stack: nobody else tells.
            return null;
        }
    }

    @SuppressWarnings("unchecked")
    private static Queue<Runnable> later(Object[] state) {
        return (Queue<Runnable>) state[LATER];
    }

    private static boolean tellLater(Object[] state, Told told) {
        try {
            return later(state).add(told::tell);
        }
        catch (OutOfMemoryError ex) {
            return false;
        }
    }

    private static @Nullable Error tellThoseLeft(Queue<Runnable> later, @Nullable Error before) {
        Error failure = before;
        for (Runnable next = later.poll(); next != null; next = later.poll()) {
            try {
                next.run();
            }
            catch (Error ex) {
                // The others are told all the same.
                failure = ex;
            }
        }
        return failure;
    }

    /**
     * Somebody who is to be told.
     */
    abstract static class Told {

        /**
         * Tells this one. Does not throw, unless the stack ends.
         */
        abstract void tell();

    }

}
