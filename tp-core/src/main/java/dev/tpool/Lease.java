package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Several pending callbacks of one work object or wait that a worker has taken out of the
 * object's state word in one step, to begin them one after the other. Those that have not
 * begun are pending as before: anybody may drop them, or put them back so that others run
 * them, and does as soon as the worker is held up. So the worker and the posters take the
 * state word from each other once for many callbacks instead of once for each.
 * <p>
 * This is whose they are; how many are left, the {@link Leases} say that it is one of. It
 * is used again and again. All but the object is for the owner alone.
 */
final class Lease extends Body {

    private static final VarHandle OBJECT = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "object",
            VarHandle.class, Lease.class, TpObject.class);

    /** Written by the owner while nothing is left. */
    private @Nullable TpObject object;

    // Copies, since the object's own share a cache line with its state word.
    private @Nullable TpWorkCallback<@Nullable Object> callback;

    /** Instead of the other one, if it is a wait. */
    private @Nullable TpWaitCallback<@Nullable Object> waitCallback;

    // The object once more, for the owner alone. A cast would read its header for each
    // callback, which may be in the cache line of its state word.

    private @Nullable TpWork work;

    /** Instead of the work object. */
    private @Nullable TpWait wait;

    private @Nullable Object context;

    private @Nullable TpEnvironment environment;

    /** Who comes next in a round of those that take turns. */
    private @Nullable QueueNode following;

    /**
     * Says whose callbacks are about to be taken. For the owner, while nothing is left.
     */
    void isFor(TpWork work, TpWorkCallback<@Nullable Object> callback, @Nullable Object context) {
        if (this.object != work) {
            OBJECT.setOpaque(this, work);
            this.work = work;
            this.wait = null;
            this.callback = callback;
            this.waitCallback = null;
            this.context = context;
            this.environment = work.environment();
        }
    }

    /**
     * The same for a wait, whose callbacks are all told that it was signalled. For the
     * owner, while nothing is left.
     */
    void isFor(TpWait wait, TpWaitCallback<@Nullable Object> callback, @Nullable Object context) {
        if (this.object != wait) {
            OBJECT.setOpaque(this, wait);
            this.work = null;
            this.wait = wait;
            this.callback = null;
            this.waitCallback = callback;
            this.context = context;
            this.environment = wait.environment();
        }
    }

    /**
     * Forgets whose it was. For the owner, while nothing is left.
     */
    void isForNobody() {
        OBJECT.setOpaque(this, null);
        this.callback = null;
        this.waitCallback = null;
        this.work = null;
        this.wait = null;
        this.context = null;
        this.environment = null;
        this.following = null;
    }

    /**
     * Whose it is, for those who are not the owner: if the word was read before, and is
     * the same afterwards, and something is left by it.
     */
    @Nullable TpObject seenObject() {
        return (TpObject) OBJECT.getAcquire(this);
    }

    /**
     * Whose it is, or was. For the owner.
     */
    @Nullable TpObject object() {
        return this.object;
    }

    /**
     * The object's. For the owner, while it is of one.
     */
    TpEnvironment environment() {
        return Objects.requireNonNull(this.environment);
    }

    /**
     * Who comes next in a round of those that take turns; {@code null} if nobody does.
     * For the owner.
     */
    @Nullable QueueNode following() {
        return this.following;
    }

    void following(@Nullable QueueNode node) {
        this.following = node;
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    void invoke(TpCallbackInstance instance) throws Exception {
        TpWork ofWork = this.work;
        if (ofWork != null) {
            Objects.requireNonNull(this.callback).run(instance, this.context, ofWork);
        }
        else {
            Objects.requireNonNull(this.waitCallback)
                .run(instance, this.context, Objects.requireNonNull(this.wait), TpWait.resultOf(instance));
        }
    }

    @Override
    boolean tellCompletion(@Nullable Throwable failure) {
        return false;
    }

}
