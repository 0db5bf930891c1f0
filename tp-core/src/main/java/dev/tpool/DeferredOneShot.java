package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback with its one post pending that is not in the queue until somebody
 * says so. Unlike the others it is known to its pool, which therefore keeps a worker for
 * it and drops it when it closes.
 */
final class DeferredOneShot extends TpObject implements TpDeferredCallback {

    private final TpDeferredTask<@Nullable Object> task;

    private final @Nullable Object context;

    private final boolean admitted;

    /** By whoever posts, one after the other. */
    private volatile boolean posted;

    /** Set by the worker that has claimed it; others may have asked at the same time. */
    private volatile boolean begun;

    private final long acceptedAt;

    DeferredOneShot(TpEnvironment environment, TpDeferredTask<@Nullable Object> task, @Nullable Object context,
            boolean admitted, @Nullable TpActivationContext captured, long acceptedAt) {
        super(null, environment, ObjectState.CLOSED | ObjectState.PENDING_ONE);
        this.task = task;
        this.context = context;
        this.admitted = admitted;
        this.acceptedAt = acceptedAt;
        if (captured != null) {
            contexts().add(new ResultInContext(null, captured));
        }
    }

    @Override
    public String name() {
        return this.task.name();
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.ONE_SHOT;
    }

    @Override
    public boolean isRunByCaller() {
        return !this.admitted;
    }

    @Override
    public void postNow() {
        boolean first = !this.posted;
        this.posted = true;
        if (!takePlace()) {
            return;
        }
        if (first) {
            pool().posted(this);
        }
        if (first && !this.admitted && SpareStack.suffices()) {
            pool().runOnCaller(this);
        }
        else {
            pool().enqueue(this);
        }
    }

    @Override
    public boolean cancel() {
        return cancelPendingCallbacks() > 0;
    }

    @Override
    public boolean reject() {
        if (dropPending() == 0) {
            return false;
        }
        if (this.admitted) {
            pool().takeBackAdmission();
        }
        try {
            pool().countRejected(pool().nameOf(this));
        }
        finally {
            // Unless a worker asks the task at this moment, and ends it then.
            countsChanged();
        }
        return true;
    }

    /**
     * Drops it if it waits for somebody to post it.
     * @return whether it was dropped by this call
     */
    boolean cancelUnposted() {
        return isLeftAlone() && cancel();
    }

    /**
     * Counts as running while the task is asked, so that whoever closes the group waits
     * for what the task takes and gives back.
     */
    @Override
    boolean claim(TpCallbackInstance instance) {
        // The place goes first: the task may be posted again while it is still being
        // asked.
        if (!leaveQueueAndHold()) {
            return false;
        }
        boolean claimed = false;
        Throwable failure = null;
        instance.asks(this);
        try {
            boolean entered = false;
            try {
                entered = this.task.tryEnter();
            }
            catch (Throwable ex) {
                failure = ex;
            }
            claimed = entered && claimEntered(instance);
        }
        finally {
            instance.asks(null);
            settle(false);
        }
        if (failure != null) {
            // Not before: who is told may wait until it is quiet.
            pool().report(this, failure);
            cancel();
        }
        if (!claimed && pool().isClosed()) {
            // Nobody may post it any more.
            cancelUnposted();
        }
        return claimed;
    }

    private boolean claimEntered(TpCallbackInstance instance) {
        boolean claimed = super.claim(instance);
        if (claimed) {
            this.begun = true;
        }
        else {
            this.task.undoEnter();
        }
        return claimed;
    }

    /**
     * Without those who only ask.
     */
    @Override
    long outstanding() {
        return pending() + (this.begun ? running() : 0);
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    void invoke(TpCallbackInstance instance) throws Exception {
        this.task.run(instance, this.context);
    }

    @Override
    @Nullable Object context() {
        return this.context;
    }

    @Override
    boolean tellCompletion(@Nullable Throwable failure) {
        this.task.completed(failure);
        return true;
    }

    @Override
    void tellDropped() {
        try {
            this.task.cancelled();
        }
        catch (Throwable ex) {
            pool().report(this, ex);
        }
    }

    @Override
    boolean countsAgainstCapacity() {
        return this.admitted;
    }

    /**
     * It may go to the queue several times, and has waited since it was accepted.
     */
    @Override
    void queuedAt(long tick) {
    }

    @Override
    long queuedAt() {
        return this.acceptedAt;
    }

}
