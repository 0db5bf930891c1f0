package dev.tpool;

/**
 * What the clock serves, and nothing else: it is in no pool.
 */
abstract class BareEntry extends ClockEntry {

    BareEntry() {
        super(null, TpEnvironment.defaults());
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
