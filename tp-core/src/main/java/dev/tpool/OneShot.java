package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that nobody waits for, cancels or counts: no group, no library, no
 * completion, no monitor of the pool.
 */
abstract sealed class OneShot extends QueueNode implements TpCallbackSource permits RunnableOneShot, ContextOneShot {

    private final TpEnvironment environment;

    OneShot(TpEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public final String name() {
        return TpObjectKind.ONE_SHOT.label();
    }

    @Override
    public final TpObjectKind kind() {
        return TpObjectKind.ONE_SHOT;
    }

    @Override
    public final TpEnvironment environment() {
        return this.environment;
    }

    @Override
    final TpCallbackSource source() {
        return this;
    }

    @Override
    final void queuedAt(long tick) {
        // Nobody asks: a pool that is watched tracks its one-shots.
    }

    @Override
    final long queuedAt() {
        return 0;
    }

    @Override
    final boolean claim(TpCallbackInstance instance) {
        return true;
    }

    @Override
    final boolean claimInPlace() {
        return false;
    }

    @Override
    final boolean settleAndClaimInPlace(Leases leases, int most) {
        return false;
    }

    @Override
    final boolean countsAgainstCapacity() {
        return true;
    }

    @Override
    final boolean tellCompletion(@Nullable Throwable failure) {
        return false;
    }

    @Override
    final boolean settle(boolean disassociated) {
        // Nobody can wait for it.
        return false;
    }

}
