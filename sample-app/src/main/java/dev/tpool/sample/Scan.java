package dev.tpool.sample;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;

/**
 * A scan on its way. All its callbacks are members of one cleanup group, by which it can
 * be cancelled. What it has found so far is in the database, not here.
 */
final class Scan {

    private final long id;

    private final JarSource source;

    private final TpEnvironment environment;

    private final TpCleanupGroup group;

    private final ClassIndex index = new ClassIndex();

    private ScanState state = ScanState.RUNNING;

    private volatile boolean recorded;

    Scan(long id, JarSource source, TpEnvironment environment) {
        this.id = id;
        this.source = source;
        this.environment = environment;
        this.group = TpCleanupGroup.create("scan-" + id);
    }

    long id() {
        return this.id;
    }

    JarSource source() {
        return this.source;
    }

    /**
     * Where its jars are read.
     */
    TpEnvironment environment() {
        return this.environment;
    }

    TpCleanupGroup group() {
        return this.group;
    }

    /**
     * To be touched inside the critical section {@code index} only.
     */
    ClassIndex index() {
        return this.index;
    }

    synchronized ScanState state() {
        return this.state;
    }

    boolean isRunning() {
        return state() == ScanState.RUNNING;
    }

    /**
     * Ends the scan.
     * @return whether it was this call that did: a scan ends once, and who ends it has to
     * see to it that the end is recorded
     */
    synchronized boolean end(ScanState end) {
        if (this.state != ScanState.RUNNING) {
            return false;
        }
        this.state = end;
        return true;
    }

    /**
     * Whether its end has been recorded, or could not be.
     */
    boolean isRecorded() {
        return this.recorded;
    }

    void recorded() {
        this.recorded = true;
    }

    @Override
    public String toString() {
        return "Scan " + this.id + " (" + this.source.name() + ")";
    }

}
