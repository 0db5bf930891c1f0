package dev.tpool;

/**
 * Finds out whether the calling thread has stack left for an execution and its end: the
 * engine's own frames, since what user code needs beyond that fails alone. Who runs a
 * callback on a stack that others have filled asks before anything is counted, so that an
 * overflow comes while there is nothing to settle.
 * <p>
 * The platform does not tell how much is left. So as much is used, by a recursion whose
 * frames keep many values over the call, and given back.
 */
final class SpareStack {

    /**
     * About 14 KB where frames are smallest, compiled. With 8 KB nothing was left behind
     * any more where the engine's frames are largest, interpreted, with the classes that
     * are loaded on the way.
     */
    private static final int LEVELS = 160;

    private SpareStack() {
    }

    /**
     * Returns if there is enough.
     * @throws StackOverflowError if there is not
     */
    static void require() {
        descend(LEVELS, 1, 2, 3, 4, 5, 6, 7);
    }

    /**
     * Whether there is enough.
     */
    static boolean suffices() {
        try {
            require();
            return true;
        }
        catch (StackOverflowError ex) {
            return false;
        }
    }

    /**
     * Each argument is changed for the call and wanted after it, one after the other, so
     * that it has to be kept in the frame.
     */
    private static long descend(int levels, long a, long b, long c, long d, long e, long f, long g) {
        if (levels == 0) {
            return a;
        }
        long below = descend(levels - 1, b + levels, c ^ levels, d - levels, e + 1, f ^ a, g - a, a);
        return ((((((below ^ a) * b + c) ^ d) * e + f) ^ g) * levels);
    }

}
