package dev.tpool;

/**
 * What the clock serves, and nothing else: it is in no pool.
 */
abstract class BareEntry extends ClockEntry {

    /** Whether it keeps its place for nothing. */
    private boolean idle;

    BareEntry() {
        super(null, TpEnvironment.defaults());
    }

    final boolean isIdle() {
        return this.idle;
    }

    final void setIdle(boolean idle) {
        this.idle = idle;
    }

    @Override
    final boolean givesUpPlace() {
        if (this.idle) {
            hold();
        }
        return this.idle;
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.TIMER;
    }

    @Override
    boolean countsAgainstCapacity() {
        return false;
    }

    @Override
    void invoke(TpCallbackInstance instance) {
        throw new AssertionError("nobody posts it");
    }

    @Override
    Object context() {
        return null;
    }

}
