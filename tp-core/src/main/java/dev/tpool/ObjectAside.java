package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * What only some objects need: a name of their own, neighbours in a cleanup group, a
 * period, captured contexts, threads that wait. Made when the first of it is needed, so
 * that all the others stay small.
 */
final class ObjectAside {

    private static final VarHandle WAITERS = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "waiters",
            VarHandle.class, ObjectAside.class, ObjectWaiters.class);

    private static final VarHandle WHEN_FREED = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "whenFreed",
            VarHandle.class, ObjectAside.class, Runnable.class);

    final @Nullable String name;

    /** The contexts of the pending callbacks, if the environment captures them. */
    final @Nullable Results contexts;

    /**
     * What was captured when a timer was set, as long as callbacks are to come; guarded
     * by the clock's lock.
     */
    @Nullable TpActivationContext captured;

    /** The neighbours in the cleanup group; guarded by the group's lock. */
    @Nullable TpObject groupBefore;

    /** See {@link #groupBefore}. */
    @Nullable TpObject groupAfter;

    /** Whether it is in the list of its cleanup group; guarded by the group's lock. */
    boolean inGroup;

    /**
     * When the object last took its place in the queue, in the pool's ticks; written only
     * if somebody measures, by whoever holds the place.
     */
    long queuedAt;

    /** The period and window of a timer; guarded by the clock's lock. */
    TpTimer.@Nullable Plan plan;

    private volatile @Nullable ObjectWaiters waiters;

    private volatile @Nullable Runnable whenFreed;

    ObjectAside(@Nullable String name, @Nullable Results contexts) {
        this.name = name;
        this.contexts = contexts;
    }

    ObjectWaiters waiters() {
        ObjectWaiters existing = this.waiters;
        if (existing != null) {
            return existing;
        }
        ObjectWaiters made = new ObjectWaiters();
        ObjectWaiters witness = (ObjectWaiters) WAITERS.compareAndExchange(this, null, made);
        return (witness != null) ? witness : made;
    }

    void whenFreed(Runnable told) {
        this.whenFreed = told;
    }

    /**
     * Who is to be told that the object was freed, handed out once.
     */
    @Nullable Runnable takeWhenFreed() {
        return (this.whenFreed != null) ? (Runnable) WHEN_FREED.getAndSet(this, null) : null;
    }

}
