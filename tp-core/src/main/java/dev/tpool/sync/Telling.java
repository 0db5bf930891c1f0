package dev.tpool.sync;

import org.jspecify.annotations.Nullable;

/**
 * Tells those who wait for something that it has come, on the thread that brought it
 * about. Who is told may bring about the next thing, and so on: up to a point they are
 * told within one another, and all further ones once the outermost of these has returned,
 * so that the stack does not grow with the number of those who pass something on.
 */
final class Telling {

    /**
     * Little enough for any stack, and more than those need who wait for one another
     * while they are told.
     */
    private static final int MOST_NESTED = 64;

    /*-
     * Of each thread: how many are being told within one another (an int[1]), and the first and the last of
     * those who are told later, each an array of the one and the next. The outermost tells them.
     *
     * No class of the library's, since threads that outlive its class loader keep it.
     */
    private static final ThreadLocal<@Nullable Object[]> STATE = ThreadLocal
        .withInitial(() -> new @Nullable Object[] { new int[1], null, null });

    private static final int NESTED = 0;

    private static final int FIRST = 1;

    private static final int LAST = 2;

    private static final int NEXT = 1;

    private Telling() {
    }

    /**
     * Has the class ready before it is needed: one that the end of the stack has kept
     * from that would be of no use to anybody ever after.
     */
    static void prepare() {
        STATE.get();
    }

    /**
     * Tells somebody, now or later on this thread.
     * @param told does not throw, unless the stack ends
     */
    static void tell(Told told) {
        @Nullable Object @Nullable [] state = state();
        if (state == null || !(state[NESTED] instanceof int[] nested)) {
            told.tell();
            return;
        }
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
            if (before == 0 && state[FIRST] != null) {
                failure = tellThoseLeft(state, failure);
            }
        }
        finally {
            nested[0] = before;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable Object @Nullable [] state() {
        try {
            return STATE.get();
        }
        catch (OutOfMemoryError ex) {
            // Then at the cost of the stack: nobody else tells.
            return null;
        }
    }

    private static boolean tellLater(@Nullable Object[] state, Told told) {
        @Nullable Object[] node;
        try {
            node = new @Nullable Object[] { told, null };
        }
        catch (OutOfMemoryError ex) {
            return false;
        }
        // Nothing of this fails.
        if (state[FIRST] != null && state[LAST] instanceof Object[] last) {
            last[NEXT] = node;
        }
        else {
            state[FIRST] = node;
        }
        state[LAST] = node;
        return true;
    }

    private static @Nullable Error tellThoseLeft(@Nullable Object[] state, @Nullable Error before) {
        Error failure = before;
        while (state[FIRST] instanceof Object[] node) {
            state[FIRST] = node[NEXT];
            try {
                if (node[0] instanceof Told told) {
                    told.tell();
                }
            }
            catch (Error ex) {
                // The others are told all the same.
                failure = ex;
            }
        }
        state[LAST] = null;
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
