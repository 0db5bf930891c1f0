package dev.tpool;

/**
 * What one worker writes to for each callback. It shares no cache line with what lies
 * before it in memory, which chance decides, and a collector that moves objects: another
 * worker's thread, as it turned out, whose priority that one reads for each callback. All
 * of it that lies side by side is kept apart so; nothing keeps the last from what
 * follows.
 */
abstract class Apart {

    // Without it an int or a reference of a subclass would be put here, between the
    // object's header and the gap.
    @SuppressWarnings("unused")
    private int hole;

    @SuppressWarnings("unused")
    private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7, gap8, gap9, gap10, gap11, gap12, gap13, gap14, gap15;

}
